// The tour of a role: one small panel beside what it speaks of. Keyboard: Tab and Enter; Escape is "later".

const person = document.body.dataset.person;
const ended = `tour-${person}`;
const at = document.body.dataset.tour;
let panel, tour, marked;

const keep = (isEnded) => {
  const body = new FormData();
  body.set("step", String(tour.step));
  if (isEnded) { body.set("ended", "1"); localStorage.setItem(ended, "1"); }
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  fetch(at, { method: "POST", body, keepalive: true });
};

const unmark = () => { marked?.removeAttribute("data-toured"); marked = null; };
const close = () => { unmark(); panel?.remove(); panel = null; };

const button = (words, look, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn--s ${look}`;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
};

function place(target) {
  const box = target?.getBoundingClientRect();
  if (!box || innerWidth < 700) { panel.removeAttribute("style"); return; }
  const { offsetWidth: width, offsetHeight: height } = panel;
  const right = box.right + 12 + width < innerWidth;
  panel.style.left = `${right ? box.right + 12 : Math.max(8, box.right - width)}px`;
  panel.style.top = `${Math.min(Math.max(8, right ? box.top : box.bottom + 12), innerHeight - height - 8)}px`;
}

function show() {
  const stop = tour.stops[tour.step], isLast = tour.step + 1 === tour.stops.length;
  unmark();
  panel.replaceChildren();
  const count = document.createElement("p"), title = document.createElement("h2"), text = document.createElement("p"), row = document.createElement("div");
  count.className = "sub";
  count.textContent = tour.words.at.replace("{number}", tour.step + 1).replace("{total}", tour.stops.length);
  title.id = "tour-title";
  title.textContent = stop.title;
  text.textContent = stop.text;
  row.className = "row row--wrap";
  const go = (by) => () => { tour.step += by; keep(false); show(); };
  const forward = isLast ? button(tour.words.done, "btn--primary", () => { keep(true); close(); }) : button(tour.words.next, "btn--primary", go(1));
  row.append(forward);
  if (tour.step) row.append(button(tour.words.back, "", go(-1)));
  if (!isLast) row.append(button(tour.words.skip, "btn--quiet push", () => { keep(true); close(); }));
  panel.append(count, title, text, row);
  marked = [...document.querySelectorAll(stop.target)].find((each) => each.checkVisibility());
  marked?.setAttribute("data-toured", "");
  place(marked);
  forward.focus({ preventScroll: true });
}

async function start(again) {
  const answer = await fetch(again ? `${at}?again` : at, { headers: { Accept: "application/json" } });
  if (answer.status === 204) { localStorage.setItem(ended, "1"); return; }
  if (!answer.ok) return;
  tour = await answer.json();
  close();
  panel = document.createElement("dialog");
  panel.className = "tour";
  panel.setAttribute("aria-labelledby", "tour-title");
  document.body.append(panel);
  panel.show();
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { keep(false); close(); } });
  show();
}

addEventListener("resize", () => panel && place(marked));
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tour-again]")) return;
  document.getElementById("page-help")?.hidePopover();
  start(true);
});
if (at && location.pathname === "/" && !localStorage.getItem(ended)) start(false);
