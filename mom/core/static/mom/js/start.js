// First steps: the browser knows in which time zone it stands.
const zone = document.querySelector("[data-guess-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
