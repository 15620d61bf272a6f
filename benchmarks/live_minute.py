"""A new minute of many machines: stored, laid into timelines, folded into the running shift, committed.

    python3 manage.py bench live_minute [--machines 2000] [--runs 9] [--history 30] [--most 2.0]

Fills a scratch database of its own. Each machine sends one state and one count a minute (seeded; every fifth machine
changes its state). Measured is `take_in`, the validated and idempotent path, until it commits. The baseline writes
bare: a set-based INSERT of the messages, a set-based close and open of the intervals that change, and one UPDATE of the
live rows, with the same indexes and constraints, in one durable transaction, without any check. It leaves out what ours
writes besides: stops, and when each machine was heard last. It is done for a second plant of as many machines in the
same tables, minute by minute in turn with ours, so that a machine that gets slower or faster does so for both.
Then the database is copied, one of the two gets `history` days of messages and intervals of both plants, vacuumed and
written out as those of a plant that has run for so long, and minutes are taken in by both databases in turn, a few at a
time. The collector of garbage is set as in the web process. The live rows are compared with the rebuild from the facts.
Prints medians; exits with 1 where they differ, or a ratio is above its limit.
"""

import argparse
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("live")
WITHOUT = SCRATCH + "_new"
AT_A_TIME, WARM_UP = 5, 2  # minutes with one database, and of these the ones that are not counted
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--history", type=int, default=30, help="days of messages before")
    parser.add_argument("--most", type=float, default=2.0, help="times the bare minute")
    parser.add_argument("--most-history", type=float, default=1.1, help="times the minute without history")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:

    from django.db import connection

    from mom.core import collector

    use(SCRATCH)
    plant, other = Plant(options.machines, "BENCH"), Plant(options.machines, "BARE")
    for each in (plant, other):
        each.minute(0)
    collector.settle()
    in_turn(plant, other, range(1, 3))
    path, bare = medians(in_turn(plant, other, range(3, 3 + options.runs)))
    begin = 3 + options.runs
    connection.close()
    with own_database(WITHOUT, template=SCRATCH):
        use(SCRATCH)
        history = plant.add_history(options.history) + other.add_history(options.history)
        plant.forget_live_rows()
        settled(connection)
        aged, aged_bare, fresh = with_and_without(plant, other, begin, options.runs)
        wrong = plant.differing(40)
    ratio, age = path / bare, aged / fresh
    print(f"{options.machines} machines, {2 * options.machines} messages a minute, {history} messages of history")
    print(f"minute through take_in      {path * 1000:8.1f} ms")
    print(f"bare insert plus fold       {bare * 1000:8.1f} ms   ratio {ratio:.2f} (at most {options.most})")
    print(f"minute on {options.history} days of history {aged * 1000:6.1f} ms, beside one without {fresh * 1000:.1f} ms"
          f"   ratio {age:.2f} (at most {options.most_history})")  # fmt: skip
    print(f"bare one on the same        {aged_bare * 1000:8.1f} ms   ours to it {aged / aged_bare:.2f}")
    print(f"live rows that differ from the rebuild: {wrong}")
    return int(wrong > 0 or ratio > options.most or age > options.most_history)


def in_turn(plant: "Plant", other: "Plant", minutes: range) -> list[tuple[float, float]]:
    """The minute through the path, and the bare one."""
    return [(plant.minute(minute), other.bare_minute(minute)) for minute in minutes]


def medians(taken: list[tuple[float, float]]) -> tuple[float, float]:
    """Of both."""
    path, bare = zip(*taken, strict=True)
    return statistics.median(path), statistics.median(bare)


def use(database: str) -> None:
    """Go on with this database."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = database
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET statement_timeout = 0")


def with_and_without(plant: "Plant", other: "Plant", begin: int, runs: int) -> tuple[float, float, float]:
    """The medians of the minute on the history, the bare one there, and the minute without; ends with the history."""
    taken: dict[str, list[tuple[float, float]]] = {WITHOUT: [], SCRATCH: []}
    for start in range(begin, begin + -(-runs // (AT_A_TIME - WARM_UP)) * AT_A_TIME, AT_A_TIME):
        for database, found in taken.items():
            use(database)
            found.extend(in_turn(plant, other, range(start, start + AT_A_TIME))[WARM_UP:])
    return *medians(taken[SCRATCH]), medians(taken[WITHOUT])[0]


def settled(connection: Any) -> None:
    """Vacuumed and written out."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


