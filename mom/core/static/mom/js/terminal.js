// The operator's screen. Every entry is an event with a key made here: it is written to this browser's store before the
// screen says so, sent in order by one tab at a time, and forgotten only when the server's answer names it. The screen
// is what the server last said, with what still waits here laid over it.

const words = document.getElementById("words").dataset;
const screen = () => document.getElementById("operator");
const all = (selector, at = screen()) => [...at.querySelectorAll(selector)];
const token = () => document.querySelector("form[data-lock] [name=csrfmiddlewaretoken]").value;
const LOOK_EVERY = 10_000, TRY_EVERY = 5_000, LONGEST = 20_000, AT_ONCE = 25;
document.documentElement.dataset.terminal = "";

// The device's store. A put is over when it is on the disk.
const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open("mom-terminal", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "number", autoIncrement: true });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
const store = async (mode, act) => {
  const open = (await opened).transaction("entries", mode, { durability: "strict" });
  const asked = act(open.objectStore("entries"));
  return new Promise((resolve, reject) => {
    open.oncomplete = () => resolve(asked.result);
    open.onabort = open.onerror = () => reject(open.error);
  });
};
const waiting = () => store("readonly", (entries) => entries.getAll());
const put = (entry) => store("readwrite", (entries) => entries.add(entry));
const forget = (number) => store("readwrite", (entries) => entries.delete(number));
navigator.storage?.persist?.();

// Made by hand where the page is not on HTTPS: crypto.randomUUID is not there then.
const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};
const others = new BroadcastChannel("mom-terminal");

// `done`: what the server took since the screen was looked at; it stays laid over it until the server's screen has it.
let queue = [], done = [], trouble = "";
const isOff = () => !navigator.onLine || trouble === "offline";

const record = async (kind, payload, said) => {
  const entry = {
    key: newKey(), kind, payload: { ...payload, words: said }, made_at: new Date().toISOString(),
    person: Number(screen().dataset.user), station: screen().dataset.station,
  };
  try { await put(entry); }
  catch { say(words.lost, "toast-refused"); return false; }
  navigator.vibrate?.(40);
  for (const sheet of document.querySelectorAll("dialog[open]")) sheet.close();
  await show();
  others.postMessage("entry");
  send();
  return true;
};

// Sending: one tab at a time; the others wait and find the queue as it left it.
const alone = (act) => (navigator.locks ? navigator.locks.request("mom-terminal-send", act) : act());
let sending = null;
const send = () => {
  sending ??= alone(sendAll).catch(() => { trouble = "offline"; }).finally(() => { sending = null; show(); });
  return sending;
};
const sendAll = async () => {
  let sent = false;
  for (let rows = await waiting(); rows.length; rows = await waiting()) {
    const piece = rows.filter((row) => !row.unreadable).slice(0, AT_ONCE);
    if (!piece.length || !(await sendPiece(piece))) break;
    sent = true;
  }
  if (sent) await look();
};
const sendPiece = async (piece) => {
  let answer;
  try {
    answer = await fetch(screen().dataset.entries, {
      method: "POST", redirect: "manual", signal: AbortSignal.timeout(LONGEST),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "X-Requested-With": "terminal" },
      body: JSON.stringify({ entries: piece, sent_at: new Date().toISOString() }),
    });
  } catch { trouble = "offline"; return false; }
  if (answer.status === 401 || answer.status === 403) { trouble = "signin"; if (!busy()) location.reload(); return false; }
  if (!answer.ok) { trouble = "offline"; return false; }
  const said = await answer.json();
  for (const result of said.entries) {
    const entry = piece.find((each) => each.key === result.key);
    if (!entry) continue;
    if (result.outcome === "unreadable") await store("readwrite", (entries) => entries.put({ ...entry, unreadable: result.sentence }));
    else {
      if (result.outcome === "done") { done.push(entry); others.postMessage({ done: entry }); }
      await forget(entry.number);
    }
    if (result.outcome !== "done") say(`${entry.payload.words}: ${result.sentence}`, "toast-refused");
  }
  screen().dataset.refused = String(said.refused);
  trouble = "";
  return true;
};

// The screen again from the server, unless a sheet is open or a finger is down.
let finger = false;
const busy = () => finger || document.querySelector("dialog[open]");
const look = async () => {
  if (busy() || document.hidden) return;
  const known = done.length;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "live" }, signal: AbortSignal.timeout(LONGEST) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !page.getElementById("operator")) { location.reload(); return; }
    if (busy()) return;
    const view = screen().dataset.view;
    for (const part of page.querySelectorAll("[data-part]")) document.getElementById(part.id).replaceWith(part);
    screen().dataset.view = view;
    done = done.slice(known);
    if (trouble === "offline") trouble = "";
  } catch { trouble = "offline"; }
  await show();
};

