"""Machine messages taken in: the library beside binary COPY, HTTP beside a bare UNNEST insert.

    python3 manage.py bench ingest [--messages 100000] [--runs 5] [--least-library 0.3] [--least-http 0.5]

In a scratch database of its own, 200 machines send one state and one count a minute. Baselines write the same rows
into a table of the same shape (partitions, indexes, guards), on one connection:

- library: one binary COPY of ready-made bytes; against it `take_in` in batches of 50,000 numbered messages, which reads
  and checks each message, finds machines, knows repeats, tells gaps and stores. Once without and once with the
  timeline and what is folded from it; the aim is for the first, the second is printed.
- HTTP: an UNNEST insert of 1,000 rows and a commit, again and again; against it POSTs of 1,000 messages to a web server
  of its own (gunicorn, one worker), with token, rights and answer. Timeline and folds included and not.

Runs of all ways alternate on fresh tables, in processes that are warm; medians count. Then the record is compared with
what was sent, row by row; a second sending must store nothing. Exits with 1 where that fails or a ratio is below its
aim. What is sent ends now, so with the timeline it is a backlog of hours that a gateway sends after a cut.
"""

import argparse
import http.client
import io
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("ingest")
MACHINES = 200
POST = 1_000
TWIN = "bench_twin"
COLUMNS = (
    "site_id, source_id, equipment_id, kind, occurred_at, received_at, key, session_id, sequence, name, code, mode,"
    " reason, value, unit, text"
)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--least-library", type=float, default=0.3)
    parser.add_argument("--least-http", type=float, default=0.5)
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: Any) -> int:
    bench = Bench(options.messages)
    bench.warm_up()
    taken: dict[str, list[float]] = {}
    is_right = True
    for number in range(options.runs):
        for name, way in bench.ways().items():
            session = f"{name} {number}"
            taken.setdefault(name, []).append(way(session))
            if not name.startswith("baseline"):
                is_right &= bench.is_right(session)
            bench.empty()
    is_right &= bench.repeats_store_nothing()
    with served() as port:
        bench.warm_up_server(port)
        for number in range(options.runs):
            taken.setdefault("baseline unnest", []).append(bench.unnest())
            bench.empty()
            taken.setdefault("HTTP", []).append(bench.http(port, f"http{number}"))
            is_right &= bench.is_right(f"http{number}")
            bench.empty()
    with served(MOM_BENCH_BARE="1") as port:
        bench.warm_up_server(port)
        for number in range(options.runs):
            taken.setdefault("HTTP, stored only", []).append(bench.http(port, f"bare{number}"))
            is_right &= bench.is_right(f"bare{number}")
            bench.empty()
    return report(options, taken, is_right=is_right)


def report(options: Any, taken: dict[str, list[float]], *, is_right: bool) -> int:
    """Print speeds and ratios; 1 where the record is wrong or an aim is missed."""
    speed = {name: options.messages / statistics.median(each) for name, each in taken.items()}
    for name, each in speed.items():
        print(f"{name:<34}{each:>12,.0f} messages/s")
    library = speed["library, stored only"] / speed["baseline binary copy"]
    print(f"library, stored only: {library:.2f} x binary COPY (at least {options.least_library})")
    print(f"library with timeline and folds: {speed['library'] / speed['baseline binary copy']:.2f} x binary COPY")
    over = speed["HTTP, stored only"] / speed["baseline unnest"]
    print(f"HTTP, stored only: {over:.2f} x UNNEST insert (at least {options.least_http})")
    print(f"HTTP with timeline and folds: {speed['HTTP'] / speed['baseline unnest']:.2f} x UNNEST insert")
    print(f"the record {'holds what was sent' if is_right else 'is WRONG'}")
    return int(not is_right or library < options.least_library or over < options.least_http)


