"""OEE and the Pareto of 90 days (and of two years) for 200 machines, as a page asks for them.

    python3 manage.py bench two_years_page [--machines 200] [--days 730] [--runs 30] [--most 100]

Fills a scratch database of its own with seeded buckets. Asked are the sum of the window, the sums by machine, and the
losses by reason; the whole is the sum of the machines, as on the page. The baseline of the same run sums one column of
the buckets of all shifts, and must agree with it. Prints the 95th percentile of 90 days and
of all; exits with 1 where they differ, where 90 days take more than `most` milliseconds, or where more than 12
statements are asked.
"""

import argparse
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("page")
LAST = date(2026, 6, 30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--most", type=float, default=100, help="milliseconds for 90 days, 95th percentile")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from analytics.engine.machine_parts import total
    from analytics.selectors.machine_parts import By, losses_by, parts_by

    site = fill(options.machines, options.days)

    def page(days: int) -> Any:
        first = LAST - timedelta(days=days - 1)
        now = datetime(2026, 7, 1, tzinfo=UTC)
        machines = parts_by(site, first, LAST, By.MACHINE, now=now)
        return total(each.totals for each in machines), machines, losses_by(site, first, LAST)

    with CaptureQueriesContext(connection) as asked:
        page(90)
    figures = {days: timed(page, days, options.runs) for days in (90, options.days)}
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT sum(production)::bigint FROM analytics_shiftbucket WHERE site_id = %s AND day > %s",
                       [site.pk, LAST - timedelta(days=90)])  # fmt: skip
        by_shift, plain = cursor.fetchone()[0], (time.perf_counter() - began) * 1000
    agrees = by_shift == page(90)[0].production
    for days, found in figures.items():
        print(f"{days:4} days, {options.machines} machines: p95 {found:.1f} ms")
    print(f"one column of 90 days' shifts alone: {plain:.1f} ms, ratio {figures[90] / plain:.2f}")
    print(f"statements {len(asked)} (at most 12), agrees with the shifts: {agrees}")
    return int(not agrees or len(asked) > 12 or figures[90] > options.most)


def timed(page: Any, days: int, runs: int) -> float:
    """The 95th percentile in milliseconds."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        page(days)
        found.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(found, n=20)[-1]


def fill(machines: int, days: int) -> Any:
    """Buckets of three shifts a day and six losses a day for each machine."""
    from django.db import connection

    from analytics.engine.machine_lines import EXACT, PARTS
    from mom.accounts.models import Site
    from mom.core.testing import acting
    from mom.plant.models import Equipment

    with acting():
        site = Site.objects.create(code="BENCH", name="Bench", time_zone="UTC")
        top = Equipment.objects.create(site=site, code="TOP", level="site")
        Equipment.objects.bulk_create(
            Equipment(site=site, code=f"M-{number:04}", level="work_cell", parent=top) for number in range(machines)
        )
    exact = {PARTS[place] for place in EXACT}
    counts = {"stop_count", "minor_stop_count", "failure_count"}
    kinds = {**dict.fromkeys(exact, "(random() * 400)::int"), **dict.fromkeys(counts, "(random() * 9)::int")}
    amounts = ", ".join(kinds.get(name, "(random() * 28800000000)::bigint") for name in PARTS)
    names, values = ", ".join(PARTS), {"site": site.pk, "first": LAST - timedelta(days=days - 1), "last": LAST}
    sums = ", ".join(f"sum({name})" for name in PARTS)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT setseed(0.7)")
        cursor.execute(
            "INSERT INTO analytics_shiftbucket"  # noqa: S608 - the names of our own columns
            f" (site_id, equipment_id, day, shift, started_at, ended_at, unit, {names})"
            f" SELECT %(site)s, e.id, d, s.code, d + s.at, d + s.at + interval '8 hours', 'C62', {amounts}"
            " FROM plant_equipment e CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d"
            " CROSS JOIN (VALUES ('E', interval '6 hours'), ('L', interval '14 hours'), ('N', interval '22 hours'))"
            " AS s(code, at) WHERE e.level = 'work_cell'",
            values,
        )
        cursor.execute(
            f"INSERT INTO analytics_daybucket (site_id, equipment_id, day, {names})"  # noqa: S608 - as above
            " SELECT site_id, equipment_id, day,"
            f" {sums} FROM analytics_shiftbucket GROUP BY site_id, equipment_id, day"
        )
        cursor.execute(
            "INSERT INTO analytics_lossday (site_id, equipment_id, day, state, time_class, loss_class, duration,"
            " stop_count) SELECT %(site)s, e.id, d, 'down', t.c, l.c, (random() * 3600000000)::bigint, 3"
            " FROM plant_equipment e CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d"
            " CROSS JOIN (VALUES ('delay'), ('down')) AS t(c)"
            " CROSS JOIN (VALUES ('breakdown'), ('minor_stop'), ('none')) AS l(c) WHERE e.level = 'work_cell'",
            values,
        )
        cursor.execute("ANALYZE")
    return site


if __name__ == "__main__":
    sys.exit(main())