// What stands there without this job, as the server chooses it: another one that runs, else one that is begun and waits.
const without = (job) => {
  const begun = all("[data-begun]").filter((each) => each.dataset.queued !== job);
  const next = begun.find((each) => each.dataset.begun === "run") ?? begun[0];
  return next ? { job: next.dataset.queued, mode: next.dataset.begun } : { job: "", mode: "none" };
};
// What waits here, laid over what the server said.
const folded = () => {
  const stood = {};  // by the key of a start or resume: what stood there before it
  const at = { job: screen().dataset.job, mode: screen().dataset.mode, made: {}, lots: {}, reason: "", last: null };
  const over = [...done, ...queue.filter((each) => !done.some((known) => known.key === each.key))];
  for (const entry of over) {
    const { kind, payload } = entry;
    if (kind === "start" || kind === "resume") { stood[entry.key] = { job: at.job, mode: at.mode }; at.job = String(payload.job); at.mode = "run"; }
    if (kind === "pause") at.mode = "paused";
    if (kind === "finish") Object.assign(at, without(at.job));
    if (kind === "stop") { at.mode = "stop"; at.reason = payload.reason ? payload.words : ""; }
    if (kind === "go_on") at.mode = at.job ? "run" : "none";
    if (kind === "lot") (at.lots[payload.job] ??= {})[payload.material] = payload.label;
    if (kind === "undo" && payload.kind === "start" && at.job === String(payload.job)) Object.assign(at, stood[payload.entry] ?? without(at.job));
    if (kind === "undo" && payload.kind === "pause") { at.job = String(payload.job); at.mode = "run"; }
    if (kind === "undo" && payload.kind === "resume") Object.assign(at, stood[payload.entry] ?? { mode: "paused" });
    const of = kind === "undo" ? over.find((each) => each.key === payload.entry) ?? { payload: payload.log ?? {} } : entry;
    if (kind === "log" || (kind === "undo" && (payload.kind ?? "log") === "log")) {
      const job = (at.made[of.payload.job ?? payload.job] ??= { good: 0, scrap: 0, rework: 0 });
      for (const name of Object.keys(job)) job[name] += (kind === "undo" ? -1 : 1) * Number(of.payload[name] || 0);
    }
    at.last = entry;
  }
  return at;
};
const number = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 }).format(value);
const show = async () => {
  try { queue = (await waiting()).filter((row) => row.station === screen().dataset.station); } catch { queue = []; }
  const at = folded();
  for (const each of all("[data-when]")) each.hidden = !each.dataset.when.split(" ").includes(at.mode);
  for (const each of all("[data-panel]")) {
    each.hidden = each.dataset.panel !== at.job;
    const made = at.made[each.dataset.panel];
    const good = each.querySelector("[data-good]");
    if (good) good.textContent = number(Number(good.dataset.good) + (made?.good ?? 0));
    for (const lot of each.querySelectorAll("[data-lot]")) lot.textContent = at.lots[each.dataset.panel]?.[lot.dataset.lot] ?? (lot.dataset.said ??= lot.textContent);
    for (const sum of each.querySelectorAll("[data-sum]")) sum.textContent = number(Number(sum.dataset.value) + (made?.[sum.dataset.sum] ?? 0));
  }
  if (at.reason) for (const each of all("[data-stop-reason]")) each.textContent = at.reason;
  for (const each of all("nav [data-show]")) each.toggleAttribute("aria-current", each.dataset.show === screen().dataset.view);
  showLast(at);
  showSync();
  tick();
};
const UNDOABLE = new Set(["log", "start", "pause", "resume"]);
const showLast = (at) => {
  const place = screen().querySelector("[data-last]"), button = screen().querySelector("[data-undo]");
  const last = at.last;
  const undone = new Set([...done, ...queue].filter((each) => each.kind === "undo").map((each) => each.payload.entry));
  if (last) place.textContent = `${new Date(last.made_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false })} ${last.payload.words}`;
  const key = last ? (UNDOABLE.has(last.kind) ? last.key : "") : place.dataset.mayUndo ? place.dataset.key : "";
  button.hidden = !key || undone.has(key);
  button.dataset.undo = key;
};
const showSync = () => {
  const chip = document.querySelector("[data-sync]"), refused = Number(screen().dataset.refused) + queue.filter((each) => each.unreadable).length;
  const many = queue.filter((each) => !each.unreadable).length;
  chip.dataset.sync = many ? "queue" : refused ? "fail" : isOff() ? "queue" : "ok";
  chip.querySelector("[data-sync-words]").textContent = many
    ? `${trouble === "signin" ? words.signin : isOff() ? words.offline : words.sending} ${many}`
    : refused ? `${words.needs} ${refused}` : isOff() ? `${words.offline} 0` : words.saved;
  const list = screen().querySelector("[data-queue]");
  list.replaceChildren(...queue.map((entry) => {
    const row = document.createElement("li");
    row.textContent = `${new Date(entry.made_at).toLocaleTimeString(document.documentElement.lang)} ${entry.payload.words} ${entry.unreadable ?? ""}`;
    return row;
  }));
  screen().querySelector("[data-queue-none]").hidden = queue.length > 0 || Number(screen().dataset.refused) > 0;
  for (const each of all("[data-offline-only]")) each.hidden = !isOff();
  for (const each of all("[data-do=help]")) each.disabled = isOff();
};
const tick = () => {
  for (const each of all("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(each.dataset.since)) / 1_000));
    const hours = Math.floor(seconds / 3_600), minutes = Math.floor(seconds / 60) % 60, rest = String(seconds % 60).padStart(2, "0");
    each.textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
};
const say = (text, template) => {
  const toast = document.getElementById(template).content.querySelector("[data-toast]").cloneNode(true);
  toast.querySelector("[data-toast] > span:last-of-type").textContent = text;
  document.getElementById("toasts").replaceChildren(toast);
  setTimeout(() => toast.remove(), 8_000);
};

// The sheet of quantities: three numbers, the keypad types into the one that is picked.
const sheet = { made: {}, because: {}, picked: "good", fresh: true };
const openLog = () => {
  const at = document.getElementById("sheet-log");
  const counted = Math.max(0, Math.floor(Number(at.dataset.counted || 0)));
  Object.assign(sheet, { made: { good: String(counted), scrap: "0", rework: "0" }, because: {}, picked: "good", fresh: true });
  for (const each of all("[data-because]")) each.setAttribute("aria-pressed", "false");
  drawLog();
};
const drawLog = () => {
  const parts = [], missing = [];
  for (const name of ["good", "scrap", "rework"]) {
    const field = screen().querySelector(`[data-field=${name}]`), amount = Number(sheet.made[name]);
    field.querySelector("output").textContent = sheet.made[name];
    field.toggleAttribute("data-picked", sheet.picked === name);
    if (amount) parts.push(`${number(amount)} ${words[name]}`);
    const why = screen().querySelector(`[data-why=${name}]`);
    if (!why) continue;
    why.hidden = !amount || !why.querySelector("[data-because]");
    if (!why.hidden && !sheet.because[name]) missing.push(name);
  }
  const button = screen().querySelector("[data-log]");
  button.disabled = !parts.length || missing.length > 0;
  screen().querySelector("[data-log-words]").textContent = !parts.length ? words.nothing : missing.length ? words.why : `${words.log} ${parts.join(", ")}`;
};
const type = (digit) => {
  const now = sheet.fresh ? "0" : sheet.made[sheet.picked];
  sheet.fresh = false;
  const next = digit === "back" ? now.slice(0, -1) : (now + digit).replace(/^0+(?=\d)/, "");
  sheet.made[sheet.picked] = next.slice(0, 7) || "0";
};

// The lot in place: offered by its tile, typed, or scanned. What material it is of is known of those offered, and where
// the job takes one alone; the server asks for the rest.
const offered = (job) => all(`[data-lots-of="${job}"]`);
const lotEntry = (job, label, material) => {
  const groups = offered(job), of = groups.find((each) => all("[data-label]", each).some((tile) => tile.dataset.label === label));
  return [{ job: Number(job), label, material: material ?? of?.dataset.material ?? (groups.length === 1 ? groups[0].dataset.material : "") }, `${words.lot} ${label}`];
};
const openLot = (job) => {
  for (const each of all("[data-lots-of]")) each.hidden = each.dataset.lotsOf !== job;
  screen().querySelector("[data-lot-form]").reset();
};
const isForLot = (text, at) => ["run", "paused", "stop"].includes(at.mode) && offered(at.job).length > 0
  && (document.getElementById("sheet-lot").open || offered(at.job).some((each) => all("[data-label]", each).some((tile) => tile.dataset.label === text)));

const DO = {
  start: (button) => [{ job: Number(button.dataset.job) }, `${words.start} ${button.closest("[data-code]").dataset.code}`],
  resume: (button, at) => [{ job: Number(button.dataset.job ?? at.job) }, words.resume],
  pause: (_button, at) => [{ job: Number(at.job) }, words.pause],
  finish: (_button, at) => [{ job: Number(at.job) }, words.finish],
  stop: (button) => [{ reason: Number(button.dataset.reason) || null }, button.dataset.reason ? button.querySelector("b").textContent : words.stop],
  lot: (button, at) => lotEntry(at.job, button.dataset.label, button.dataset.material),
  go_on: () => [{}, words.go_on],
  help: (button) => [{ team: Number(button.dataset.team), is_standing: screen().querySelector("[data-standing]").checked }, `${words.help} ${button.textContent.trim()}`],
};
document.addEventListener("click", async (event) => {
  const hit = event.target.closest("[data-do], [data-open], [data-close], [data-show], [data-undo], [data-log], [data-field], [data-digit], [data-because]");
  if (!hit || hit.disabled) return;
  const { dataset } = hit, at = folded();
  if ("do" in dataset) {
    const [payload, said] = DO[dataset.do](hit, at);
    hit.disabled = true;  // one finger, one entry
    await record(dataset.do, payload, said);
    hit.disabled = false;
    if (dataset.do === "start" || dataset.do === "resume") { screen().dataset.view = "job"; show(); }
  } else if ("open" in dataset) {
    if (dataset.open === "sheet-log") openLog();
    if (dataset.open === "sheet-lot") openLot(at.job);
    if (dataset.open === "sheet-finish") screen().querySelector("[data-finish-words]").textContent = screen().querySelector("[data-panel]:not([hidden])").innerText.split("\n").slice(0, 4).join(" ");
    document.getElementById(dataset.open).showModal();
  } else if ("close" in dataset) hit.closest("dialog").close();
  else if ("show" in dataset) { screen().dataset.view = dataset.show; show(); }
  else if ("undo" in dataset) {
    const first = [...done, ...queue].find((each) => each.key === dataset.undo);
    const last = screen().querySelector("[data-last]").dataset, kind = first?.kind ?? last.kind;
    const job = first?.payload.job ?? Number(last.job || at.job);
    await record("undo", { entry: dataset.undo, job, kind, log: kind === "log" ? first?.payload ?? null : null }, words.undo);
  } else if ("log" in dataset) {
    const payload = { job: Number(at.job), ...sheet.made, scrap_reason: sheet.because.scrap ?? null, rework_reason: sheet.because.rework ?? null };
    hit.disabled = true;
    await record("log", payload, screen().querySelector("[data-log-words]").textContent.slice(words.log.length + 1));
  } else if ("digit" in dataset && hit.closest("#sheet-log")) { type(dataset.digit); drawLog(); }
  else if ("because" in dataset) {
    const why = hit.closest("[data-why]");
    sheet.because[why.dataset.why] = Number(dataset.because);
    for (const each of why.querySelectorAll("[data-because]")) each.setAttribute("aria-pressed", String(each === hit));
    drawLog();
  } else if ("field" in dataset) {
    const step = event.target.closest("[data-step]");
    if (sheet.picked !== dataset.field) sheet.fresh = true;
    sheet.picked = dataset.field;
    if (step) { sheet.made[sheet.picked] = String(Math.max(0, Number(sheet.made[sheet.picked]) + Number(step.dataset.step))); }
    drawLog();
  }
});

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-lot-form]")) return;
  event.preventDefault();
  const label = new FormData(event.target).get("label").trim();
  if (label) await record("lot", ...lotEntry(folded().job, label));
});