class Plant:
    """Machines under a round-the-clock calendar, with their counters."""

    def __init__(self, machines: int, code: str) -> None:
        from django.db import connection

        from mom.accounts.models import Site
        from mom.core.actor import system_actor
        from mom.core.testing import acting
        from mom.floor.models import MachineListening
        from mom.plant.models import Equipment, Shift, WorkCalendar

        self.connection, self.actor, self.random = connection, system_actor("benchmark"), random.Random(7)
        with acting():
            self.site = Site.objects.create(code=code, name=code, time_zone="Europe/Stockholm")
            calendar = WorkCalendar.objects.create(site=self.site, code="ALL")
            for code, first, last in (("E", "06:00", "14:00"), ("L", "14:00", "22:00"), ("N", "22:00", "06:00")):
                Shift.objects.create(site=self.site, calendar=calendar, code=code, name=code, starts_at=first,
                                     ends_at=last, weekdays=[1, 2, 3, 4, 5, 6, 7])  # fmt: skip
            top = Equipment.objects.create(site=self.site, code="TOP", level="site", calendar=calendar)
            self.machines = Equipment.objects.bulk_create(
                Equipment(site=self.site, code=f"M-{number:05}", level="work_cell", parent=top)
                for number in range(machines)
            )
            MachineListening.objects.bulk_create(
                MachineListening(site=self.site, equipment=machine, piece_source="counters", heartbeat=10 * MINUTE,
                                 minor_stop=2 * MINUTE, valid_from=START - timedelta(days=400))
                for machine in self.machines
            )  # fmt: skip
        self.words = ["run"] * machines

    def batch(self, minute: int) -> list[dict[str, Any]]:
        """One state and one count of each machine."""
        found = []
        for number, machine in enumerate(self.machines):
            if self.random.random() < 0.2:
                self.words[number] = "down" if self.words[number] == "run" else "run"
            at = (START + minute * MINUTE + timedelta(milliseconds=number)).isoformat()
            own = 2 * (minute * len(self.machines) + number)
            found.append(
                {"machine": machine.code, "kind": "state", "state": self.words[number], "at": at, "sequence": own}
            )
            found.append({"machine": machine.code, "kind": "count", "name": "total", "value": 1000 + minute, "at": at,
                          "sequence": own + 1})  # fmt: skip
        return found

    def minute(self, minute: int) -> float:
        """Seconds from the batch in hand to its commit."""
        from mom.floor.services.ingest import take_in

        batch = self.batch(minute)
        began = time.perf_counter()
        for start in range(0, len(batch), 10_000):
            sent = batch[start : start + 10_000]
            take_in(self.actor, self.site, "gateway", sent, session="boot", now=START + (minute + 1) * MINUTE)
        return time.perf_counter() - began

    def bare_minute(self, minute: int) -> float:
        """The same rows without any check."""
        from django.db import transaction

        at, keys = START + minute * MINUTE, [machine.pk for machine in self.machines]
        changed = [key for key in keys if self.random.random() < 0.2]
        words = [self.random.choice(["run", "down"]) for _ in keys]
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT floor_open_day(%s)", [at.date()])
        began = time.perf_counter()
        with transaction.atomic(), self.connection.cursor() as cursor:
            for kind, name in (("state", ""), ("count", "total")):
                cursor.execute(_INSERT, {"kind": kind, "name": name, "at": at, "site": self.site.pk, "machines": keys,
                                         "words": words, "value": 1000 + minute})  # fmt: skip
            cursor.execute(_CLOSE, {"at": at, "machines": changed})
            cursor.execute(_OPEN, {"at": at, "machines": changed, "site": self.site.pk})
            cursor.execute(_FOLD, {"at": at, "machines": keys})
        return time.perf_counter() - began

    def forget_live_rows(self) -> None:
        """The next minute makes them from the facts, of which the history is a part now: a counter had shown less."""
        with self.connection.cursor() as cursor:
            cursor.execute("DELETE FROM analytics_liveshift WHERE site_id = %s", [self.site.pk])

    def add_history(self, days: int) -> int:
        """Messages and intervals of the days before, by the minute, straight into the tables."""
        with self.connection.cursor() as cursor:
            for day in range(days, 0, -1):
                begin = (START - day * timedelta(days=1)).replace(hour=0)
                cursor.execute("SELECT floor_open_day(%s)", [begin.date()])
                cursor.execute(_HISTORY, {"begin": begin, "site": self.site.pk})
                cursor.execute(_HISTORY_INTERVALS, {"begin": begin, "site": self.site.pk})
            cursor.execute("SELECT count(*) FROM floor_floormessage WHERE site_id = %s", [self.site.pk])
            return int(cursor.fetchone()[0])

    def differing(self, sample: int) -> int:
        """How many live rows are not what the facts give."""
        from analytics.engine.machine_stretch import microseconds
        from analytics.models import LiveShift
        from analytics.selectors.facts import Calendar
        from analytics.services import live_fold_again
        from mom.core.testing import acting

        rows = LiveShift.objects.filter(site=self.site).order_by("equipment")[:sample]
        before = {row["equipment_id"]: row for row in rows.values()}
        with acting() as act:
            instants = {machine: microseconds(row["as_of"]) for machine, row in before.items()}
            as_of = max(row["as_of"] for row in before.values())
            live_fold_again.refold(act, self.site, Calendar(self.site, as_of, as_of), instants)
        after = {row["equipment_id"]: row for row in LiveShift.objects.filter(pk__in=before).values()}
        return sum({**before[key], "version": 0} != {**after[key], "version": 0} for key in before)


