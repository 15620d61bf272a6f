"""From the event to the changed screen: many open live pages at a plant of many machines.

    python3 manage.py bench live_pages [--machines 2000] [--pages 200] [--seconds 60] [--most 1.0]

In a scratch database of its own, over the web server that `manage.py run` starts. Each page (a process apart plays
them, by the times in `live.js`) holds its stream, has 25 rows in sight, fetches the rows that it hears of, and its
whole part and its bell when these are due. A gateway sends a minute of all machines by HTTP in batches of 200, in the
plant's order: a state and a count each; every fifth machine changes its state. Half the pages show all machines, half
(as a plant of this size begins) those that deviate; half belong to people with fewer rights.

Measured is the time from the begin of a POST until the page holds a row with the new state, for each page with that
machine in sight; a row that left the page because its machine no longer deviates counts as changed. The baselines of
the same run: the same minute with one page alone, and a bare loop of SELECT, format and bytes of one live row. Counts
that were sent must be on the screen too. Prints medians, p95, p99 and their ratios, errors, and the web server's CPU
time and memory. Exits with 1 above `most` seconds p95, on an error, or where a page shows something else than was sent.
"""

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("pages")
BATCH = 200
IN_SIGHT = 25
PEOPLE = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=300, help="machines with a job that runs")
    parser.add_argument("--most", type=float, default=1.0, help="seconds, 95th percentile")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    plant = Plant(options.machines, min(options.jobs, options.machines))
    bare = plant.bare(300)
    with Server() as server:
        warm = Gateway(plant, server.port)
        warm.minute(0.0)
        alone = Run(plant, server, 1, options.seconds)
        many = Run(plant, server, options.pages, options.seconds)
    return report(options, bare, alone, many)


def report(options: argparse.Namespace, bare: float, alone: "Run", many: "Run") -> int:
    """Print what was measured; 1 where an aim is missed."""
    print(f"{options.machines} machines, a minute's messages in {options.seconds:.0f} s")
    for name, run in (("one page alone", alone), (f"{options.pages} pages", many)):
        run.say(name)
    if alone.delays and many.delays:
        ratio = statistics.median(many.delays) / statistics.median(alone.delays)
        print(f"median with all pages: {ratio:.2f} x one page alone")
    spent = many.cpu / max(1, len(many.notes["rows_ms"]) + len(many.notes["whole_ms"]))
    print(f"bare SELECT and format of a row {bare * 1000:.2f} ms; a fetch costs {spent / bare:.1f} x that in CPU time")
    p95 = many.percentile(95)
    print(f"p95 {p95:.3f} s (at most {options.most}), errors {many.errors}, wrong rows {many.wrong}")
    return int(not many.delays or p95 > options.most or many.errors > 0 or many.wrong > 0 or alone.wrong > 0)


