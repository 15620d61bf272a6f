"""All shift OEE and the downtime Pareto of many machines, made again from their messages: archive, and tables.

    python3 manage.py bench rebuild_archive [--machines 200] [--days 90] [--table-days 10] [--rounds 3]
        [--most 1.5] [--most-table 0.4] [--most-mb 1500]

In a scratch database of its own a made-up history (benchmarks/floor_history.py) is written to an archive by the
product's own writer. The product reads it with the reader of the record and folds it with `analytics.engine.
fold_arrays`; the named baseline is DuckDB's answer to the same question on the same files with two threads. Then
`--table-days` days of it are put into the tables, and the product's answer from them is held against a plain SQL one.
Last, buckets of some machines (`--bucket-machines`) are made from the same archive by the tasks of a recompute
(benchmarks/floor_buckets.py): how long that takes is told, and that they say the same.
Every engine runs in a process of its own; the answers must agree to 1e-9. Prints medians, ratios and the product's
peak memory; exits with 1 where an answer differs or a ratio or the memory is above its bound.
"""

import argparse
import json
import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = f"mom_bench_archive_{os.getpid()}"

Answer = tuple[np.ndarray[Any, Any], dict[tuple[str, str, int], tuple[int, int]]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--table-days", type=int, default=10, help="days that also stand in the tables; 0: none")
    parser.add_argument("--bucket-machines", type=int, default=3, help="whose buckets are made again, too; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=1.5, help="times DuckDB's time over the files")
    parser.add_argument("--most-table", type=float, default=0.4, help="times plain SQL's time over the rows")
    parser.add_argument("--most-mb", type=float, default=1500)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return one(options)
    admin = psycopg2.connect(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"], dbname="postgres")
    admin.autocommit = True
    with admin.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        cursor.execute(f"CREATE DATABASE {SCRATCH}")
        try:
            options.folder = Path(folder)
            return measure(options)
        finally:
            cursor.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def setup(folder: Path) -> None:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", SCRATCH)
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c statement_timeout=0"  # type: ignore[index]
    settings.ARCHIVE_URL = str(folder / "archive")
    django.setup()


def measure(options: argparse.Namespace) -> int:
    setup(options.folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    write_history(options)
    messages = options.machines * options.days * 2880
    print(f"{messages:,} messages of {options.machines} machines and {options.days} days written in "
          f"{time.perf_counter() - began:.0f} s")  # fmt: skip
    is_right = compare(options, "archive", "duckdb", options.most)
    if options.bucket_machines:
        is_right &= buckets(options)
    if options.table_days:
        began = time.perf_counter()
        fill_tables(options)
        print(
            f"{options.machines * options.table_days * 2880:,} of them in tables in {time.perf_counter() - began:.0f} s"
        )
        is_right &= compare(options, "tables", "sql", options.most_table)
    return 0 if is_right else 1


def compare(options: argparse.Namespace, ours: str, theirs: str, most: float) -> bool:
    """Both engines in turn, each in its own process; whether the answers agree and ratio and memory are in bounds."""
    seconds: dict[str, list[float]] = {ours: [], theirs: []}
    peak = 0.0
    answers: dict[str, Answer] = {}
    for _ in range(options.rounds):
        for engine in (theirs, ours):
            command = [sys.executable, __file__, "--one", engine, "--folder", str(options.folder),
                       "--machines", str(options.machines), "--days", str(days_of(options, engine))]  # fmt: skip
            environment = {**os.environ, "BENCH_DATABASE": SCRATCH}
            found = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
            seconds[engine].append(found["seconds"])
            answers[engine] = pickle.loads(Path(found["answer"]).read_bytes())  # noqa: S301 - written by ourselves
            if engine == ours:
                peak = max(peak, found["peak_mb"])
    medians = {engine: statistics.median(each) for engine, each in seconds.items()}
    ratio = medians[ours] / medians[theirs]
    difference = distance(answers[ours], answers[theirs])
    shifts, stops = len(answers[ours][0]), sum(many for _, many in answers[ours][1].values())
    print(f"{ours:>8} {medians[ours]:8.2f} s   {theirs} {medians[theirs]:8.2f} s   ratio {ratio:.2f} (at most {most})")
    print(f"         peak {peak:.0f} MB, {shifts} shifts, {stops} stops, difference {difference:.1e}", flush=True)
    return ratio <= most and peak <= options.most_mb and difference <= 1e-9 and shifts > 0


def buckets(options: argparse.Namespace) -> bool:
    """The product's own rebuild of a few machines; whether it says what the archive's answer says of them."""
    from django.db import connection

    from benchmarks.floor_buckets import made_by_the_product
    from mom.plant.models import Equipment

    machines = sorted(Equipment.objects.values_list("pk", flat=True))[: options.bucket_machines]
    made = made_by_the_product(machines, options.days)
    connection.close()
    shifts, _ = pickle.loads((options.folder / "archive.answer").read_bytes())  # noqa: S301 - written by ourselves
    wanted = shifts[shifts[:, 0] < len(machines)][:, :-1]  # OEE is a ratio of the parts
    difference = _relative(made.rows, wanted) if made.rows.shape == wanted.shape else float("inf")
    rate = made.shifts / made.seconds
    every = options.machines * options.days * 3 / rate
    print(f" buckets {made.seconds:8.2f} s for {made.shifts} shifts of {len(machines)} machines by one worker: "
          f"{rate:.0f} a second, so {every:.0f} s for all; difference {difference:.1e}")  # fmt: skip
    print(f"         their timelines from the archive before: {made.timeline_seconds:.1f} s", flush=True)
    return difference <= 1e-9


def days_of(options: argparse.Namespace, engine: str) -> int:
    """How many days the engine is asked for."""
    days: int = options.days if engine in {"archive", "duckdb"} else options.table_days
    return days


def distance(one: Answer, two: Answer) -> float:
    """The largest relative difference of two answers; infinite where they have not the same rows."""
    if one[0].shape != two[0].shape or one[1].keys() != two[1].keys():
        return float("inf")
    pareto = [np.asarray([each[1][key] for key in sorted(each[1])], np.float64) for each in (one, two)]
    return max(_relative(one[0], two[0]), _relative(*pareto))


def _relative(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> float:
    difference = np.abs(np.nan_to_num(one) - np.nan_to_num(two)) / np.maximum(1, np.abs(np.nan_to_num(two)))
    return float(max(difference.max(initial=0), np.any(np.isnan(one) != np.isnan(two)) * 1.0))


def one(options: argparse.Namespace) -> int:
    """One engine's answer, its seconds and peak memory, to stdout."""
    engines: dict[str, Callable[[argparse.Namespace], Answer]] = {
        "archive": by_product, "tables": by_product, "duckdb": by_duckdb, "sql": by_sql,
    }  # fmt: skip
    setup(options.folder)
    if options.one == "tables":
        _forget_archive()
    began = time.perf_counter()
    answer = engines[options.one](options)
    seconds = time.perf_counter() - began
    path = options.folder / f"{options.one}.answer"
    path.write_bytes(pickle.dumps(answer))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"seconds": seconds, "peak_mb": peak, "answer": str(path)}, sys.stdout)
    return 0


def by_product(options: argparse.Namespace) -> Answer:
    """The reader of the record, and the fold over arrays."""
    from benchmarks.floor_history import first_instant
    from mom.floor.selectors.record import messages_in_pieces
    from mom.plant.models import Equipment

    start = first_instant()
    end = start + timedelta(days=options.days)
    machines = sorted(Equipment.objects.values_list("pk", flat=True))
    fold = folding(machines, options.days)
    for columns in messages_in_pieces(machines, start, end):
        fold.add(columns)
    return answered(fold.parts(), machines, options.days)


def folding(machines: Sequence[int], days: int) -> Any:
    """The fold as the product sets it up for machines in three shifts with one job that an ideal cycle is known of."""
    from analytics.engine.fold_arrays import Fold
    from analytics.engine.fold_terms import LETTERS, Cuts, Listened
    from benchmarks.floor_history import CYCLE, HEARTBEAT, MINOR_STOP, SHIFT

    many, shifts = len(machines), 3 * days
    since = micros_of_start()
    machine = np.repeat(np.arange(many), shifts + 1)
    number = np.tile(np.arange(shifts + 1), many)
    cuts = Cuts(
        machine=machine,
        at=since + number * SHIFT,
        slot=np.where(number < shifts, machine * shifts + number, -1),
        letter=np.full(len(machine), LETTERS.index("w")),
        above=np.full(len(machine), CYCLE),
        below=np.full(len(machine), 1),
    )
    terms = (np.full(many, each) for each in (HEARTBEAT, MINOR_STOP, 0))
    return Fold(cuts, Listened(np.asarray(machines), *terms, since, since + shifts * SHIFT), vocabulary)


def micros_of_start() -> int:
    """The first instant of the history."""
    from benchmarks.floor_history import DAY, EPOCH, FIRST

    return (FIRST - EPOCH).days * DAY


def vocabulary(labels: Sequence[Any]) -> Any:
    """What the labels mean: the states by their usual classes, no reason another than its state's."""
    from analytics.engine.fold_terms import NO_STATE, STATES, Vocabulary
    from analytics.selectors.facts_meaning import BY_STATE
    from benchmarks.floor_history import REASONS

    states = [STATES.index(label.code) if label.kind == "state" else NO_STATE for label in labels]
    return Vocabulary(
        state=np.asarray(states, np.int8),
        reason=np.asarray([REASONS.index(label.reason) for label in labels], np.int64),
        meaning=np.asarray([max(state, 0) for state in states], np.int64),
        counter=np.asarray([{"total": 1, "reject": 2}.get(label.name, 0) for label in labels], np.int8),
        reason_meaning=np.full(len(REASONS), -1),
        meanings=[BY_STATE[state] for state in STATES],
    )


def answered(parts: Any, machines: Sequence[int], days: int) -> Answer:
    """The parts as the questions have them: machine by its place, shift by its number since 1970."""
    from analytics.engine.fold_terms import CLASSES, LOSS_CLASSES, STATES
    from benchmarks.floor_history import REASONS, SHIFT

    shifts = 3 * days
    of_class = {name: parts.time[:, place] for place, name in enumerate(CLASSES)}
    busy = sum(of_class[name] for name in ("production", "setup", "delay", "down"))
    with np.errstate(divide="ignore", invalid="ignore"):
        oee = np.where(busy > 0, parts.ideal_good / busy, np.nan)
    columns = [np.repeat(np.arange(len(machines)), shifts),
               np.tile(micros_of_start() // SHIFT + np.arange(shifts), len(machines)),
               *(of_class[name] for name in ("production", "setup", "delay", "down", "planned_stop", "unknown")),
               parts.minor_stop, parts.good / 1e6, parts.scrap / 1e6, parts.ideal_good, oee]  # fmt: skip
    pareto: dict[tuple[str, str, int], tuple[int, int]] = {}
    each = parts.losses
    minor = LOSS_CLASSES.index("minor_stop")
    for state, loss, reason, duration, many in zip(
        each.state, each.loss_class, each.reason, each.duration, each.stop_count, strict=True
    ):
        key = (STATES[state], REASONS[reason], int(loss == minor))
        before = pareto.get(key, (0, 0))
        pareto[key] = (before[0] + int(duration), before[1] + int(many))
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1), pareto


def by_duckdb(options: argparse.Namespace) -> Answer:
    """The baseline over the files."""
    import duckdb

    from benchmarks.floor_history import DAY
    from benchmarks.floor_questions import PARETO, SHIFTS, duckdb_steps

    with duckdb.connect(config={"threads": 2}) as engine:
        until = micros_of_start() + options.days * DAY
        for step in duckdb_steps(f"{options.folder}/archive/**/*.parquet", until):
            engine.execute(step)
        return _answer(engine.execute(SHIFTS).fetchall(), engine.execute(PARETO).fetchall())


def by_sql(options: argparse.Namespace) -> Answer:
    """The baseline over the rows."""
    from django.db import connection

    from benchmarks.floor_history import first_instant
    from benchmarks.floor_questions import PARETO, SHIFTS, postgres_steps

    with connection.cursor() as cursor:
        for step in postgres_steps((first_instant() + timedelta(days=options.days)).isoformat()):
            cursor.execute(step)
        cursor.execute(SHIFTS)
        shifts = cursor.fetchall()
        cursor.execute(PARETO)
        return _answer(shifts, cursor.fetchall())


def _answer(shifts: Sequence[tuple[Any, ...]], pareto: Sequence[tuple[Any, ...]]) -> Answer:
    known = {machine: place for place, machine in enumerate(sorted({row[0] for row in shifts}))}
    rows = sorted((known[row[0]], *(np.nan if each is None else float(each) for each in row[1:])) for row in shifts)
    return np.asarray(rows, np.float64), {(row[0], row[1], row[2]): (int(row[3]), int(row[4])) for row in pareto}


def write_history(options: argparse.Namespace) -> None:
    """Machines, and their days as files by the product's writer; the rows say that they left the tables."""
    from benchmarks.floor_history import day_table, first_instant, machine_history
    from benchmarks.floor_history import days_of as each_day
    from mom.accounts.models import Site
    from mom.core.actor import system_actor
    from mom.core.use_case import use_case
    from mom.floor.archive.day_file import SCHEMA, encoded, fingerprint, new_address
    from mom.floor.archive.store import the_store
    from mom.floor.models import ArchivedDay, Source
    from mom.plant.engine.terms import EquipmentLevel
    from mom.plant.models import Equipment

    now, store = first_instant() + timedelta(days=options.days), the_store()
    with use_case(system_actor("benchmark")):
        site = Site.objects.create(code="BENCH", name="Benchmark")
        source = Source.objects.create(site=site, code="gateway", first_seen_at=now, last_seen_at=now)
        for number in range(options.machines):
            code = f"M-{number:04}"
            Equipment.objects.create(site=site, code=code, name=code, level=EquipmentLevel.WORK_UNIT)
    for number, machine in enumerate(Equipment.objects.order_by("pk")):
        history, rows = machine_history(number, options.days), []
        for place, day in each_day(options.days):
            content = encoded(day_table(history, number, place, SCHEMA, source.pk))
            address = new_address(site.code, machine.code, day)
            store.write(address, content)
            rows.append(ArchivedDay(site=site, equipment=machine, day=day, address=address, row_count=2880,
                                    byte_count=len(content), sha256=fingerprint(content), written_at=now,
                                    verified_at=now, dropped_at=now))  # fmt: skip
        ArchivedDay.objects.bulk_create(rows)


def fill_tables(options: argparse.Namespace) -> None:
    """The first days as rows, minute by minute as they would have come."""
    from django.db import connection

    from benchmarks.floor_history import days_of as each_day
    from benchmarks.floor_history import machine_history
    from mom.plant.models import Equipment

    machines = list(Equipment.objects.order_by("pk").values_list("pk", flat=True))
    histories = [machine_history(number, options.days) for number in range(len(machines))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_id, id FROM floor_source")
        site, source = cursor.fetchone()
        for place, day in each_day(options.table_days):
            cursor.execute("SELECT floor_open_day(%s)", [day])
            cursor.copy_expert(_COPY, _Lines(_day_lines(histories, machines, place, site, source)))
        cursor.execute("ANALYZE floor_floormessage")
    connection.close()


_COPY = """COPY floor_floormessage (site_id, source_id, equipment_id, kind, occurred_at, received_at, key, name, code,
mode, reason, value, unit, text) FROM STDIN WITH (FORMAT csv, NULL '-')"""


class _Lines:
    """An iterator of lines as a file that COPY reads."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines

    def read(self, _size: int = -1) -> str:
        return next(self._lines, "")


def _day_lines(histories: Sequence[Any], machines: Sequence[int], place: int, site: int, source: int) -> Any:
    from benchmarks.floor_history import REASONS, STATES

    for row in range(2880 * place, 2880 * (place + 1)):
        lines = []
        for machine, history in zip(machines, histories, strict=True):
            at = np.datetime64(int(history.at[row]), "us")
            key = f"{machine:08x}-0000-0000-0000-{row:012x}"
            if history.state[row] >= 0:
                said = f",{STATES[history.state[row]]},,{REASONS[history.reason[row]]},-,,"
                kind = "state"
            else:
                name = "reject" if history.is_reject[row] else "total"
                said, kind = f"{name},,,,{history.value[row]},H87,", "count"
            lines.append(f"{site},{source},{machine},{kind},{at}Z,{at}Z,{key},{said}\n")
        yield "".join(lines)


def _forget_archive() -> None:
    """The days that are asked for count as not yet dropped."""
    from mom.floor.models import ArchivedDay

    ArchivedDay.objects.update(dropped_at=None)


if __name__ == "__main__":
    sys.exit(main())
