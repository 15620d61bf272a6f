// Shared devices: the badge, the PIN pad, the lock after idle time. The server holds every rule by itself.

const TOUCH_EVERY = 15; // seconds between two words to the server that somebody is here

// scan.js keeps codes out of every field; here a badge says who comes. While nobody is signed in every scan is for the
// badge form; on a person's page the server says whether it was somebody else's badge, and if not (or while it can't be
// asked) the page itself has it, then the search.
const scanForm = document.querySelector("[data-scan-form]");
document.addEventListener("mom:scan", (event) => {
  if (!scanForm) return;
  scanForm.elements.badge.value = event.detail.text;
  if (!document.body.dataset.scan) {
    event.preventDefault();
    scanForm.requestSubmit();
    return;
  }
  const next = event.detail.first;
  const badge = new FormData(scanForm);
  event.detail.first = async (text) => {
    try {
      const answer = await fetch(scanForm.action, { method: "POST", body: badge, headers: { "X-Requested-With": "scan" } });
      const place = answer.headers.get("Scan-Location");
      if (place) { location.assign(place); return true; }
    } catch (gone) { if (!next) throw gone; }
    return Boolean(await next?.(text));
  };
});

// The pad types into the field that was touched last; with it the screen's own keyboard stays away.
const form = document.querySelector("form[data-pin]");
const pad = form?.querySelector("[data-keypad]");
if (pad) {
  const fields = [...form.querySelectorAll(".pinfield")];
  let field = fields[0];
  pad.hidden = false;
  for (const each of fields) {
    if (matchMedia("(pointer: coarse)").matches) each.inputMode = "none";
    each.addEventListener("focus", () => { field = each; });
    each.addEventListener("input", () => { each.value = each.value.replace(/\D/g, ""); });
  }
  pad.addEventListener("click", (event) => {
    const digit = event.target.closest("[data-digit]")?.dataset.digit;
    if (digit === "back") field.value = field.value.slice(0, -1);
    else if (digit && field.value.length < field.maxLength) field.value += digit;
  });
  form.addEventListener("submit", (event) => {
    const next = fields.find((each) => !each.value);
    if (!next || event.submitter?.name === "cancel") return;
    event.preventDefault();
    next.focus();
  });
  form.noValidate = true;
}

// Idle time: the lock form is sent when nobody touched for as long as the station allows.
const lock = document.querySelector("form[data-lock]");
if (lock) {
  const seconds = Number(lock.dataset.lock);
  let touched = Date.now(), told = Date.now();
  const touch = () => {
    touched = Date.now();
    if (touched - told < TOUCH_EVERY * 1_000) return;
    told = touched;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", lock.elements.csrfmiddlewaretoken.value);
    fetch(lock.dataset.touch, { method: "POST", body }).then((answer) => { if (answer.status === 205) location.assign(lock.dataset.home); }).catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "input"]) addEventListener(kind, touch, { passive: true, capture: true });
  const watch = () => { if (Date.now() - touched >= seconds * 1_000) lock.requestSubmit(); };
  setInterval(watch, 1_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) watch(); });
}

// A code that came with the QR stands behind the # of the address, which no server sees.
const enrol = document.querySelector("form[data-enrol]");
if (enrol && location.hash.length > 1) {
  enrol.elements.code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