class Plant:
    """Machines in areas under a round-the-clock calendar, some with a job, and the people who look."""

    def __init__(self, machines: int, jobs: int) -> None:
        from django.db import connection

        from mom.accounts.services.api_token import api_token_create
        from mom.core.actor import Actor, system_actor
        from mom.core.testing import acting
        from mom.floor.models import MachineListening
        from mom.floor.services.ingest import take_in
        from mom.plant.models import Equipment, Shift, WorkCalendar
        from tests.factories.accounts import make_site, make_user
        from tests.factories.work import give, job_of, make_order

        self.random = random.Random(7)
        self.site = make_site("B1")
        with acting():
            calendar = WorkCalendar.objects.create(site=self.site, code="ALL")
            for code, first, last in (("E", "06:00", "14:00"), ("L", "14:00", "22:00"), ("N", "22:00", "06:00")):
                Shift.objects.create(site=self.site, calendar=calendar, code=code, name=code, starts_at=first,
                                     ends_at=last, weekdays=[1, 2, 3, 4, 5, 6, 7])  # fmt: skip
            top = Equipment.objects.create(site=self.site, code="TOP", level="site", calendar=calendar)
            areas = [
                Equipment.objects.create(site=self.site, code=f"A{number:02}", level="area", parent=top)
                for number in range(1 + (machines - 1) // 100)
            ]
            self.machines = Equipment.objects.bulk_create(
                Equipment(site=self.site, code=f"M-{number:05}", name=f"Machine {number}", level="work_cell",
                          parent=areas[number // 100], position=number)
                for number in range(machines)
            )  # fmt: skip
            MachineListening.objects.bulk_create(
                MachineListening(site=self.site, equipment=machine, piece_source="counters",
                                 heartbeat=timedelta(minutes=30), minor_stop=timedelta(minutes=2),
                                 valid_from=datetime(2026, 1, 1, tzinfo=UTC))
                for machine in self.machines
            )  # fmt: skip
        due = datetime.now(UTC) + timedelta(hours=9)
        for machine in self.machines[:jobs]:
            order = make_order(self.site, f"WO-{machine.code}", machine=machine, quantity=900, due_at=due)
            give(job_of(order), "start")
        self.states = dict.fromkeys((machine.code for machine in self.machines), "run")
        self.counts = dict.fromkeys(self.states, 1000)
        began = datetime.now(UTC) - timedelta(minutes=5)
        said = [each for code in self.states for each in self.messages(code, began, change=0.2)]
        for begin in range(0, len(said), 10_000):
            take_in(system_actor("benchmark"), self.site, "gateway", said[begin : begin + 10_000])
        everything = ["analytics.view", "plant.view", "floor.view", "work.view", "floor.give_reason"]
        rights = [everything, everything[:3]]
        people = [make_user(f"user{n}", site=self.site, permissions=rights[n % 2]) for n in range(PEOPLE)]
        self.cookies = [session_cookie(person) for person in people]
        sender = make_user("gateway", site=self.site, permissions=["floor.view", "floor.send_message"])
        boss = Actor("system", "benchmark", "benchmark", {"*": frozenset({"*"})})
        _row, self.token = api_token_create(boss, user=sender, name="gateway", scopes=["machine:write"], days=1)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def messages(self, code: str, at: datetime, change: float) -> list[dict[str, Any]]:
        """What a machine sends in a minute: its state, and its counter."""
        if self.random.random() < change:
            self.states[code] = "down" if self.states[code] == "run" else "run"
        self.counts[code] += 1 if self.states[code] == "run" else 0
        own = f"{code} {at.timestamp()}"
        return [
            {"machine": code, "kind": "state", "state": self.states[code], "at": at.isoformat(), "id": own},
            {"machine": code, "kind": "count", "name": "total", "value": self.counts[code], "at": at.isoformat(),
             "id": f"{own}c"},
        ]  # fmt: skip

    def bare(self, times: int) -> float:
        """Seconds for one live row: one SELECT by key, format, bytes."""
        from django.db import connection

        began = time.perf_counter()
        with connection.cursor() as cursor:
            for number in range(times):
                machine = self.machines[number % len(self.machines)]
                cursor.execute(
                    "SELECT e.code, l.state, l.state_since, l.good, l.production FROM plant_equipment e"
                    " JOIN analytics_liveshift l ON l.equipment_id = e.id WHERE e.id = %s",
                    [machine.pk],
                )
                code, state, since, good, made = cursor.fetchone()
                f'<tr id="m-{code}"><td data-state="{state}">{since} {good} {made}</td></tr>'.encode()
        return (time.perf_counter() - began) / times


def session_cookie(person: Any) -> str:
    """The Cookie header of a browser with that person signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person, backend="mom.accounts.backends.PasswordBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Server:
    """The web server as `manage.py run` starts it, over the scratch database."""

    def __enter__(self) -> Self:
        from mom.runtime.places import Places
        from mom.runtime.services import answers, web

        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        self.port = listener.getsockname()[1]
        address = os.environ["DATABASE_URL"]
        base, _, query = address.partition("?")
        own = f"{base.rpartition('/')[0]}/{SCRATCH}" + (f"?{query}" if query else "")
        env = {**os.environ, "DATABASE_URL": own, "DATABASE_OWNER_URL": own, "API_RATE": "100000/min"}
        self.folder = tempfile.TemporaryDirectory(prefix="mom-bench-web-")
        child = web(Places(Path(self.folder.name)).make(), env, listener, f"http://127.0.0.1:{self.port}")
        self.process = child.start()
        self.log = child.log
        for _try in range(300):
            if answers(f"http://127.0.0.1:{self.port}"):
                return self
            time.sleep(0.2)
        raise RuntimeError(self.log.read_text())

    def __exit__(self, *_given: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.folder.cleanup()

    def cpu(self) -> float:
        """Seconds of CPU time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB of it in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


class Gateway:
    """Sends as machines do, and notes what it sent when."""

    def __init__(self, plant: Plant, port: int) -> None:
        self.plant, self.port = plant, port
        self.sent: list[tuple[float, str, str]] = []  # begin of the POST, machine, new state
        self.posts: list[float] = []
        self.failures = 0

    def minute(self, seconds: float) -> None:
        """All machines once, in batches, spread over so many seconds."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.plant.token}", "Content-Type": "application/json"}
        codes = list(self.plant.states)
        batches = [codes[first : first + BATCH] for first in range(0, len(codes), BATCH)]
        start = time.monotonic()
        for number, batch in enumerate(batches):
            time.sleep(max(0.0, start + number * seconds / len(batches) - time.monotonic()))
            before = {code: self.plant.states[code] for code in batch}
            messages = [each for code in batch for each in self.plant.messages(code, datetime.now(UTC), 0.2)]
            body = json.dumps({"site": "B1", "source": "gateway", "messages": messages}).encode()
            began = time.monotonic()
            self.sent += [
                (began, code, self.plant.states[code]) for code in batch if self.plant.states[code] != before[code]
            ]
            line.request("POST", "/api/v1/floor/messages", body, headers)
            answer = line.getresponse()
            self.failures += answer.status != 200
            answer.read()
            self.posts.append(time.monotonic() - began)
        time.sleep(max(0.0, start + seconds - time.monotonic()))


class Run:
    """So many pages through a minute of the plant, and what they saw."""

    QUIET = 14.0  # after the last message: the calm interval and some

    def __init__(self, plant: Plant, server: Server, pages: int, seconds: float) -> None:
        self.plant, self.pages, self.seconds = plant, pages, seconds
        given = {"host": "127.0.0.1", "port": server.port, "pages": [self.page(number) for number in range(pages)]}
        screens = subprocess.Popen(
            [sys.executable, str(ROOT / "benchmarks" / "live_pages_screens.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert screens.stdin is not None  # noqa: S101 - it was asked for
        assert screens.stdout is not None  # noqa: S101 - it was asked for
        began = time.monotonic()
        screens.stdin.write(json.dumps(given) + "\n")
        screens.stdin.flush()
        assert screens.stdout.readline() == "open\n"  # noqa: S101 - a benchmark of open pages
        self.opening = time.monotonic() - began
        cpu, self.memory_before = server.cpu(), server.memory()
        gateway = Gateway(plant, server.port)
        gateway.minute(seconds)
        self.cpu = server.cpu() - cpu
        time.sleep(self.QUIET)
        self.memory_after = server.memory()
        screens.stdin.write("stop\n")
        screens.stdin.flush()
        self.notes: dict[str, Any] = json.loads(screens.stdout.readline())
        screens.wait(20)
        self.gateway = gateway
        self.errors = len(self.notes["errors"]) + gateway.failures
        self.delays, missed = self.judge()
        self.wrong = missed + self.wrong_at_the_end()

    def page(self, number: int) -> dict[str, Any]:
        """One open page: whose, which, and where in its list."""
        return {
            "cookie": self.plant.cookies[number % PEOPLE],
            "path": "/?show=all" if number % 4 < 2 else "/",
            "place": number / max(1, self.pages - 1),
            **attributes(is_rung=number % PEOPLE % 2 == 0),
        }

    def judge(self) -> tuple[list[float], int]:
        """Seconds from POST to screen for each change and page with it in sight; how many never came."""
        seen: dict[tuple[int, str], list[tuple[float, str]]] = {}
        for at, page, code, state, _good in self.notes["seen"]:
            seen.setdefault((page, code), []).append((at, state))
        for at, page, code in self.notes["gone"]:
            seen.setdefault((page, code), []).append((at, "gone"))
        sights: dict[int, list[tuple[float, set[str]]]] = {}
        for at, page, codes in self.notes["sights"]:
            sights.setdefault(page, []).append((at, set(codes)))
        delays, missed = [], 0
        for began, code, state in self.gateway.sent:
            for page, found in sights.items():
                in_sight: set[str] = next((codes for at, codes in reversed(found) if at <= began), set())
                if code not in in_sight:
                    continue
                wanted = {state, "gone"} if state == "run" else {state}
                later = [at for at, shown in sorted(seen.get((page, code), ())) if at > began and shown in wanted]
                moved = [at for at, codes in found if at > began and code not in codes]
                if later:
                    delays.append(later[0] - began)
                elif not moved:
                    missed += 1
        return sorted(delays), missed

    def wrong_at_the_end(self) -> int:
        """Rows in sight whose state at last is not the one sent, or whose good pieces are not those of a fresh read."""
        from analytics.selectors.live import live_machines
        from mom.core import clock

        last: dict[tuple[int, str], tuple[str, str]] = {}
        sight: dict[int, list[str]] = {page: codes for _at, page, codes in self.notes["sights"]}
        for _at, page, code, state, good in self.notes["seen"]:
            last[page, code] = (state, good)
        machines = live_machines(self.plant.site, clock.now())
        good = {each.code: str(int(each.good)) for each in machines if each.good is not None}
        wrong = 0
        for page, codes in sight.items():
            for code in codes:
                state, shown = last.get((page, code), ("", ""))
                wrong += state != self.plant.states[code]
                wrong += code in good and shown.replace("\u202f", "").replace(",", "") != good[code]
        return wrong

    def percentile(self, percent: int) -> float:
        """Of the delays, in seconds."""
        return self.delays[min(len(self.delays) - 1, len(self.delays) * percent // 100)] if self.delays else 0.0

    def say(self, name: str) -> None:
        """Print it."""
        notes = self.notes
        fetches, posts = len(notes["rows_ms"]), sorted(self.gateway.posts)
        middle = statistics.median(self.delays) if self.delays else 0.0
        print(f"{name}: {len(self.delays)} changes in sight, median {middle:.3f} s, p95 {self.percentile(95):.3f} s,"
              f" p99 {self.percentile(99):.3f} s, most {self.percentile(100):.3f} s")  # fmt: skip
        rows = statistics.median(notes["rows_ms"] or [0])
        whole = statistics.median(notes["whole_ms"] or [0])
        print(f"  opened in {self.opening:.1f} s; {notes['events']} events, {fetches} fetches of {notes['rows']} rows"
              f" (median {rows:.0f} ms), {len(notes['whole_ms'])} of the whole (median {whole:.0f} ms,"
              f" {notes['statuses']}), {notes['bells']} bells, {notes['bytes'] / 1e6:.1f} MB")  # fmt: skip
        print(f"  POST of a batch: median {statistics.median(posts) * 1000:.0f} ms, most {posts[-1] * 1000:.0f} ms;"
              f" web server: {self.cpu / self.seconds:.2f} cores, {self.memory_before:.0f} MB before,"
              f" {self.memory_after:.0f} MB after; errors {self.errors}, wrong {self.wrong}")  # fmt: skip
        for error in notes["errors"][:5]:
            print(f"  {error}")


def attributes(*, is_rung: bool) -> dict[str, Any]:
    """What the page itself says of its live part, and where its bell is."""
    import re

    from django.urls import reverse

    html = (ROOT / "templates" / "analytics" / "overview" / "page.html").read_text(encoding="utf-8")
    topics, calm = re.search(r'data-live-topics="([^"]+)"', html), re.search(r'data-live-calm="(\d+)"', html)
    assert topics is not None and calm is not None  # noqa: S101, PT018 - the page is live
    return {"topics": topics[1], "calm": float(calm[1]), "bell": reverse("work:alert_bell") if is_rung else ""}


if __name__ == "__main__":
    sys.exit(main())
