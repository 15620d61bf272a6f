// What live parts need of the document: what is in use, what is the same, what is kept, timers that count by themselves.

const canHover = matchMedia("(hover: hover)").matches; // a finger leaves :hover behind where it was
const units = (document.querySelector("[data-live-units]")?.dataset.liveUnits ?? "s|min|h|d").split("|");
const plantClock = document.querySelector("time[data-clock]");
const ahead = plantClock ? Date.parse(plantClock.dateTime) - Date.now() : 0; // of the server's clock before ours
let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { pressed = null; }, true);

// Under the pointer, the finger, the focus or a selection, or with an open dialog.
export function isInUse(element) {
  const chosen = getSelection();
  return element.matches(":focus-within") || (canHover && element.matches(":hover")) || (pressed && element.contains(pressed))
    || element.matches("dialog[open]") || element.querySelector("dialog[open]") !== null
    || (!chosen.isCollapsed && chosen.containsNode(element, true));
}

// Whether nothing changed; what a person unfolded makes no difference.
export function sameAs(stale, fresh) {
  keep(stale, fresh);
  return stale.isEqualNode(fresh);
}

// Folds and places of scrolling go over, and the name of a group that only the whole table tells.
export function keep(stale, fresh) {
  const folds = fresh.querySelectorAll("details");
  stale.querySelectorAll("details").forEach((each, place) => { if (folds[place]) folds[place].open = each.open; });
  const group = stale.querySelector(":scope > th.area");
  if (group && !fresh.querySelector(":scope > th.area")) fresh.prepend(group.cloneNode(true));
  const boxes = [...stale.querySelectorAll(".scroll-x, .figure-body")].map((each) => each.scrollLeft);
  if (boxes.some(Boolean)) {
    requestAnimationFrame(() => fresh.querySelectorAll(".scroll-x, .figure-body").forEach((each, place) => { each.scrollLeft = boxes[place] ?? 0; }));
  }
}

// A copy of a row for the place of another: its group's name stands there or not.
export function rowAs(shown, place) {
  const copy = shown.cloneNode(true);
  copy.querySelector(":scope > th.area")?.remove();
  const group = place.querySelector(":scope > th.area");
  if (group) copy.prepend(group);
  return copy;
}

// As the server prints it: 40 s, 18 min, 2 h 31, 3 d 4 h.
function duration(seconds) {
  const space = "\u00a0";
  const minutes = Math.floor((seconds + 30) / 60);
  if (seconds < 60) return `${seconds}${space}${units[0]}`;
  if (minutes < 60) return `${minutes}${space}${units[1]}`;
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}${space}${units[2]}${space}${String(minutes % 60).padStart(2, "0")}`;
  const hours = Math.floor((minutes + 30) / 60);
  const rest = hours % 24 ? `${space}${hours % 24}${space}${units[2]}` : "";
  return `${Math.floor(hours / 24)}${space}${units[3]}${rest}`;
}

const face = (seconds) => [...(seconds >= 3_600 ? [Math.floor(seconds / 3_600)] : []), Math.floor(seconds / 60) % 60, seconds % 60]
  .map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");

// Sets every timer below an element. The text node stays, so that nobody is told of it.
export function tick(root) {
  const now = Math.floor((Date.now() + ahead) / 1_000);
  for (const timer of root.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, now - Number(timer.dataset.since));
    const words = "face" in timer.dataset ? face(seconds) : duration(seconds);
    if (timer.firstChild?.nodeType !== Node.TEXT_NODE) timer.textContent = words;
    else if (timer.firstChild.data !== words) timer.firstChild.data = words;
  }
}

export function tickAll() {
  for (const part of document.querySelectorAll("[data-live]:not([data-stale])")) tick(part);
}
