"""How fast orders are planned: the forward pass alone, on the plan that the roadmap names.

    python3 manage.py bench plan_order [--orders 2000] [--operations 5] [--machines 100] [--most 2.0]

No database: orders of some operations each, drawn with a fixed seed over machines that work in two shifts with
breaks, through the engine that a release uses, with the calendar read as it does. Prints the time of each round, then
checks the answer: every job is placed, none before the one it waits for, no two at once on a machine, and the working
time of every fiftieth is its duration. Exits with 1 where that fails, or the median is above `most` seconds.
"""

import argparse
import random
import statistics
import sys
import time as clock
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mom.core.engine.interval import Interval, total
from mom.plant.engine.calendar import ShiftPattern, working_intervals
from production.engine.forward_pass import Load, Place, Span, Wait, Work, WorkingTime, forward_pass

NOW = datetime(2026, 3, 16, 5, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WEEK = frozenset({1, 2, 3, 4, 5})
SHIFTS = (
    ShiftPattern("E", "Early", time(6), time(14), WEEK, breaks=((time(9), time(9, 30)),)),
    ShiftPattern("L", "Late", time(14), time(22), WEEK, breaks=((time(18), time(18, 30)),)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--operations", type=int, default=5)
    parser.add_argument("--machines", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=2.0, help="seconds, the median of the rounds")
    options = parser.parse_args()
    works = drawn(options.orders, options.operations, options.machines)
    taken, found = [], {}
    for _round in range(options.rounds):
        places: dict[int | None, Place] = {
            machine: Place(WorkingTime(NOW, worked), Load(1)) for machine in range(options.machines)
        }
        began = clock.perf_counter()
        found = forward_pass(works, places)
        taken.append(clock.perf_counter() - began)
        print(f"{len(works)} jobs on {options.machines} machines: {taken[-1]:.2f} s")
    wrong = problems(works, found)
    for sentence in wrong[:5]:
        print(sentence)
    median = statistics.median(taken)
    print(f"median {median:.2f} s, at most {options.most:.2f} s")
    return int(bool(wrong) or median > options.most)


def worked(window: Interval) -> list[Interval]:
    """The working time of every machine, read as the plan of a calendar is."""
    return working_intervals(SHIFTS, (), window, ZONE)


def drawn(orders: int, operations: int, machines: int) -> list[Work]:
    """Jobs of orders, one after the other, on machines and for times drawn with a fixed seed."""
    draw = random.Random(7)
    works = []
    for order in range(orders):
        for step in range(operations):
            key = order * operations + step
            waits = [Wait(key - 1)] if step else []
            minutes = timedelta(minutes=draw.randint(20, 400))
            works.append(Work(key, draw.randrange(machines), minutes, NOW, waits))
    return works


def problems(works: list[Work], found: dict[int, Span | None]) -> list[str]:
    """Whatever the plan breaks, in words."""
    wrong = []
    by_machine: dict[int | None, list[Span]] = {}
    for work in works:
        span = found[work.key]
        if span is None or work.duration is None:
            wrong.append(f"Job {work.key} has no times.")
            continue
        by_machine.setdefault(work.place, []).append(span)
        before = [found[wait.before] for wait in work.waits]
        if any(each is None or each.end > span.start for each in before):
            wrong.append(f"Job {work.key} begins before the one it waits for ends.")
        if work.key % 50 == 0 and total(
            part for piece in worked(Interval(*span)) if (part := piece.intersection(Interval(*span)))
        ) != work.duration:  # fmt: skip
            wrong.append(f"Job {work.key} works longer or shorter than it takes.")
    for machine, spans in by_machine.items():
        if any(first.end > second.start for first, second in pairwise(sorted(spans))):
            wrong.append(f"Machine {machine} has two jobs at once.")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
