"""The page OEE and losses over a quarter of a plant: server time, statements, and whether its OEE is right.

    python3 manage.py bench losses_page [--machines 200] [--days 90] [--rounds 40] [--most 100]

Fills a scratch database of its own with the sums that a rebuild leaves (three shifts a day, seeded), asks the page as a
signed-in person, and compares its OEE with plain SQL over the shifts, which is also the baseline of the same run.
The table of shifts of so long a window comes by a request of its own, which is timed too. Prints p50 and p95, and how
much of it this process computed itself; exits with 1 where the answer is wrong, p95 of the page is above `most`
milliseconds or statements are above 12.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("losses")
MOST_STATEMENTS = 12
LAST = "2026-04-16"

SHIFTS = """
INSERT INTO analytics_shiftbucket (site_id, equipment_id, day, shift, started_at, ended_at, definition_id, unit,
    {names})
SELECT {site}, e.id, d::date, s.code, d + s.at, d + s.at + interval '8 hours', {part}, 'C62', {values}
FROM plant_equipment e
CROSS JOIN generate_series(date '{last}' - ({days} - 1), date '{last}', interval '1 day') d
CROSS JOIN (
    VALUES ('early', interval '4 hours'), ('late', interval '12 hours'), ('night', interval '20 hours')
) s(code, at)
CROSS JOIN LATERAL (SELECT (random() * 4e9)::bigint AS down, (random() * 2e9)::bigint AS setup,
    (random() * 25e8)::bigint AS delay, (random() * 20)::int AS scrap, 300 + (random() * 80)::int AS good
    WHERE e.id > 0) r
WHERE e.level = 'work_unit'
"""
MADE = {
    "production": "27e9::bigint - r.down - r.setup - r.delay", "setup": "r.setup", "delay": "r.delay", "down": "r.down",
    "planned_stop": "18e8::bigint", "minor_stop": "r.delay / 4", "breakdown": "r.down / 2", "uncoded": "r.delay / 5",
    "stop_count": "5", "failure_count": "1", "good": "r.good", "scrap": "r.scrap",
    "ideal": "(r.good + r.scrap) * 55000000::bigint", "ideal_good": "r.good * 55000000::bigint",
}  # fmt: skip
LOSSES = """
INSERT INTO analytics_lossbucket (site_id, equipment_id, day, shift, started_at, hour, definition_id, state, time_class,
    loss_class, reason_id, duration, stop_count)
SELECT b.site_id, b.equipment_id, b.day, b.shift, b.started_at, b.started_at + r.n * interval '1 hour',
    b.definition_id, 'down', 'down', 'breakdown', r.id, b.down / 4, 1
FROM analytics_shiftbucket b CROSS JOIN LATERAL (
    SELECT id, row_number() OVER () AS n FROM plant_reason WHERE (id + b.equipment_id + extract(day FROM b.day)) % 3 = 0
) r
"""
LOSS_DAYS = """
INSERT INTO analytics_lossday (site_id, equipment_id, day, state, time_class, loss_class, reason_id, duration,
    stop_count)
SELECT site_id, equipment_id, day, state, time_class, loss_class, reason_id, sum(duration), sum(stop_count)
FROM analytics_lossbucket GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
BASELINE = """
SELECT sum(ideal_good)::numeric / sum(production + setup + delay + down) FROM analytics_shiftbucket
WHERE site_id = %s AND day BETWEEN %s AND %s
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--most", type=float, default=100, help="milliseconds, 95th percentile")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    site, person = fill(options)
    client = Client()
    client.force_login(person, backend="mom.accounts.backends.PasswordBackend")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT date '{LAST}' - %s", [options.days - 1])
        first = cursor.fetchone()[0]
    address = f"/losses/?first={first}&last={LAST}"
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(address, secure=True)
    count = len(statements)  # at once: the next request empties the log
    times, own, later, plain = [], [], [], []
    for _round in range(options.rounds):
        begun, computed = time.perf_counter(), time.process_time()
        answer = client.get(address, secure=True)
        own.append((time.process_time() - computed) * 1000)
        times.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        shifts = client.get(f"{address}&part=shifts", secure=True)
        later.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BASELINE, [site.pk, first, LAST])
            oee = cursor.fetchone()[0]
        plain.append((time.perf_counter() - begun) * 1000)
    is_right = f"<b>{oee * 100:.1f}\N{NO-BREAK SPACE}%</b>" in answer.content.decode() and shifts.status_code == 200
    p50, p95 = statistics.median(times), sorted(times)[max(0, int(len(times) * 0.95) - 1)]
    print(
        f"{options.machines} machines, {options.days} days: OEE {oee * 100:.2f} %, {'right' if is_right else 'WRONG'}"
    )
    print(f"page p50 {p50:.0f} ms, p95 {p95:.0f} ms (at most {options.most:.0f}), {count} statements")
    print(f"of which this process computed {statistics.median(own):.0f} ms; the rest is the database")
    print(f"the table of shifts, asked for by the page: p50 {statistics.median(later):.0f} ms")
    print(
        f"one plain sum over the shifts: {statistics.median(plain):.0f} ms; ratio {p50 / statistics.median(plain):.1f}"
    )
    print(f"load average of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return int(not is_right or p95 > options.most or count > MOST_STATEMENTS)


def fill(options: argparse.Namespace) -> Any:
    """A site with areas, machines, reasons, and the sums of every shift and day; a person who may see figures."""
    from django.db import connection

    from analytics.models import MachineParts
    from mom.accounts.models import Membership, Role, Site, User
    from mom.core import clock
    from mom.core.testing import acting
    from mom.plant.models import Equipment, MaterialDefinition, Reason

    with acting():
        site = Site.objects.create(code="P1", name="Plant", time_zone="Europe/Stockholm")
        person = User(username="bench", display_name="Bench")
        person.set_unusable_password()
        person.save()
        role = Role.objects.create(code="bench", name="Bench", permissions=["analytics.view"])
        Membership.objects.create(user=person, role=role, site=site, valid_from=clock.now())
        part = MaterialDefinition.objects.create(site=site, code="P-1", name="Part")
        areas = [Equipment.objects.create(site=site, code=f"A{n}", name=f"Area {n}", level="area") for n in range(8)]
        for number in range(options.machines):
            place = areas[number % len(areas)]
            Equipment.objects.create(site=site, code=f"M-{number:03}", level="work_unit", parent=place, position=number)
        for number in range(12):
            Reason.objects.create(site=site, kind="stop", code=f"R{number}", name=f"Reason {number}", position=number)
    parts = [field.name for field in MachineParts._meta.fields if field.name != "site"]
    values = ", ".join(MADE.get(name, "0") for name in parts)
    names = ", ".join(parts)
    sums = ", ".join(f"sum({name})" for name in parts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.4)")
        given = {"site": site.pk, "part": part.pk, "last": LAST, "days": options.days}
        cursor.execute(SHIFTS.format(names=names, values=values, **given))
        cursor.execute(
            f"INSERT INTO analytics_daybucket (site_id, equipment_id, day, {names})"  # noqa: S608 - our own columns
            f" SELECT site_id, equipment_id, day, {sums} FROM analytics_shiftbucket GROUP BY 1, 2, 3"
        )
        cursor.execute(LOSSES)
        cursor.execute(LOSS_DAYS)
        cursor.execute("ANALYZE")
    return site, person


if __name__ == "__main__":
    sys.exit(main())
