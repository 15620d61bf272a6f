"""A late event: a state that comes sixty days after it happened, until the buckets of its shift are right again.

    python3 manage.py bench late_event [--days 60] [--runs 15] [--most 50]

Fills a scratch database of its own with a machine that sent a state change and a count every minute. Measured is the
worker's share: taking the mark, reading the facts, writing the buckets, committed. The time of `take_in` is
printed beside it. Each run moves one minute from running to down, and the bucket must say so. Prints medians; exits
with 1 where a bucket is wrong or the median is above `most` milliseconds.
"""

import argparse
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("late")
START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--most", type=float, default=50, help="milliseconds of work, median")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:

    from analytics.engine.machine_stretch import microseconds
    from analytics.models import DirtyStretch, ShiftBucket
    from analytics.selectors.facts import Calendar
    from analytics.services import live_fold_again
    from analytics.services.machine_rebuild import rebuild_next, rebuild_shift
    from mom.core.actor import system_actor
    from mom.core.testing import acting
    from mom.floor.engine.message import Window
    from mom.floor.services.ingest import take_in_window

    actor, machine = system_actor("benchmark"), fill(options.days)
    DirtyStretch.objects.all().delete()
    rebuild_shift(actor, machine.pk, START + 8 * 60 * MINUTE)
    now = START + options.days * timedelta(days=1)
    with acting() as act:
        act.now = now
        live_fold_again.refold(act, machine.site, Calendar(machine.site, now, now), {machine.pk: microseconds(now)})
    taken, worked, wrong = [], [], 0
    down = _down(ShiftBucket, machine)
    for run in range(options.runs):
        at = START + (8 * 60 + 3 + 15 * run) * MINUTE
        batch = [
            {"machine": machine.code, "kind": "state", "state": state, "at": moment.isoformat(), "id": f"{run} {state}"}
            for state, moment in (("down", at + MINUTE / 4), ("run", at + MINUTE / 2))
        ]
        began = time.perf_counter()
        take_in_window(actor, machine.site, "gateway", batch, Window.history(now), "", now)
        taken.append(time.perf_counter() - began)
        began = time.perf_counter()
        while rebuild_next(actor):
            pass
        worked.append(time.perf_counter() - began)
        down += 15_000_000
        wrong += _down(ShiftBucket, machine) != down
    work, take = statistics.median(worked) * 1000, statistics.median(taken) * 1000
    print(
        f"late event {options.days} days back: work {work:.1f} ms (at most {options.most:.0f}), take_in {take:.1f} ms"
    )
    print(f"wrong buckets: {wrong} of {options.runs}")
    return int(wrong > 0 or work > options.most)


def _down(model: type, machine: Any) -> int:
    """Stopped time of the shift that is watched, minor stops and all."""
    rows = model.objects.filter(equipment=machine, day=START.date(), shift="E")  # type: ignore[attr-defined]
    return sum(sum(pair) for pair in rows.values_list("down", "delay"))


def fill(days: int) -> Any:
    """A machine with a state and a count a minute, and the timeline of them."""
    from django.db import connection

    from mom.accounts.models import Site
    from mom.core.testing import acting
    from mom.floor.models import MachineListening, Source
    from mom.plant.models import Equipment, Shift, WorkCalendar

    with acting():
        site = Site.objects.create(code="BENCH", name="Bench", time_zone="UTC")
        calendar = WorkCalendar.objects.create(site=site, code="ALL")
        for code, first, last in (("E", "06:00", "14:00"), ("L", "14:00", "22:00"), ("N", "22:00", "06:00")):
            Shift.objects.create(
                site=site, calendar=calendar, code=code, name=code, starts_at=first, ends_at=last,
                weekdays=[1, 2, 3, 4, 5, 6, 7],
            )  # fmt: skip
        machine = Equipment.objects.create(site=site, code="M-1", level="work_cell", calendar=calendar)
        MachineListening.objects.create(
            site=site, equipment=machine, piece_source="counters", heartbeat=10 * MINUTE, minor_stop=MINUTE / 60,
            valid_from=START - timedelta(days=1),
        )  # fmt: skip
        source = Source.objects.create(site=site, code="gateway", first_seen_at=START, last_seen_at=START)
        begin_job(site, machine)
    values = {"site": site.pk, "machine": machine.pk, "source": source.pk, "begin": START}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for day in range(days + 1):
            cursor.execute("SELECT floor_open_day(%s)", [(START + timedelta(days=day)).date()])
        cursor.execute(_MESSAGES, {**values, "end": START + days * timedelta(days=1)})
        cursor.execute(_INTERVAL, {**values, "end": START + days * timedelta(days=1)})
        cursor.execute(_SIGNAL, {**values, "end": START + days * timedelta(days=1)})
        cursor.execute("ANALYZE")
    return machine


def begin_job(site: Any, machine: Any) -> None:
    """An order is there all the time."""
    from mom.work.models import EquipmentReservation, JobOrder, WorkRequest

    request = WorkRequest.objects.create(site=site, code="WO-1", status="running", created_at=START)
    job = JobOrder.objects.create(site=site, code="WO-1-10", work_request=request, sequence=10, operation="Mill",
                                  equipment=machine, status="ready", created_at=START)  # fmt: skip
    EquipmentReservation.objects.create(
        site=site, equipment=machine, job_order=job, started_at=START, ended_at=START + timedelta(days=365)
    )


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
_INTERVAL = """
WITH pieces AS (
    SELECT t, t + CASE WHEN p.state = 'run' THEN interval '12 minutes' ELSE interval '3 minutes' END AS until, p.state
    FROM generate_series(%(begin)s::timestamptz, %(end)s::timestamptz - interval '15 minutes', interval '15 minutes')
        AS q
    CROSS JOIN (VALUES ('run', interval '0'), ('idle', interval '12 minutes')) AS p(state, later)
    CROSS JOIN LATERAL (SELECT q + p.later AS t) AS at
    UNION ALL SELECT %(end)s::timestamptz, NULL, 'run'
), stops AS (
    INSERT INTO floor_stop (site_id, equipment_id, started_at, ended_at, state, code, mode, note, reporter, is_minor)
    SELECT %(site)s, %(machine)s, t, until, 'idle', 'idle', '', '', '', false FROM pieces WHERE state = 'idle'
    RETURNING id, started_at
)
INSERT INTO floor_stateinterval (site_id, equipment_id, started_at, ended_at, state, code, mode, origin, stop_id)
SELECT %(site)s, %(machine)s, t, until, state, state, '', 'machine', s.id
FROM pieces LEFT JOIN stops s ON s.started_at = t
"""
_SIGNAL = """
INSERT INTO floor_machinesignal (site_id, equipment_id, last_seen_at, state_at, code, mode, reason)
VALUES (%(site)s, %(machine)s, %(end)s, %(end)s, 'run', '', '')
"""

if __name__ == "__main__":
    sys.exit(main())
