// Live parts: <section data-live="/address/" data-live-seconds="5"> is fetched anew when the server says that something
// changed, and every few seconds where its stream can't be reached; only while the tab is seen.
//   data-live-topics="machine,alert"  what it waits for; data-live-key="CNC-04": of machines only this one
//   data-live-rows="m-"               a machine's row has this id and its code: rows in sight are fetched by themselves
//   <ol id data-live-list>            its items are swapped one by one; another order is offered while it is in use
//   <span data-since="1790000000">    counts up by itself
//   data-live-always                  a wall: swapped also under a pointer that somebody left on it
//   data-live-stale="15"              stale after so many seconds without news, however that came
//   data-live-aside                   a part of the frame: fetched at once, asks for no stream, says nothing of staleness
// Swaps elements with an id, never what is under the pointer or holds the focus: that follows after it has left.
// Two misses mark it stale.

import { isInUse, keep, rowAs, tick, tickAll, sameAs } from "./live_dom.js";

const USUAL = "job_order,figures"; // what a part waits for that says nothing else in data-live-topics
const CALM = 30; // seconds between fetches while the stream is open and silent, unless data-live-calm says otherwise
const GATHER = 120; // ms: several changes at once are one fetch
const LEAST_GAP = 300; // ms between two fetches of a part, more where the server is slow
const OLDEST = 10_000; // ms: the whole may have been read so long ago for somebody else, where nothing urgent was told
const AGAIN = 300; // ms at least until the whole is asked for again that is being made for somebody else just now
const RETRY = 1_000; // ms after a miss, and as much more after each further one, up to the usual pause
const MOST_ROWS = 60;

const mark = document.querySelector("[data-live-mark]");
const zone = document.querySelector("[data-clock]")?.dataset.clock;
const shown = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

let stream = null;
let streamTopics = "";

const isHeard = () => stream?.readyState === EventSource.OPEN;

class Live {
  constructor(element) {
    this.element = element;
    this.pause = Number(element.dataset.liveSeconds || 5) * 1_000;
    this.calm = Number(element.dataset.liveCalm || CALM) * 1_000;
    this.topics = (element.dataset.liveTopics || USUAL).split(",");
    this.prefix = element.dataset.liveRows;
    this.key = element.dataset.liveKey;
    this.keys = new Set(); // machines in sight that changed
    this.held = new Map(); // what came for elements in use
    this.misses = 0;
    this.wasAll = true; // rows in sight go first
    this.etag = "";
    this.rowsAt = Infinity;
    this.rowsFreeAt = 0; // the whole is costly: a slow server gets more time before it is asked for again than for rows
    this.allFreeAt = 0;
    this.standsUntil = 0; // before then the server has no other whole, unless something urgent is told
    this.newsAt = 0; // when it heard last of what the whole must show, and of rows: no answer may be older
    this.rowNewsAt = 0;
    this.rowsCame = new Map(); // when a row came by itself: no older whole takes it back
    this.heardAt = 0; // of any machine: rows out of sight may be so far behind the whole that came
    this.isAside = "liveAside" in element.dataset;
    this.freshAt = Date.now();
    this.wait();
    if (this.isAside) this.soon(0);
  }

  wait() {
    this.allAt = Date.now() + (isHeard() ? this.calm : this.pause);
    this.arm();
  }

  // After a miss: what was asked for is still wanted.
  retry(isAll, rows) {
    const at = Date.now() + Math.min(this.pause, RETRY * this.misses);
    rows.forEach((key) => this.keys.add(key));
    if (isAll) this.allAt = at;
    else this.rowsAt = at;
    this.arm();
  }

  soon(delay = GATHER) {
    this.allAt = Math.min(this.allAt, Date.now() + delay);
    this.arm();
  }

  later(delay) {
    this.soon(Math.max(delay, this.standsUntil - Date.now() + delay / 10));
  }

  arm() {
    clearTimeout(this.timer);
    if (document.hidden || this.isBusy) return;
    const at = Math.min(Math.max(this.allAt, this.allFreeAt), Math.max(this.rowsAt, this.rowsFreeAt));
    this.timer = setTimeout(() => this.refresh(), Math.max(0, at - Date.now()));
  }

