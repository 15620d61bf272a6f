"""The open pages of `benchmarks/live_pages.py`, in a process of their own: what `live.js` does, without a browser.

Reads one line of JSON from its standard input (where the server is, which pages), writes "open" when every page has
loaded and its stream is open, reads "stop", and then writes one line of JSON: which rows each page saw when, and what
it cost. The times between fetches are those that stand in `live.js`.
"""

import asyncio
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).resolve().parents[1] / "mom" / "core" / "static" / "mom" / "js" / "live.js"
IN_SIGHT = 25
_ROW = re.compile(r'<tr id="m-([^"]+)".*?</tr>', re.DOTALL)
_STATE = re.compile(r'class="state" data-state="(\w+)"')
_GOOD = re.compile(r'class="qty"><span>([^< ]+)')


def constant(name: str) -> float:
    """A number of `live.js`, in its unit. Raises: LookupError where it no longer stands there."""
    found = re.search(rf"^const {name} = ([\d_]+);", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError(name)
    return float(found[1].replace("_", ""))


GATHER, LEAST_GAP = constant("GATHER") / 1_000, constant("LEAST_GAP") / 1_000
OLDEST, AGAIN, RETRY = (constant(name) / 1_000 for name in ("OLDEST", "AGAIN", "RETRY"))
MOST_ROWS = int(constant("MOST_ROWS"))


class Line:
    """A connection that is kept open between requests, as a browser keeps it."""

    def __init__(self, plant: dict[str, Any], cookie: str) -> None:
        self.plant, self.cookie = plant, cookie
        self.reader: Any = None
        self.writer: Any = None

    async def ask(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """One answer; on a new connection where the server has closed the kept one. Raises: OSError."""
        if self.writer is not None and not self.reader.at_eof():
            try:
                return await self._ask(path, headers)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.writer.close()
        self.reader, self.writer = await asyncio.open_connection(self.plant["host"], self.plant["port"])
        return await self._ask(path, headers)

    async def _ask(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        given = {"Host": f"{self.plant['host']}:{self.plant['port']}", "Cookie": self.cookie, **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.writer.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        return int(head[0].split()[1]), found, await self.body(found)

    async def body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return bytes(await self.reader.readexactly(int(headers.get("content-length", 0))))
        found = b""
        while size := int(await self.reader.readline(), 16):
            found += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return found


class Screen:
    """One page: its stream, its rows in sight, when it fetches what."""

    def __init__(self, number: int, page: dict[str, Any], plant: dict[str, Any], notes: dict[str, Any]) -> None:
        self.number, self.page, self.plant, self.notes = number, page, plant, notes
        self.random = random.Random(number)
        self.line, self.bell = Line(plant, page["cookie"]), Line(plant, page["cookie"])
        self.pause, self.calm, self.topics = 5.0, page["calm"], page["topics"].split(",")
        self.sight: set[str] = set()
        self.keys: set[str] = set()
        self.all_at = self.rows_at = float("inf")
        self.all_free_at = self.rows_free_at = self.news_at = self.rows_news_at = self.heard_at = 0.0
        self.stands_until = 0.0
        self.came: dict[str, float] = {}
        self.etag = ""
        self.misses = 0
        self.was_all = True
        self.changed = asyncio.Event()
        self.is_open = asyncio.Event()

    async def run(self) -> None:
        await self.whole(float("inf"))
        await asyncio.gather(self.listen(), self.work(), self.ring())

    def poke(self, topic: str, key: str) -> None:
        """As `Live.poke`."""
        if topic not in self.topics and topic != "resync":
            return
        now = time.monotonic()
        if topic != "machine":
            self.news_at = now
            self.all_at = min(self.all_at, now + GATHER)
        else:
            self.heard_at = now
            if key in self.sight:
                self.keys.add(key)
                self.rows_news_at = now
                self.rows_at = min(self.rows_at, now + GATHER)
            self.later(now, self.pause * self.random.uniform(0.5, 1))
        self.changed.set()

    def later(self, now: float, delay: float) -> None:
        """As `Live.later`."""
        self.all_at = min(self.all_at, max(now + delay, self.stands_until + delay / 10))

    def retry(self, now: float, is_all: bool, rows: list[str]) -> None:
        """As `Live.retry`."""
        at = now + min(self.pause, RETRY * self.misses)
        self.keys.update(rows)
        if is_all:
            self.all_at = at
        else:
            self.rows_at = at

    async def listen(self) -> None:
        """The stream; it comes back by itself."""
        while True:
            try:
                reader, writer = await asyncio.open_connection(self.plant["host"], self.plant["port"])
                head = f"GET /live/?topics={self.page['topics']} HTTP/1.1\r\nHost: {self.plant['host']}\r\n"
                writer.write(f"{head}Cookie: {self.page['cookie']}\r\n\r\n".encode())
                status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
                if status != 200:
                    raise OSError(f"stream {status}")
                self.is_open.set()
                topic = ""
                rest = b""
                while read := await reader.read(65_536):
                    *lines, rest = (rest + read).split(b"\n")
                    for line in lines:
                        name, _, value = line.decode().partition(": ")
                        if name == "event":
                            topic = value
                        elif name == "data":
                            self.notes["events"] += 1
                            self.poke(topic, value.rpartition(":")[0])
            except OSError as error:
                self.notes["errors"].append(f"page {self.number}: {error}")
            await asyncio.sleep(2)

    async def work(self) -> None:
        """As `Live.arm` and `Live.refresh`."""
        self.all_at = time.monotonic() + self.calm * self.random.uniform(0.5, 1)
        while True:
            at = min(max(self.all_at, self.all_free_at), max(self.rows_at, self.rows_free_at))
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), max(0.0, at - time.monotonic()))
                continue
            except TimeoutError:
                pass
            begun = time.monotonic()
            are_rows_due = bool(self.keys) and max(self.rows_at, self.rows_free_at) <= begun
            is_all = max(self.all_at, self.all_free_at) <= begun and not (are_rows_due and self.was_all)
            if not is_all and not are_rows_due:
                continue
            self.was_all = is_all
            rows = [] if is_all else sorted(self.keys)[:MOST_ROWS]
            self.keys -= set(rows)
            self.rows_at = begun + GATHER if self.keys else float("inf")
            try:
                is_made = await (self.whole(begun) if is_all else self.rows(rows, begun))
                self.misses = 0
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                self.notes["errors"].append(f"page {self.number}: {type(error).__name__} {error}")
                self.misses, is_made = self.misses + 1, True
            now = time.monotonic()
            self.rows_free_at = now + LEAST_GAP
            if is_all:
                self.all_free_at = now + max(LEAST_GAP, 3 * (now - begun))
            if self.misses:
                self.retry(now, is_all, rows)
            elif not is_made:
                self.all_at = now + AGAIN * self.random.uniform(1, 2)
            elif is_all:
                self.all_at = now + self.calm
            if is_all and now - self.heard_at < OLDEST:
                self.later(now, self.pause)

    async def ring(self) -> None:
        """The bell in the head asks by the clock."""
        while self.page["bell"]:
            status, _headers, _body = await self.bell.ask(self.page["bell"], {"X-Requested-With": "live"})
            if status not in {200, 304}:
                self.notes["errors"].append(f"page {self.number}: bell {status}")
            self.notes["bells"] += 1
            await asyncio.sleep(30 * self.random.uniform(0.9, 1.1))

    async def whole(self, begun: float) -> bool:
        """The page's live part; False where somebody else's is being made."""
        headers = {"X-Requested-With": "live", "HX-Request": "true"}
        headers["X-Live-Age"] = str(max(0, int(1_000 * min(OLDEST, begun - self.news_at))))
        if self.etag:
            headers["If-None-Match"] = self.etag
        asked = time.monotonic()
        status, found, body = await self.line.ask(self.page["path"], headers)
        self.notes["whole_ms"].append(round((time.monotonic() - asked) * 1_000, 1))
        self.notes["statuses"][str(status)] = self.notes["statuses"].get(str(status), 0) + 1
        self.stands_until = time.monotonic() + int(found.get("x-live-stands", "0")) / 1_000
        if status == 202:
            if begun == float("inf"):
                await asyncio.sleep(0.3)
                return await self.whole(begun)
            return False
        if status == 304:
            return True
        if status != 200:
            raise ValueError(f"whole {status}")
        self.etag = found.get("etag", "")
        self.notes["bytes"] += len(body)
        self.see(body.decode(), asked - int(found.get("x-live-age", "0")) / 1_000)
        return True

    async def rows(self, rows: list[str], begun: float) -> bool:
        """Only these machines' rows."""
        joint = "&" if "?" in self.page["path"] else "?"
        headers = {"X-Requested-With": "live", "HX-Request": "true"}
        headers["X-Live-Age"] = str(max(0, int(1_000 * min(OLDEST, begun - self.rows_news_at))))
        status, _found, body = await self.line.ask(f"{self.page['path']}{joint}rows={','.join(rows)}", headers)
        self.notes["rows_ms"].append(round((time.monotonic() - begun) * 1_000, 1))
        self.notes["rows"] += len(rows)
        if status != 200:
            raise ValueError(f"rows {status}")
        self.notes["bytes"] += len(body)
        self.see(body.decode(), None)
        self.came.update(dict.fromkeys(rows, time.monotonic()))
        return True

    def see(self, html: str, whole: float | None) -> None:
        """Note what the rows in sight say; of a whole, which began to be read then, not where a row came later."""
        now = time.monotonic()
        rows = {found[1]: found[0] for found in _ROW.finditer(html)}
        if whole is not None:
            codes = list(rows)
            first = int(self.page["place"] * max(0, len(codes) - IN_SIGHT))
            sight = set(codes[first : first + IN_SIGHT])
            left = [code for code in self.sight if code not in rows]
            self.notes["gone"].extend((now, self.number, code) for code in left)
            if sight != self.sight:
                self.notes["sights"].append((now, self.number, sorted(sight)))
            self.sight = sight
        for code in self.sight & rows.keys():
            if whole is not None and self.came.get(code, 0.0) > whole:
                continue
            state, good = _STATE.search(rows[code]), _GOOD.search(rows[code])
            self.notes["seen"].append((now, self.number, code, state[1] if state else "", good[1] if good else ""))


async def main() -> None:
    loop = asyncio.get_running_loop()
    plant = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    notes: dict[str, Any] = {
        "events": 0, "errors": [], "bytes": 0, "rows": 0, "bells": 0, "rows_ms": [], "whole_ms": [], "statuses": {},
        "seen": [], "sights": [], "gone": [],
    }  # fmt: skip
    screens = [Screen(number, page, plant, notes) for number, page in enumerate(plant["pages"])]
    tasks = []
    for screen in screens:
        tasks.append(asyncio.create_task(screen.run()))
        await asyncio.wait([asyncio.create_task(screen.is_open.wait()), tasks[-1]], return_when=asyncio.FIRST_COMPLETED)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    for task in tasks:
        if task.done() and (error := task.exception()):
            notes["errors"].append(f"{type(error).__name__} {error}")
        task.cancel()
    sys.stdout.write(json.dumps(notes) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
