// Tables: the whole row leads where its first link leads; a fresh list keeps the place in its search field.

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-list] tbody tr");
  if (!row || event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
  row.querySelector("td a[href]")?.click();
});

let place = null;
document.addEventListener("htmx:beforeSwap", () => {
  const field = document.activeElement?.matches("[data-list] input[type=search]") ? document.activeElement : null;
  place = field && { id: field.id, value: field.value, at: field.selectionStart };
});
document.addEventListener("htmx:afterSwap", () => {
  const field = place && document.getElementById(place.id);
  if (field) {
    field.value = place.value; // what was typed while the answer was on its way stays
    field.focus();
    field.setSelectionRange(place.at, place.at);
  }
  place = null;
});

// Columns: the buttons and Alt with an arrow move one; the order of the list is the order of the table.
const move = (item, by) => {
  const other = by < 0 ? item?.previousElementSibling : item?.nextElementSibling;
  if (!other) return;
  other[by < 0 ? "before" : "after"](item);
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reorder] [data-move]");
  if (!button) return;
  move(button.closest("li"), Number(button.dataset.move));
  button.focus();
});
document.addEventListener("keydown", (event) => {
  const item = event.altKey && event.target.closest("[data-reorder] li");
  if (!item || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const held = document.activeElement;
  move(item, event.key === "ArrowUp" ? -1 : 1);
  held.focus();
});

// The bulk bar: how many rows are chosen; a fresh list starts with none.
const bar = () => document.querySelector("[data-bulk]");
const picks = () => [...document.querySelectorAll("[data-pick]")];
const count = () => {
  const form = bar();
  if (!form) return;
  const chosen = picks().filter((box) => box.checked).length;
  const all = form.querySelector("[name=all]");
  form.dataset.chosen = String(chosen);
  const words = form.querySelector("[data-picked]");
  words.textContent = chosen ? words.dataset.some.replace("{count}", chosen) : words.dataset.none;
  for (const button of form.querySelectorAll("[name=bulk]")) button.disabled = !chosen && !all?.checked;
  const head = document.querySelector("[data-pick-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === picks().length;
    head.indeterminate = chosen > 0 && !head.checked;
  }
};
let lastPick = null;
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of picks()) box.checked = event.target.checked;
  if (event.target.matches("[data-pick], [data-pick-all], [data-bulk] [name=all]")) count();
});
document.addEventListener("click", (event) => { // with Shift: all rows between
  if (!event.target.matches("[data-pick]")) return;
  const boxes = picks();
  if (event.shiftKey && boxes.includes(lastPick)) {
    const [from, to] = [boxes.indexOf(lastPick), boxes.indexOf(event.target)].sort((a, b) => a - b);
    for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    count();
  }
  lastPick = event.target;
});
document.addEventListener("htmx:afterSettle", count);
count();
