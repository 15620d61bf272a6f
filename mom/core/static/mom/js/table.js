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
