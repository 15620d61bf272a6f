// Live parts: <section data-live="/address/" data-live-seconds="5"> is fetched anew when the server says that something
// changed, and every few seconds where its stream can't be reached; only while the tab is seen.
// Swaps elements with an id, never what is under the pointer or holds the focus; two misses mark it stale.

const TOPICS = ["job_order", "figures", "delivery", "resync"];
const USUAL = "job_order,figures"; // what a part waits for that says nothing else in data-live-topics
const CALM_SECONDS = 30; // between fetches while the stream is open and silent
const GATHER = 150; // ms: several changes at once are one fetch

const mark = document.querySelector("[data-live-mark]");
const zone = document.querySelector("[data-clock]")?.dataset.clock;
const shown = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

let stream = null;

class Live {
  constructor(element) {
    this.element = element;
    this.seconds = Number(element.dataset.liveSeconds || 5);
    this.topics = ["resync", ...(element.dataset.liveTopics || USUAL).split(",")];
    this.misses = 0;
    this.etag = "";
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    const seconds = stream?.readyState === EventSource.OPEN ? CALM_SECONDS : this.seconds;
    this.timer = setTimeout(() => this.refresh(), seconds * 1_000);
  }

  waitsFor(topic) {
    return this.topics.includes(topic);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), GATHER);
  }

  async refresh() {
    if (!this.element.isConnected) return;
    if (document.hidden) { this.wait(); return; }
    try {
      const headers = { "HX-Request": "true", "X-Requested-With": "live" };
      if (this.etag) headers["If-None-Match"] = this.etag;
      const answer = await fetch(this.element.dataset.live, { headers, signal: AbortSignal.timeout(this.seconds * 2_000) });
      if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
      if (answer.ok) {
        this.etag = answer.headers.get("ETag") ?? "";
        this.swap(await answer.text());
      }
      this.misses = 0;
      this.fresh(true);
    } catch {
      this.misses += 1;
      if (this.misses >= 2) this.fresh(false);
    }
    this.wait();
  }

  swap(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const incoming = [...parsed.body.querySelectorAll("[id]")].filter((each) => !each.parentElement.closest("[id]"));
    for (const fresh of incoming) {
      const stale = document.getElementById(fresh.id);
      if (!stale || !this.element.contains(stale) || stale.isEqualNode(fresh)) continue;
      if (stale.matches(":hover, :focus-within")) continue; // comes with the next round, after the pointer has left
      stale.replaceWith(document.adoptNode(fresh));
      window.htmx?.process(fresh);
    }
  }

  fresh(isFresh) {
    this.element.toggleAttribute("data-stale", !isFresh);
    if (!mark) return;
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
});

function follow() {
  // A device without a person may not read the stream: its parts ask by the clock.
  const isWanted = parts.some((part) => !part.element.hasAttribute("data-live-polls")) && !document.hidden;
  if (isWanted && !stream) {
    stream = new EventSource(`/live/?topics=${TOPICS.join(",")}`);
    for (const topic of TOPICS) stream.addEventListener(topic, () => parts.forEach((part) => part.waitsFor(topic) && part.soon()));
    stream.addEventListener("error", () => parts.forEach((part) => part.wait()));
  } else if (!isWanted && stream) {
    stream.close();
    stream = null;
  }
}

document.addEventListener("visibilitychange", () => {
  follow();
  if (!document.hidden) parts.forEach((part) => part.soon());
});
addEventListener("pagehide", () => stream?.close());
follow();
