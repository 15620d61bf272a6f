"""A dropped day that late messages open again: what it costs until the day has left the database a second time.

    python3 manage.py bench reopened_day [--machines 200] [--late 1 20 200] [--most 0.5]

Fills a scratch database of its own with a day of a state and a count a minute of each machine, archives and drops it,
which is the baseline. Then one message comes late for each of so many machines; measured is laying it in, writing
the files again, and verifying and dropping the day, with the files that each of them read. No message may be lost or
twice. Exits with 1 where one is, or where opening the day for one machine took more than `most` times the baseline.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("reopened")
START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START + timedelta(days=60)
MINUTE = timedelta(minutes=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--late", type=int, nargs="+", default=[1, 20, 200], help="machines that something comes for")
    parser.add_argument("--most", type=float, default=0.5, help="of the baseline, for one machine")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mom-bench-archive-") as folder, own_database(SCRATCH):
        from django.conf import settings

        settings.ARCHIVE_URL = folder
        return measure(options)


class Watch:
    """How long acts took and how many files of the archive each read."""

    def __init__(self) -> None:
        from mom.floor.archive.store import DirectoryStore

        self.files, real = 0, DirectoryStore.read

        def read(store: DirectoryStore, address: str) -> bytes:
            self.files += 1
            return real(store, address)

        DirectoryStore.read = read  # type: ignore[method-assign]

    def timed(self, what: str, act: Callable[[], Any]) -> float:
        """Print and give the seconds."""
        self.files, began = 0, time.perf_counter()
        told = act()
        took = time.perf_counter() - began
        print(f"  {what:<34}{took:7.2f} s {self.files:6} files read   {told}")
        return took


def measure(options: argparse.Namespace) -> int:
    from mom.floor.archive import due
    from mom.floor.services import archive, late

    machines, watch = fill(options.machines), Watch()
    total, wrong = 2 * 1440 * options.machines, 0

    def write() -> Any:
        for day in due.days_that_changed():
            due.mark_due(day, NOW)
        return archive.write_waiting()

    def leave() -> float:
        took = watch.timed("written and read back", write)
        return took + watch.timed("verified and dropped", lambda: archive.drop_past_horizon(NOW))

    print(f"the day of {options.machines} machines, {total:,} messages:")
    baseline = leave()
    first = 0.0
    for number, many in enumerate(options.late):
        print(f"one message late for each of {many} machines:")
        send(machines[:many], number)
        took = watch.timed("laid in", late.merge_waiting) + leave()
        first = first or took / baseline
        total += many
        wrong += held(machines) != total or bool(due.days_in_tables())
        print(f"  in all {took:.2f} s, {took / baseline:.2f} of the baseline ({baseline:.2f} s)")
    print(f"runs after which messages were missing, twice, or still in the tables: {wrong}")
    return int(wrong > 0 or first > options.most)


def held(machines: list[Any]) -> int:
    """How many messages of the day there are, each told once."""
    from mom.floor.selectors.record import message_rows

    tables = [message_rows(machine.pk, START, START + timedelta(days=1)) for machine in machines]
    return sum(len(set(map(str, table.column("key").to_pylist()))) for table in tables)


def send(machines: list[Any], number: int) -> None:
    """A sign of life that a buffer had kept."""
    from mom.core.actor import system_actor
    from mom.floor.engine.message import Window
    from mom.floor.services.ingest import take_in_window

    at = START + (600 + number) * MINUTE + MINUTE / 3
    batch = [
        {
            "machine": machine.code,
            "kind": "state",
            "state": "down",
            "at": at.isoformat(),
            "id": f"{machine.code} {number}",
        }
        for machine in machines
    ]
    take_in_window(system_actor("bench"), machines[0].site, "gateway", batch, Window.history(NOW), "", NOW)


def fill(many: int) -> list[Any]:
    """Machines with a day of a state and a count a minute, past the horizon."""
    from django.db import connection

    from mom.accounts.models import Site
    from mom.core.testing import acting
    from mom.floor.models import ArchivePolicy, MachineListening, Source
    from mom.plant.models import Equipment

    with acting():
        site = Site.objects.create(code="BENCH", name="Bench", time_zone="UTC")
        ArchivePolicy.objects.create(site=site, keep_days=3)
        machines = [
            Equipment.objects.create(site=site, code=f"M-{n}", name=f"M-{n}", level="work_cell") for n in range(many)
        ]
        for machine in machines:
            MachineListening.objects.create(
                site=site, equipment=machine, piece_source="counters", heartbeat=10 * MINUTE, minor_stop=MINUTE,
                valid_from=START - timedelta(days=1),
            )  # fmt: skip
        source = Source.objects.create(site=site, code="gateway", first_seen_at=START, last_seen_at=START)
    values = {"site": site.pk, "source": source.pk, "begin": START, "end": START + 1439 * MINUTE}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT floor_open_day(%s)", [START.date()])
        for machine in machines:
            cursor.execute(_MESSAGES, {**values, "machine": machine.pk})
        for statement in (_INTERVALS, _SIGNALS):
            cursor.execute(statement, {**values, "machines": [machine.pk for machine in machines]})
        cursor.execute("ANALYZE")
    return machines


_MESSAGES = """
INSERT INTO floor_floormessage (site_id, source_id, equipment_id, kind, occurred_at, received_at, key, name, code, mode,
                                reason, value, unit, text)
SELECT %(site)s, %(source)s, %(machine)s, k.kind, t, t, gen_random_uuid(), k.name,
       CASE WHEN k.kind = 'count' THEN '' WHEN extract(minute FROM t)::int %% 15 < 12 THEN 'run' ELSE 'idle' END,
       '', '',
       CASE WHEN k.kind = 'count' THEN row_number() OVER (PARTITION BY k.kind ORDER BY t) END, '', ''
FROM generate_series(%(begin)s::timestamptz, %(end)s::timestamptz, interval '1 minute') AS t
CROSS JOIN (VALUES ('state', ''), ('count', 'total')) AS k(kind, name)
"""
_INTERVALS = """
WITH pieces AS (
    SELECT m, q + p.later AS t, q + p.later + p.lasts AS until, p.state
    FROM unnest(%(machines)s::bigint[]) AS m
    CROSS JOIN generate_series(%(begin)s::timestamptz, %(end)s::timestamptz, interval '15 minutes') AS q
    CROSS JOIN (VALUES ('run', interval '0', interval '12 minutes'), ('idle', interval '12 minutes',
        interval '3 minutes')) AS p(state, later, lasts)
), stops AS (
    INSERT INTO floor_stop (site_id, equipment_id, started_at, ended_at, state, code, mode, note, reporter, is_minor)
    SELECT %(site)s, m, t, CASE WHEN until <= %(end)s THEN until END, 'idle', 'idle', '', '', '', false FROM pieces
    WHERE state = 'idle'
    RETURNING id, equipment_id, started_at
)
INSERT INTO floor_stateinterval (site_id, equipment_id, started_at, ended_at, state, code, mode, origin, stop_id)
SELECT %(site)s, m, t, CASE WHEN until <= %(end)s THEN until END, state, state, '', 'machine', s.id
FROM pieces LEFT JOIN stops s ON s.started_at = t AND s.equipment_id = m
"""
_SIGNALS = """
INSERT INTO floor_machinesignal (site_id, equipment_id, last_seen_at, state_at, code, mode, reason)
SELECT %(site)s, m, %(end)s, %(end)s, 'idle', '', '' FROM unnest(%(machines)s::bigint[]) AS m
"""

if __name__ == "__main__":
    sys.exit(main())