_INSERT = """
INSERT INTO floor_floormessage (site_id, source_id, equipment_id, kind, occurred_at, received_at, key, name, code, mode,
                                reason, value, unit, text)
SELECT %(site)s, (SELECT min(id) FROM floor_source), machine, %(kind)s, %(at)s, %(at)s, gen_random_uuid(), %(name)s,
       CASE WHEN %(kind)s = 'state' THEN word ELSE '' END, '', '',
       CASE WHEN %(kind)s = 'count' THEN %(value)s END, '', 'bare'
FROM unnest(%(machines)s::bigint[], %(words)s::text[]) AS u(machine, word)
"""
_CLOSE = """
UPDATE floor_stateinterval i SET ended_at = %(at)s FROM unnest(%(machines)s::bigint[]) AS u(machine)
WHERE i.equipment_id = u.machine AND i.ended_at IS NULL
"""
_OPEN = """
INSERT INTO floor_stateinterval (site_id, equipment_id, started_at, state, code, mode, origin)
SELECT %(site)s, machine, %(at)s, 'run', 'run', 'bare', 'machine' FROM unnest(%(machines)s::bigint[]) AS u(machine)
"""
_FOLD = """
UPDATE analytics_liveshift l SET as_of = %(at)s, production = l.production + 60000000, good = l.good + 1,
       total_reading = l.total_reading + 1, last_sign_at = %(at)s, version = l.version + 1
FROM unnest(%(machines)s::bigint[]) AS u(machine) WHERE l.equipment_id = u.machine
"""
_HISTORY = """
INSERT INTO floor_floormessage (site_id, source_id, equipment_id, kind, occurred_at, received_at, key, name, code, mode,
                                reason, value, unit, text)
SELECT %(site)s, (SELECT min(id) FROM floor_source), e.id, k.kind, t, t, gen_random_uuid(), k.name,
       CASE WHEN k.kind = 'state' THEN 'run' ELSE '' END, '', '', CASE WHEN k.kind = 'count' THEN 1 END, '', ''
FROM plant_equipment e
CROSS JOIN generate_series(%(begin)s::timestamptz, %(begin)s::timestamptz + interval '23 hours 50 minutes',
                           interval '10 minutes') AS t
CROSS JOIN (VALUES ('state', ''), ('count', 'total')) AS k(kind, name)
WHERE e.site_id = %(site)s AND e.level = 'work_cell'
"""
_HISTORY_INTERVALS = """
INSERT INTO floor_stateinterval (site_id, equipment_id, started_at, ended_at, state, code, mode, origin)
SELECT %(site)s, e.id, t, t + interval '1 hour', 'run', 'run', '', 'machine'
FROM plant_equipment e
CROSS JOIN generate_series(%(begin)s::timestamptz, %(begin)s::timestamptz + interval '23 hours',
                           interval '1 hour') AS t
WHERE e.site_id = %(site)s AND e.level = 'work_cell'
"""

if __name__ == "__main__":
    sys.exit(main())