class Bench:
    """The plant, what it sends, and each way to store it."""

    def __init__(self, messages: int) -> None:
        from mom.core.actor import system_actor
        from tests.factories.accounts import make_site
        from tests.factories.work import make_machine

        self.actor, self.site = system_actor("benchmark"), make_site("B1")
        self.machines = [make_machine(self.site, f"M-{number:03}") for number in range(MACHINES)]
        minutes = messages // MACHINES // 2
        self.now = datetime.now(UTC).replace(second=0, microsecond=0)
        self.start = self.now - timedelta(minutes=minutes)
        self.batch = self._made(minutes)
        self._make_twin()

    def _made(self, minutes: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for minute in range(minutes):
            at = (self.start + timedelta(minutes=minute)).isoformat()
            for machine in self.machines:
                state = "run" if (minute // 7 + machine.pk) % 3 else "idle"
                found.append(
                    {"sequence": len(found), "machine": machine.code, "kind": "state", "at": at, "state": state}
                )
                found.append(
                    {"sequence": len(found), "machine": machine.code, "kind": "count", "at": at, "name": "total",
                     "value": minute * 3, "unit": "C62"}
                )  # fmt: skip
        return found

    def _make_twin(self) -> None:
        """A table of the same shape with the same days, indexes and guards."""
        from django.db import connection

        from mom.floor.services.ingest_rows import open_days

        days = sorted({datetime.fromisoformat(each["at"]).date() for each in self.batch})
        open_days(days)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {TWIN} (LIKE floor_floormessage INCLUDING ALL) PARTITION BY RANGE (occurred_at)"
            )
            for day in days:
                cursor.execute(
                    f"CREATE TABLE {TWIN}_{day:%Y%m%d} PARTITION OF {TWIN} FOR VALUES FROM (%s) TO (%s)",
                    [f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"],
                )

    def rows(self) -> list[tuple[Any, ...]]:
        """The messages as rows of the table, in its columns' order."""
        from mom.floor.engine.message import keys_of_session

        key, ids = keys_of_session("twin"), {machine.code: machine.pk for machine in self.machines}
        return [
            (
                self.site.pk, 1, ids[each["machine"]], each["kind"], datetime.fromisoformat(each["at"]), self.now,
                key(each["sequence"]), 1, each["sequence"], each.get("name", ""), each.get("state", ""), "", "",
                Decimal(each["value"]) if "value" in each else None, each.get("unit", ""), "",
            )
            for each in self.batch
        ]  # fmt: skip

    def warm_up(self) -> None:
        """Plans, caches and the machines' first rows are there."""
        self.prepared = binary_copy(self.rows())
        self.columns = [list(column) for column in zip(*self.rows(), strict=True)]
        for name, way in self.ways().items():
            way(f"warm {name}")
            self.empty()

    def ways(self) -> dict[str, Callable[[str], float]]:
        """Each way by its name; it gives the seconds that it took."""
        return {
            "baseline binary copy": lambda _session: self.copied(),
            "library, stored only": lambda session: self.library(session, is_bare=True),
            "library": lambda session: self.library(session, is_bare=False),
        }

    def copied(self) -> float:
        """The baseline: one binary COPY."""
        from django.db import connection, transaction

        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {TWIN} ({COLUMNS}) FROM STDIN WITH (FORMAT binary)", io.BytesIO(self.prepared))
        return time.perf_counter() - started

    def library(self, session: str, *, is_bare: bool) -> float:
        """The validated, idempotent way."""
        from mom.floor.services.ingest import take_in

        started = time.perf_counter()
        with bare() if is_bare else as_it_is():
            for first in range(0, len(self.batch), 50_000):
                piece = self.batch[first : first + 50_000]
                receipt = take_in(self.actor, self.site, "bench", piece, session=session, now=self.now)
                assert receipt.accepted == len(piece), receipt  # noqa: S101 - a benchmark of what is stored
        return time.perf_counter() - started

    def unnest(self) -> float:
        """The baseline of HTTP: a bare insert of 1,000 rows and a commit, again and again."""
        from django.db import connection, transaction

        types = (
            "bigint bigint bigint text timestamptz timestamptz uuid bigint bigint text text text text numeric text text"
        )
        arrays = ", ".join(f"%s::{each}[]" for each in types.split())
        statement = f"INSERT INTO {TWIN} ({COLUMNS}) SELECT * FROM unnest({arrays})"  # noqa: S608 - constants
        started = time.perf_counter()
        for first in range(0, len(self.batch), POST):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [column[first : first + POST] for column in self.columns])
        return time.perf_counter() - started

    def http(self, port: int, session: str) -> float:
        """Batches of 1,000 to a web server."""
        bodies = [
            json.dumps(
                {"site": "B1", "source": "bench", "session": session, "messages": self.batch[first : first + POST]}
            ).encode()
            for first in range(0, len(self.batch), POST)
        ]
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        started = time.perf_counter()
        for body in bodies:
            line.request("POST", "/api/v1/floor/messages", body, headers)
            answer = line.getresponse()
            content = answer.read()
            assert answer.status == 200, content  # noqa: S101 - a benchmark of what is stored
        return time.perf_counter() - started

    def warm_up_server(self, port: int) -> None:
        """Its modules, addresses and plans are there: the first request of a process loads them, for seconds."""
        self.http(port, f"warm {port}")
        self.empty()

    def token(self) -> str:
        """The secret of a machine's token, made once."""
        from mom.accounts.services.api_token import api_token_create
        from mom.core.actor import Actor
        from tests.factories.accounts import make_user

        if not hasattr(self, "secret"):
            user = make_user("gateway", site=self.site, permissions=["floor.view", "floor.send_message"])
            actor = Actor("system", "benchmark", "benchmark", {"*": frozenset({"*"})})
            _row, self.secret = api_token_create(actor, user=user, name="gateway", scopes=["machine:write"], days=1)
        return str(self.secret)

    def is_right(self, session: str) -> bool:
        """The record holds exactly what was sent in this session, and no number is missing."""
        from django.db import connection

        from mom.floor.models import MessageGap, SourceSession

        key = SourceSession.objects.get(code=session).pk
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sequence, e.code, kind, occurred_at, m.code, m.name, value FROM floor_floormessage m"
                " JOIN plant_equipment e ON e.id = m.equipment_id WHERE session_id = %s ORDER BY sequence",
                [key],
            )
            stored = cursor.fetchall()
        sent = [
            (
                each["sequence"], each["machine"], each["kind"], datetime.fromisoformat(each["at"]),
                each.get("state", ""), each.get("name", ""), Decimal(each["value"]) if "value" in each else None,
            )
            for each in self.batch
        ]  # fmt: skip
        return stored == sent and not MessageGap.objects.filter(session=key).exists()

    def repeats_store_nothing(self) -> bool:
        """All of it a second time counts as repeated."""
        from mom.floor.models import FloorMessage
        from mom.floor.services.ingest import take_in

        self.library("again", is_bare=True)
        piece = self.batch[:50_000]
        receipt = take_in(self.actor, self.site, "bench", piece, session="again", now=self.now)
        many = FloorMessage.objects.count()
        self.empty()
        return (receipt.accepted, receipt.repeated, many) == (0, len(piece), len(self.batch))

    def empty(self) -> None:
        """Fresh tables for the next way: each day's part is replaced by an empty one."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {TWIN}, floor_floormessage, floor_stateinterval, floor_stop CASCADE")
            cursor.execute("DELETE FROM floor_machinesignal")
            cursor.execute("SET session_replication_role = origin")


@contextmanager
def as_it_is() -> Iterator[None]:
    yield


@contextmanager
def bare() -> Iterator[None]:
    """Only read, checked and stored: no timeline, no folds."""
    from mom.floor.services import ingest

    with patch.object(ingest, "apply", lambda _act, _site, _new, store: store(iter(()))):
        yield


@contextmanager
def served(**more: str) -> Iterator[int]:
    """A web server of its own over the scratch database; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "benchmarks.bench_server:application", "--bind", f"127.0.0.1:{port}",
        "--workers", "1", "--threads", "1", "--worker-class", "gthread", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **more, "MOM_BENCH_DATABASE": SCRATCH})
    try:
        for _try in range(200):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def binary_copy(rows: list[tuple[Any, ...]]) -> bytes:
    """Rows as PostgreSQL's binary COPY."""
    pieces = [b"PGCOPY\n\xff\r\n\0", struct.pack("!ii", 0, 0)]
    for row in rows:
        pieces.append(struct.pack("!h", len(row)))
        for place, value in enumerate(row):
            content = _binary(value, is_key=place == 6)
            pieces.append(struct.pack("!i", -1) if content is None else struct.pack("!i", len(content)) + content)
    pieces.append(struct.pack("!h", -1))
    return b"".join(pieces)


def _binary(value: Any, *, is_key: bool) -> bytes | None:
    if value is None:
        return None
    if is_key:
        return bytes.fromhex(value)
    if isinstance(value, int):
        return struct.pack("!q", value)
    if isinstance(value, datetime):
        return struct.pack("!q", (value - _EPOCH) // timedelta(microseconds=1))
    if isinstance(value, Decimal):  # whole and below 10,000: one digit to the base 10,000
        return struct.pack("!hhhh", int(value > 0), 0, 0, 0) + (struct.pack("!h", int(value)) if value else b"")
    return str(value).encode()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.test")
    sys.exit(main())
