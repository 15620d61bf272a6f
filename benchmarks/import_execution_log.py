"""Rows a second of the execution-log import into the full model, and its memory over the file's length.

    python3 manage.py bench import_execution_log [--rows 20000] [--times 1 10 50] [--least 5000]

Writes a made-up log of `rows` lines (and 10 and 50 times as many) whose totals are known, imports each file by the same
functions as the command line, into a scratch database of its own, and checks the totals. The named baseline is a bare
COPY of the same file into one table without index, key or check: the least that loading it can cost. Each size runs in
a process of its own, so that the peak memory is that size's. Exits with 1 where a total differs, the speed at 1x is
below `least`, or the longest file needs more than 1.5 times the memory of the shortest.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = f"mom_bench_import_{os.getpid()}"
HEADER = [
    "Order",
    "Step",
    "Station",
    "From",
    "Until",
    "Span",
    "Wanted",
    "Part",
    "Person",
    "Kind",
    "Good",
    "Scrap",
    "Review",
    "Again",
]
MAPPING = """
mapping: 1
source: benchmark
time_zone: Europe/Stockholm
fields:
  order: Order
  operation: Step
  resource: Station
  person: Person
  part: Part
  order_quantity: Wanted
  started_at: {column: From, format: '%Y/%m/%d %H:%M:%S.%f'}
  completed_at: {column: Until, format: '%Y/%m/%d %H:%M:%S.%f'}
  duration: {column: Span, format: 'h:m'}
  report_kind: {column: Kind, values: {S: setup, D: production, B: breakdown}}
  good: Good
  scrap: Scrap
  review: Review
  rework: {column: Again, values: {Y: 'true'}}
