// The frame: theme, menus, search key, one submit per form, messages. Every page works without it.

const root = document.documentElement;
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

// Theme: act at once; the form remembers it on the server's side of the cookie.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form) return;
  event.preventDefault();
  const chosen = event.submitter?.value;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  for (const button of form.querySelectorAll("[name=theme]")) button.setAttribute("aria-pressed", String(button === event.submitter));
  fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual" });
  form.closest("[data-menu]").open = false;
});

// A form is sent once; the button says so and comes back if the page is shown again.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-disabled=true]")?.removeAttribute("aria-disabled");
  }
});

// Rows of pages that are wider than the screen show the open one.
for (const open of document.querySelectorAll(".subnav > [aria-current], .section [aria-current]")) {
  const row = open.closest("nav");
  row.scrollLeft = open.offsetLeft + open.offsetWidth - row.offsetLeft - row.clientWidth + 16;
}

// Keys: "/" finds, Escape closes what is open and gives the focus back.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
    const box = document.querySelector("[data-omni] input, .omni--page input");
    if (box?.checkVisibility()) { event.preventDefault(); box.focus(); box.select(); }
    else document.querySelector(".omni-link")?.click();
  }
  if (event.key === "?" && !event.ctrlKey && !event.metaKey && !typing(event.target)) document.getElementById("page-help")?.togglePopover();
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const hits = document.getElementById("omni-hits");
    if (hits?.childElementCount) hits.replaceChildren();
  }
});

// Menus: one at a time, closed by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  const omni = document.querySelector("[data-omni]");
  if (omni && !omni.contains(event.target)) omni.querySelector(".omni-hits").replaceChildren();
});

// The empty search box offers what this person opened from it last, in this tab.
const omniBox = document.querySelector("[data-omni]");
const recentKey = omniBox?.dataset.omni;
const recent = () => { try { return JSON.parse(sessionStorage.getItem(recentKey)) ?? []; } catch { return []; } };
document.addEventListener("click", (event) => {
  const hit = event.target.closest("a[data-hit]");
  if (!hit || !recentKey) return;
  const now = { code: hit.dataset.hit, title: hit.querySelector("span")?.textContent ?? "", url: hit.getAttribute("href") };
  sessionStorage.setItem(recentKey, JSON.stringify([now, ...recent().filter((each) => each.url !== now.url)].slice(0, 6)));
});
omniBox?.addEventListener("focusin", (event) => {
  const place = omniBox.querySelector(".omni-hits");
  if (!event.target.matches("input") || event.target.value || place.childElementCount || !recent().length) return;
  const section = document.createElement("section");
  section.className = "hits";
  const head = section.appendChild(document.createElement("h2"));
  head.textContent = omniBox.dataset.recent;
  const list = section.appendChild(document.createElement("ul"));
  for (const each of recent()) {
    const link = list.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
    link.className = "menu-item";
    link.href = each.url;
    link.dataset.hit = each.code;
    link.append(Object.assign(document.createElement("b"), { textContent: each.code }), Object.assign(document.createElement("span"), { textContent: each.title }));
  }
  place.replaceChildren(section);
});

// Arrows walk the hits of the search box.
document.querySelector("[data-omni]")?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [event.currentTarget.querySelector("input"), ...event.currentTarget.querySelectorAll(".omni-hits a")];
  const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) { event.preventDefault(); next.focus(); }
});

// The plant's clock, in the plant's zone.
const clock = document.querySelector("[data-clock]");
if (clock) {
  const shown = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock });
  const tick = () => {
    clock.textContent = shown.format(new Date());
    setTimeout(tick, 60_000 - (Date.now() % 60_000));
  };
  setTimeout(tick, 60_000 - (Date.now() % 60_000));
}

// Messages: they leave after 8 s, not while they are read or hold the focus.
const toasts = document.getElementById("toasts");
const leave = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), 8_000);
const say = (fragment) => {
  const toast = fragment.querySelector("[data-toast]");
  if (toast && toasts) { toasts.append(toast); leave(toast); }
};
const stored = (id) => document.getElementById(id)?.content.cloneNode(true);
document.addEventListener("htmx:responseError", (event) => {
  const answer = document.createElement("template");
  answer.innerHTML = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html") ? event.detail.xhr.responseText : "";
  say(answer.content.querySelector("[data-toast]") ? answer.content : stored("toast-failed"));
});
document.addEventListener("htmx:sendError", () => say(stored("toast-offline")));

// <dialog>: [data-dialog="id"] opens, [data-close] in it and a click on the backdrop close.
document.addEventListener("click", (event) => {
  const open = event.target.closest("[data-close]")?.closest("dialog");
  if (open) { event.preventDefault(); open.close(); return; }
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  } else if (event.target.matches("dialog[open]")) event.target.close();
});

// <a href="/a/form/" data-dialog-page>: the form of that page in a dialog here; where that can't be, the page itself.
document.addEventListener("click", async (event) => {
  const opener = event.target.closest("a[data-dialog-page]");
  if (!opener || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(opener.href, { signal: AbortSignal.timeout(4_000) });
    const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const form = main?.querySelector("form[method=post]");
    if (!answer.ok || answer.redirected || !form) throw new Error(String(answer.status));
    form.action = opener.href;
    const title = Object.assign(main.querySelector("h1"), { id: "dialog-page-title" });
    const dialog = Object.assign(document.createElement("dialog"), { className: "dialog dialog--page" });
    dialog.setAttribute("aria-labelledby", title.id);
    const head = Object.assign(document.createElement("div"), { className: "dialog-head" });
    const words = head.appendChild(document.createElement("div"));
    words.append(title, ...main.querySelectorAll(".page-head .sub"));
    const body = Object.assign(document.createElement("div"), { className: "dialog-body" });
    body.append(form);
    dialog.append(head, body);
    document.body.append(document.adoptNode(dialog));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  } catch {
    location.href = opener.href;
  }
});

// Hold to confirm: what cannot be undone takes a press of some length; by the keyboard it opens a dialog that asks.
for (const form of document.querySelectorAll("form[data-hold]")) {
  const button = form.querySelector("button");
  let timer = 0;
  const stop = () => { clearTimeout(timer); delete button.dataset.holding; };
  button.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    button.dataset.holding = "";
    timer = setTimeout(() => { form.dataset.held = "1"; form.requestSubmit(); }, Number(form.dataset.hold));
  });
  for (const name of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(name, stop);
  form.addEventListener("submit", (event) => {
    if (form.dataset.held) return;
    event.preventDefault();
    if (!event.submitter || event.submitter.matches(":focus-visible")) document.getElementById("confirm-removal")?.showModal();
  });
}

// A chart over time that is wider than its card shows its newest end first.
for (const figure of document.querySelectorAll(".figure-body[data-newest]")) figure.scrollLeft = figure.scrollWidth;
// A genealogy that is wider than the screen shows the lot that was asked for, in its middle.
for (const start of document.querySelectorAll(".graph .lot-box--start")) {
  const frame = start.closest(".scroll-x");
  frame.scrollLeft = start.offsetLeft + (start.offsetWidth - frame.clientWidth) / 2;
}
