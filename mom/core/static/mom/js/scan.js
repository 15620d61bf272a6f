// Scanners are keyboards: what begins with the configured prefix, or 6 or more characters under 35 ms apart, ended by
// Enter, is a scan wherever the focus is. It is never left in a field; the field gets back what it held.
// A page that takes scans itself listens for "mom:scan" on the document and calls preventDefault(), or leaves a function
// `first` in its detail that is asked before the search and says whether the scan was for it.

const FAST = 35;
const LEAST = 6;
const SEPARATOR = "\u001d";
const prefix = document.body.dataset.scanPrefix ?? "";
let read = "", last = 0, before = null, prefixed = false;

const forget = () => { read = ""; before = null; prefixed = false; };
const snapshot = (field) => field?.matches?.("input:not([type=checkbox], [type=radio]), textarea")
  ? { field, value: field.value, start: field.type === "number" || field.type === "email" ? null : field.selectionStart } : null;
const giveBack = () => {
  if (!before || before.field.value === before.value) return;
  before.field.value = before.value;
  if (before.start !== null) before.field.setSelectionRange?.(before.start, before.start);
  before.field.dispatchEvent(new Event("input", { bubbles: true }));
};
// GS1's separator: scanners send it as the sign itself, as Ctrl+] or as F8.
const sign = (event) => {
  if (event.key === SEPARATOR || event.key === "F8" || (event.ctrlKey && event.key === "]")) return SEPARATOR;
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey ? event.key : "";
};

addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || event.key === "Shift" || event.key === "Alt" || event.key === "AltGraph") return;
  const now = event.timeStamp;
  const slow = now - last > FAST;
  last = now;
  if (event.key === "Enter" || event.key === "Tab") {
    const whole = prefixed ? read.length > 0 : read.length >= LEAST && !slow;
    if (whole && (event.key === "Enter" || prefixed)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const text = read;
      giveBack();
      forget();
      scanned(text);
    } else forget();
    return;
  }
  const letter = sign(event);
  if (!letter) { if (!prefixed) forget(); return; }
  if (prefix && letter === prefix && !read) {
    forget();
    prefixed = true;
    event.preventDefault();
    return;
  }
  if (prefixed) {
    if (now && slow && read) { forget(); return; } // somebody typed the prefix by hand
    read += letter;
    event.preventDefault();
    return;
  }
  if (slow) { read = letter; before = snapshot(event.target); }
  else { read += letter; before ??= snapshot(event.target); }
  if (letter === SEPARATOR) event.preventDefault();
  // "/" and other single keys must not act in the middle of a scan.
  if (read.length > 1) event.stopPropagation();
}, true);

const tone = (good) => {
  if (!navigator.userActivation?.hasBeenActive || !window.AudioContext) return;
  const audio = new AudioContext(), sound = audio.createOscillator(), level = audio.createGain();
  sound.frequency.value = good ? 1320 : 220;
  level.gain.value = 0.05;
  sound.connect(level).connect(audio.destination);
  sound.start();
  sound.stop(audio.currentTime + (good ? 0.08 : 0.25));
  sound.onended = () => audio.close();
};
const flash = (good) => {
  document.documentElement.dataset.scan = good ? "ok" : "bad";
  setTimeout(() => delete document.documentElement.dataset.scan, 1_000);
  navigator.vibrate?.(good ? 60 : [60, 60, 120]);
  tone(good);
};
// What was typed and not sent yet is not left behind by a scan.
const hasUnsent = () => [...document.querySelectorAll("form[method=post] :is(input, textarea, select)")].some((field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
    : field.matches("select") ? [...field.options].some((each) => each.selected !== each.defaultSelected) && field.value !== ""
    : field.type !== "hidden" && field.value !== field.defaultValue);

const say = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const toast = holder.content.querySelector("[data-toast]");
  const place = document.getElementById("toasts");
  if (!toast || !place) return;
  place.replaceChildren(toast);
  setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8_000);
};

const scanned = async (text) => {
  const asked = new CustomEvent("mom:scan", { detail: { text }, cancelable: true });
  if (!document.dispatchEvent(asked)) { flash(true); return; }
  if (await asked.detail.first?.(text)) { flash(true); return; }
  const address = document.body.dataset.scan;
  if (!address) return;
  try {
    const answer = await fetch(`${address}?text=${encodeURIComponent(text)}`, { headers: { "X-Requested-With": "scan" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const place = answer.headers.get("Scan-Location");
    flash(Boolean(place));
    if (place && !hasUnsent()) location.assign(place);
    else say(await answer.text());
  } catch {
    flash(false);
    say(document.getElementById("toast-offline")?.innerHTML ?? "");
  }
};