"""


def lines(count: int) -> Iterator[list[Any]]:
    """A shop of 27 stations: orders of about 20 reports over 6 operations, interleaved in time as a real export is."""
    rng = random.Random(4503)
    start = datetime(2012, 1, 2)  # noqa: DTZ001 - wall clock of the made-up plant
    order, left, step = 0, 0, 0
    for number in range(count):
        if left == 0:
            order, left, wanted, part = (
                order + 1,
                rng.randint(10, 30),
                rng.randint(1, 720),
                f"Part {rng.randint(1, 43)}",
            )
        left, step = left - 1, rng.randint(1, 6)
        begins = start + timedelta(minutes=number // 2)
        minutes = rng.choice((0, 5, 12, 45, 90, 240))
        kind = rng.choices("DSB", (83, 16, 1))[0]
        good = rng.randint(0, 40) if kind == "D" else 0
        yield [
            f"W{order}", f"Step {step}", f"Station {(order + step) % 27 + 1}",
            f"{begins:%Y/%m/%d %H:%M}:00.000", f"{begins + timedelta(minutes=minutes):%Y/%m/%d %H:%M}:00.000",
            f"{minutes // 60:03d}:{minutes % 60:02d}", wanted, part, f"ID{rng.randint(1, 46):04d}", kind,
            good, rng.choices((0, 1, 3), (95, 4, 1))[0], 0, "",
        ]  # fmt: skip


def write(path: Path, count: int) -> dict[str, int]:
    """Writes the file; its totals."""
    totals: Counter[str] = Counter(rows=count)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for line in lines(count):
            writer.writerow(line)
            totals["minutes"] += int(line[5][:3]) * 60 + int(line[5][4:])
            totals["good"] += line[10]
            totals["scrap"] += line[11]
    return dict(totals)


def bare_copy(path: Path) -> float:
    """Seconds of the baseline: the file into one table of text columns."""
    columns = ", ".join(f"c{number} text" for number in range(len(HEADER)))
    with psycopg2.connect(os.environ["DATABASE_URL"], dbname=SCRATCH) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({columns})")
        began = time.perf_counter()
        with path.open("rb") as file:
            cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)", file)
        connection.commit()
        return time.perf_counter() - began


def import_one(path: Path, site_code: str) -> dict[str, Any]:
    """Imports a file in this process; seconds, peak memory and the totals that came out."""
    _setup()
    from django.db.models import Sum

    from mom.accounts.models import Site
    from mom.core import bell
    from mom.core.actor import system_actor
    from mom.core.use_case import use_case
    from mom.erp.services.attended import import_here
    from mom.erp.services.import_run import NamedMapping
    from mom.work.models import JobResponse, QuantityReport

    bell.ring = lambda *_task, **_how: True  # there is no broker here, and waiting for none is not the import's time
    actor = system_actor("benchmark")
    with use_case(actor):
        site = Site.objects.create(code=site_code, name="Benchmark", time_zone="Europe/Stockholm")
    began = time.perf_counter()
    with path.open("rb") as file:
        run = import_here(actor, site, file, file_name=path.name, mapping=NamedMapping("benchmark", MAPPING))
    seconds = time.perf_counter() - began
    if run.status != "completed":
        raise SystemExit(run.task.error)
    checked, applied = run.check_task, run.apply_task
    quantities = dict(QuantityReport.objects.filter(site=site).order_by().values_list("kind").annotate(Sum("quantity")))
    spent = JobResponse.objects.filter(site=site).aggregate(span=Sum("duration"))["span"]
    return {
        "seconds": seconds,
        "check": (checked.finished_at - checked.started_at).total_seconds(),
        "apply": (applied.finished_at - applied.started_at).total_seconds(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "totals": {
            "rows": JobResponse.objects.filter(site=site).count(),
            "minutes": round(spent / timedelta(minutes=1)),
            "good": int(quantities["good"]),
            "scrap": int(quantities["scrap"]),
        },
    }


def _setup() -> None:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", SCRATCH)
    django.setup()


def _scratch(statement: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"], dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def measure(folder: Path, rows: int, times: list[int], least: int) -> bool:
    """Runs every size and prints one line each; whether all is as promised."""
    titles = ("rows", "seconds", "rows/s", "check", "apply", "COPY s", "ratio", "peak MB")
    print(" ".join(f"{title:>8}" for title in titles), " totals")
    peaks, is_right = [], True
    for number, factor in enumerate(times):
        path = folder / f"log_{factor}.csv"
        totals = write(path, rows * factor)
        baseline = bare_copy(path)
        command = [sys.executable, __file__, "--one", str(path), "--site", f"BENCH-{number}"]
        done = subprocess.run(
            command, env={**os.environ, "BENCH_DATABASE": SCRATCH}, stdout=subprocess.PIPE, check=True
        )
        found = json.loads(done.stdout)
        speed, equal = rows * factor / found["seconds"], found["totals"] == totals
        peaks.append(found["peak_mb"])
        is_right &= equal and (factor != 1 or speed >= least)
        times_shown = (found["seconds"], speed, found["check"], found["apply"], baseline, found["seconds"] / baseline)
        numbers = " ".join(
            f"{number:>8.{places}f}" for number, places in zip(times_shown, (2, 0, 2, 2, 2, 0), strict=True)
        )
        print(f"{rows * factor:>8} {numbers} {peaks[-1]:>8.1f}  {'equal' if equal else 'DIFFER'}", flush=True)
    print(f"memory of the longest file / the shortest: {peaks[-1] / peaks[0]:.2f}")
    return is_right and peaks[-1] <= 1.5 * peaks[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--least", type=int, default=5_000)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--site", default="BENCH", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.test")
    if asked.one:
        print(json.dumps(import_one(asked.one, asked.site)))
        return 0
    _scratch(f"CREATE DATABASE {SCRATCH}")
    try:
        _setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0, skip_checks=True)
        connections.close_all()
        with tempfile.TemporaryDirectory() as folder:
            return 0 if measure(Path(folder), asked.rows, asked.times, asked.least) else 1
    finally:
        _scratch(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