  poke(topic, key) {
    if (!this.topics.includes(topic) && topic !== "resync") return;
    if (topic === "machine" && this.key && key && this.key !== key) return; // without a key: many moved
    if (topic !== "machine" || !this.prefix) { this.newsAt = Date.now(); this.soon(); return; }
    this.heardAt = Date.now();
    const row = document.getElementById(this.prefix + key);
    const place = row?.getBoundingClientRect();
    if (place && place.bottom > 0 && place.top < innerHeight && row.checkVisibility()) {
      this.keys.add(key);
      this.rowNewsAt = Date.now();
      this.rowsAt = Math.min(this.rowsAt, Date.now() + GATHER);
    }
    this.later(this.pause * (0.5 + Math.random() / 2)); // sums, ranks, rows out of sight: not all pages at once
  }

  async refresh() {
    if (!this.element.isConnected || document.hidden || this.isBusy) return;
    const now = Date.now();
    const areRowsDue = this.keys.size > 0 && Math.max(this.rowsAt, this.rowsFreeAt) <= now;
    const isAllDue = Math.max(this.allAt, this.allFreeAt) <= now;
    const isAll = isAllDue && !(areRowsDue && this.wasAll); // in turns: neither keeps the other waiting
    if (!isAll && !areRowsDue) { this.arm(); return; }
    this.wasAll = isAll;
    const rows = isAll ? [] : [...this.keys].slice(0, MOST_ROWS);
    rows.forEach((key) => this.keys.delete(key));
    this.rowsAt = this.keys.size ? Date.now() + GATHER : Infinity;
    this.isBusy = true;
    const begun = performance.now();
    let isMade = true;
    try {
      isMade = await this.fetch(isAll, rows);
      this.misses = 0;
      if (isMade) this.fresh(true);
    } catch {
      this.misses += 1;
      if (this.misses >= 2) this.fresh(false);
    }
    this.isBusy = false;
    this.rowsFreeAt = Date.now() + LEAST_GAP;
    if (isAll) this.allFreeAt = Date.now() + Math.max(LEAST_GAP, 3 * (performance.now() - begun));
    if (this.misses) this.retry(isAll, rows);
    else if (!isMade) this.soon(AGAIN * (1 + Math.random()));
    else if (isAll) this.wait();
    else this.arm();
    if (isAll && Date.now() - this.heardAt < OLDEST) this.later(this.pause);
  }

  // Gives false where the whole is being made for somebody else: it is asked for again in a moment.
  async fetch(isAll, rows) {
    const asked = Date.now();
    const oldest = isHeard() ? OLDEST : this.pause / 2; // who hears no news can't know that there is some
    const age = Math.min(oldest, asked - (isAll ? this.newsAt : this.rowNewsAt));
    const headers = { "HX-Request": "true", "X-Requested-With": "live", "X-Live-Age": String(Math.max(0, age)) };
    if (isAll && this.etag) headers["If-None-Match"] = this.etag;
    const url = new URL(this.element.dataset.live, location.href);
    if (!isAll) url.searchParams.set("rows", rows.join(","));
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(this.pause * 2) });
    if (answer.status === 202) return false;
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    if (isAll) this.standsUntil = Date.now() + Number(answer.headers.get("X-Live-Stands"));
    if (!answer.ok) return true;
    if (isAll) this.etag = answer.headers.get("ETag") ?? "";
    this.swap(await answer.text(), isAll ? asked - Number(answer.headers.get("X-Live-Age")) : Infinity);
    const came = Date.now();
    rows.forEach((key) => this.rowsCame.set(this.prefix + key, came));
    return true;
  }

  // What was read since `begun`; rows that came by themselves later than that stay.
  swap(html, begun) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    tick(parsed);
    for (const [id, came] of this.rowsCame) {
      const [fresh, shown] = [parsed.getElementById(id), this.held.get(id) ?? document.getElementById(id)];
      if (came <= begun) this.rowsCame.delete(id);
      else if (fresh && shown) fresh.replaceWith(rowAs(shown, fresh));
    }
    const incoming = [...parsed.body.querySelectorAll("[id]")].filter((each) => !each.parentElement.closest("[id]"));
    for (const fresh of incoming) this.put(document.adoptNode(fresh));
  }

  put(fresh) {
    const stale = document.getElementById(fresh.id);
    this.held.delete(fresh.id);
    if (!stale || !this.element.contains(stale)) return;
    if (fresh.hasAttribute("data-live-list")) { this.putList(stale, fresh); return; }
    if (sameAs(stale, fresh)) return;
    if (!("liveAlways" in this.element.dataset) && isInUse(stale)) { this.held.set(fresh.id, fresh); return; }
    keep(stale, fresh);
    stale.replaceWith(fresh);
    window.htmx?.process(fresh);
  }

  // Items of a list one by one; where others stand in it or in another order, that waits until nobody uses it.
  putList(stale, fresh) {
    const ids = (list) => [...list.children].map((each) => each.id);
    const [before, after] = [ids(stale), ids(fresh)];
    const changes = before.join() === after.join() ? 0 :
      new Set([...before.filter((id, place) => id !== after[place]), ...after.filter((id) => !before.includes(id))]).size;
    if (changes && !isInUse(stale.closest("[data-live-use]") ?? stale)) {
      stale.replaceWith(fresh);
      window.htmx?.process(fresh);
      this.offer(fresh, 0);
      return;
    }
    if (changes) this.held.set(fresh.id, fresh.cloneNode(true));
    for (const item of [...fresh.children]) if (item.id && before.includes(item.id)) this.put(item);
    this.offer(stale, changes);
  }

  offer(list, changes) {
    const button = document.querySelector(`[data-live-offer="${CSS.escape(list.id)}"]`);
    if (!button) return;
    button.hidden = !changes;
    button.textContent = (changes === 1 ? button.dataset.one : button.dataset.many).replace("{n}", changes);
    button.onclick = () => {
      const [fresh, stale] = [this.held.get(list.id), document.getElementById(list.id)];
      this.held.delete(list.id);
      if (fresh && stale) { stale.replaceWith(fresh); window.htmx?.process(fresh); }
      button.hidden = true;
    };
  }

  release() {
    for (const fresh of [...this.held.values()]) {
      const stale = document.getElementById(fresh.id);
      if (!stale || !isInUse(stale.closest("[data-live-use]") ?? stale)) { tick(fresh); this.put(fresh); }
    }
  }

  judge() {
    const limit = Number(this.element.dataset.liveStale || 0) * 1_000;
    if (limit && Date.now() - this.freshAt > limit) this.fresh(false);
  }

  fresh(isFresh) {
    if (isFresh) this.freshAt = Date.now();
    this.element.toggleAttribute("data-stale", !isFresh);
    if (!mark || this.isAside) return;
    if (isFresh) {
      mark.removeAttribute("data-stale");
      mark.dataset.last = shown.format(new Date());
      mark.textContent = mark.dataset.words;
    } else if (!mark.hasAttribute("data-stale")) {
      mark.setAttribute("data-stale", "");
      mark.textContent = mark.dataset.staleWords.replace("{time}", mark.dataset.last || mark.dataset.loaded);
    }
  }
}

