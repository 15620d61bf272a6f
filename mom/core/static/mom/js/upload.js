// Sending a file: dropped or chosen, with progress; a refusal stands in the form, and everything chosen and typed stays.
// Without script the form is sent as any other.

const MOST = 20 * 1024 * 1024;

function prepare(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "1";
  const drop = form.querySelector("[data-drop]");
  const chosen = form.querySelector("[data-chosen]");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const share = form.querySelector("[data-share]");
  const button = form.querySelector(".form-foot .btn--primary");
  const field = form.elements.file;
  const word = (name) => form.querySelector("[data-words]").content.querySelector(`[data-word=${name}]`).textContent;

  const name = (file) => {
    if (file) chosen.textContent = `${file.name}, ${(file.size / 1_000_000).toFixed(1)} MB`;
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const other of form.querySelectorAll("input[type=file]")) if (other !== input && input.files.length) other.value = "";
      name(input.files[0]);
    });
  }
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.dataset.over = ""; });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => delete drop.dataset.over);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    name(field.files[0]);
  });

  function clear() {
    form.querySelector("[data-errors]").replaceChildren();
    for (const old of form.querySelectorAll(".errs[data-said]")) old.remove();
  }
  function say(sentence, at) {
    const line = document.createElement("span");
    line.className = "err";
    line.textContent = sentence;
    const box = document.createElement("span");
    box.className = "errs";
    box.dataset.said = "";
    box.setAttribute("role", "alert");
    box.append(line);
    const place = at?.closest(".field") ?? form.querySelector("[data-errors]");
    place.append(box);
  }
  function back() {
    sending.hidden = true;
    button.removeAttribute("aria-disabled");
    delete form.dataset.busy;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    clear();
    const file = [...form.querySelectorAll("input[type=file]")].map((input) => input.files[0]).find(Boolean);
    if (file && file.size > MOST) { say(word("large"), field); return; }
    form.dataset.busy = "1";
    button.setAttribute("aria-disabled", "true");
    sending.hidden = false;
    bar.value = 0;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "upload");
    request.responseType = "json";
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      bar.value = (sent.loaded / sent.total) * 100;
      share.textContent = sent.loaded < sent.total ? `${Math.round(bar.value)} %` : word("checking");
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 201 && answer?.location) {
        const before = location.pathname + location.search;
        location.assign(answer.location);
        if (answer.location.split("#")[0] === before) location.reload();
        return;
      }
      back();
      if (!answer?.fields) { say(word("failed")); return; }
      for (const [key, sentences] of Object.entries(answer.fields)) {
        for (const sentence of sentences) say(sentence, form.elements[key]);
      }
    });
    request.addEventListener("error", () => { back(); say(word("offline")); });
    request.send(new FormData(form));
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);