// A scan is a badge first; then a lot for the job that runs; then a job of this queue is opened; then it goes to the
// search as everywhere.
document.addEventListener("mom:scan", (event) => {
  event.detail.first = async (text) => {
    const at = folded();
    if (isForLot(text.trim(), at)) return record("lot", ...lotEntry(at.job, text.trim()));
    const row = all("[data-code]").find((each) => each.dataset.code === text.trim());
    if (!row) return false;
    screen().dataset.view = "queue";
    await show();
    row.scrollIntoView({ block: "center" });
    row.querySelector("button:not([disabled])")?.focus();
    return true;
  };
});

// Without the network the lock would lead to an empty page: whoever is signed in stays until it is back.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-lock]") || !isOff()) return;
  event.preventDefault();
  say(words.stays, "toast-offline");
}, true);
addEventListener("pointerdown", () => { finger = true; }, true);
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { finger = false; }, true);
addEventListener("online", () => { trouble = ""; send(); look(); });
addEventListener("offline", () => show());
others.addEventListener("message", ({ data }) => { if (data.done) done.push(data.done); show(); });
setInterval(() => { if (queue.some((each) => !each.unreadable)) send(); }, TRY_EVERY);
setInterval(() => { if (!queue.length) look(); }, LOOK_EVERY);
document.addEventListener("close", () => { if (done.length && !queue.length) look(); }, true);  // a sheet was in the way
setInterval(tick, 1_000);
// What stood there before this script came could not answer a tap, and said so.
for (const each of document.querySelectorAll("[data-waits]")) each.disabled = false;
show().then(send);