let parts = [...document.querySelectorAll("[data-live]")].map((element) => new Live(element));

// A button that htmx pressed may have put a new live part into the place of one.
document.addEventListener("htmx:afterSwap", () => {
  const known = new Set(parts.map((part) => part.element));
  const added = [...document.querySelectorAll("[data-live]")].filter((element) => !known.has(element));
  parts = [...parts.filter((part) => part.element.isConnected), ...added.map((element) => new Live(element))];
  follow();
});

function follow() {
  // A device without a person may not read the stream: its parts ask by the clock.
  const listening = document.hidden ? [] : parts.filter((part) => !part.element.hasAttribute("data-live-polls"));
  const isWanted = listening.some((part) => !part.isAside); // a bell alone is asked by the clock
  const topics = isWanted ? [...new Set(listening.flatMap((part) => part.topics))].sort().join(",") : "";
  if (topics === streamTopics) return;
  stream?.close();
  stream = null;
  streamTopics = topics;
  if (!topics) return;
  stream = new EventSource(`/live/?topics=${topics}`);
  for (const topic of [...topics.split(","), "resync"]) {
    stream.addEventListener(topic, ({ data }) => {
      for (const line of data.split("\n")) {
        const key = line.slice(0, Math.max(0, line.lastIndexOf(":")));
        for (const part of parts) part.poke(topic, key);
      }
    });
  }
  stream.addEventListener("error", () => parts.forEach((part) => part.wait()));
}

document.addEventListener("visibilitychange", () => {
  follow();
  for (const part of parts) {
    part.freshAt = Math.max(part.freshAt, Date.now() - 10_000); // what was hidden gets a moment to fetch
    if (document.hidden) { part.arm(); continue; }
    part.newsAt = Date.now();
    part.soon();
  }
});
for (const name of ["pointerout", "pointerup", "focusout", "selectionchange"]) {
  document.addEventListener(name, () => parts.some((part) => part.held.size) && setTimeout(() => parts.forEach((part) => part.release())));
}
addEventListener("pagehide", () => stream?.close());
setInterval(() => {
  if (document.hidden) return;
  tickAll();
  for (const part of parts) part.judge();
}, 1_000);
tickAll();
follow();
