"""Where a lot came from and where it went, over six levels and 1,100 lots, beside a walk in plain Python.

    python3 manage.py bench trace [--runs 40] [--most 50] [--others 20000] [--hold 200]

A scratch database of its own holds two plants' worth of lots: one supplier's lot that is in everything (forward), one
product that everything is in (backward), each over six levels and 1,100 lots made by jobs, and the moves of `others`
lots that have nothing to do with them. Every trace must give exactly the steps and depths that a plain walk over the
same bill of lots gives. Then everything affected by the supplier's lot is held and released, each in one act.

Prints the 95th percentile of both directions, the statements, and the ratio to the plain walk of the same run; exits
with 1 where they differ, take more than `most` milliseconds or more than 3 statements, or where the hold takes longer
than `hold` milliseconds. The collector of garbage is set as in the web process.
"""

import argparse
import statistics
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("trace")
LEVELS = (1, 100, 200, 250, 274, 275)
START = datetime(2026, 1, 5, 6, tzinfo=UTC)
Bill = dict[str, list[str]]  # a lot -> the lots that were taken for it


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--most", type=float, default=50, help="milliseconds, 95th percentile")
    parser.add_argument("--others", type=int, default=20_000, help="lots that have nothing to do with it")
    parser.add_argument("--hold", type=float, default=200, help="milliseconds for a hold of everything affected")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from inventory.selectors.genealogy import Direction, trace
    from mom.core import collector
    from mom.plant.models import MaterialLot

    store = Store()
    forward, backward = spread(LEVELS, "F"), gathered(LEVELS, "B")
    for bill in (forward, backward, chains(options.others)):
        store.fill(bill)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as a plant's own servers have done by the time that somebody asks
    collector.settle()
    wrong = 0
    for name, bill, direction, start in (
        ("forward", forward, Direction.FORWARD, "F0-0"),
        ("backward", backward, Direction.BACKWARD, "B5-0"),
    ):
        lot = MaterialLot.objects.get(code=start)
        with CaptureQueriesContext(connection) as asked:
            found = trace(lot, direction)
        plain = walked(bill, start, direction == Direction.FORWARD)
        agrees = {(step.parent.code, step.child.code, step.depth) for step in found.steps} == plain
        took = timed(lambda lot=lot, direction=direction: trace(lot, direction), options.runs)  # type: ignore[misc]
        by_hand = timed(lambda bill=bill, start=start, name=name: walked(bill, start, name == "forward"), options.runs)  # type: ignore[misc]
        depth = max(step.depth for step in found.steps) + 1
        what = f"{len(found.codes)} lots, {len(found.steps)} steps, {depth} levels"
        ratio = f"{took / by_hand:.1f} times a walk over dictionaries"
        print(f"{name:8}: {what}, p95 {took:.1f} ms, {len(asked)} statements, agrees: {agrees}, {ratio}")
        wrong += not agrees or took > options.most or len(asked) > 3 or len(found.codes) != sum(LEVELS)
    return int(held(options.hold) or bool(wrong))


def held(most: float) -> bool:
    """Whether holding everything that was made of one lot, or releasing it, went wrong or took too long."""
    from inventory.services import lot_hold
    from mom.core.actor import system_actor
    from mom.plant.models import MaterialLot

    boss, root = system_actor("bench"), MaterialLot.objects.get(code="F0-0")
    took = []
    for _turn in range(5):
        began = time.perf_counter()
        made = lot_hold.hold_affected(boss, [root.pk], "Wrong alloy", also=lot_hold.Also.DOWNSTREAM)
        middle = time.perf_counter()
        many = MaterialLot.objects.filter(disposition="restricted").count()
        again = time.perf_counter()
        lot_hold.release(boss, made.pk, "Right alloy")
        took.append(((middle - began) * 1000, (time.perf_counter() - again) * 1000))
        if many != sum(LEVELS) or MaterialLot.objects.filter(disposition="restricted").exists():
            print(f"held {many} lots instead of {sum(LEVELS)}, or they stayed so")
            return True
    hold, release = (statistics.median(each) for each in zip(*took, strict=True))
    print(f"hold of everything affected: {hold:.0f} ms, release {release:.0f} ms (at most {most:.0f}), {many} lots")
    return hold > most or release > most


def timed(act: Callable[[], Any], runs: int) -> float:
    """The 95th percentile in milliseconds."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(found, n=20)[-1]


def spread(levels: Sequence[int], tag: str) -> Bill:
    """One lot at the top; each lot below is made of one to three of the level above."""
    bill: Bill = {f"{tag}0-0": []}
    for depth, many in enumerate(levels[1:], start=1):
        above = levels[depth - 1]
        for number in range(many):
            parents = {number % above, (number * 7 + 3) % above, (number * 13 + 5) % above}
            bill[f"{tag}{depth}-{number}"] = [f"{tag}{depth - 1}-{each}" for each in sorted(parents)]
    return bill


def gathered(levels: Sequence[int], tag: str) -> Bill:
    """One lot at the bottom; each lot above it is in one to three of the level below."""
    down = levels[::-1]
    bill: Bill = {f"{tag}{depth}-{number}": [] for depth, many in enumerate(down) for number in range(many)}
    for depth, many in enumerate(down[:-1]):
        below = down[depth + 1]
        for number in range(many):
            for each in {number % below, (number * 7 + 3) % below, (number * 13 + 5) % below}:
                bill[f"{tag}{depth + 1}-{each}"].append(f"{tag}{depth}-{number}")
    return bill


def chains(many: int) -> Bill:
    """Lots in chains of four that touch none of the others."""
    return {f"X-{number}": [] if number % 4 == 0 else [f"X-{number - 1}"] for number in range(many)}


def walked(bill: Bill, start: str, is_forward: bool) -> set[tuple[str, str, int]]:
    """The steps from a lot with their depth, nearest first: breadth first over the bill of lots."""
    after: Bill = defaultdict(list)
    for lot, parents in bill.items():
        for parent in parents:
            if is_forward:
                after[parent].append(lot)
            else:
                after[lot].append(parent)
    found, front, seen, depth = set(), [start], {start}, 0
    while front:
        depth += 1
        following = []
        for here in front:
            for there in after.get(here, ()):
                found.add((here, there, depth) if is_forward else (there, here, depth))
                if there not in seen:
                    seen.add(there)
                    following.append(there)
        front = following
    return found


class Store:
    """A place, a material, and orders of one job each that make a lot of other lots."""

    def __init__(self) -> None:
        from inventory.models import StorageLocation
        from mom.accounts.models import Site
        from mom.core.testing import acting
        from mom.plant.models import Equipment, MaterialDefinition

        with acting():
            self.site = Site.objects.create(code="BENCH", name="Bench", time_zone="UTC")
            shelf = Equipment.objects.create(site=self.site, code="SHELF", level="storage_unit")
            self.place = StorageLocation.objects.create(site=self.site, equipment=shelf, allows_negative=True)
            self.material = MaterialDefinition.objects.create(site=self.site, code="PART", tracking="lot")

    def fill(self, bill: Bill) -> None:
        """The lots of a bill, the jobs that made them, and their moves; lots without parents were received."""
        from mom.core.testing import acting
        from mom.plant.models import MaterialLot

        with acting() as act:
            lots = {
                lot.code: lot
                for lot in MaterialLot.objects.bulk_create(
                    [MaterialLot(site=self.site, definition=self.material, code=code) for code in bill], 2000
                )
            }
            made = [code for code in bill if bill[code]]
            self._moves(act, bill, lots, dict(zip(made, self._responses(act, made), strict=True)))

    def _responses(self, act: Any, codes: Sequence[str]) -> list[Any]:
        from mom.work.models import JobOrder, JobResponse, WorkRequest

        common = {"site": self.site, "created_at": act.now, "operations_type": "production"}
        orders = WorkRequest.objects.bulk_create(
            [WorkRequest(code=f"WO-{code}", status="completed", **common) for code in codes], 2000
        )
        jobs = JobOrder.objects.bulk_create(
            [
                JobOrder(code=f"WO-{code}-10", work_request=order, operation="Make", status="completed", **common)
                for code, order in zip(codes, orders, strict=True)
            ],
            2000,
        )
        stamp = {"recorded_at": act.now, "recorded_by": "bench"}
        return JobResponse.objects.bulk_create(
            [
                JobResponse(site=self.site, job_order=job, work_kind="production", started_at=START, ended_at=act.now,
                            duration=act.now - START, op_uuid=uuid.uuid4(), **stamp)
                for job in jobs
            ],
            2000,
        )  # fmt: skip

    def _moves(self, act: Any, bill: Bill, lots: dict[str, Any], responses: dict[str, Any]) -> None:
        from inventory.models import StockMove

        def move(kind: str, lot: str, quantity: int, at: datetime, group: uuid.UUID, response: Any) -> Any:
            return StockMove(
                site=self.site, kind=kind, move_group=group, location=self.place, definition=self.material,
                lot=lots[lot], quantity=Decimal(quantity), unit="C62", occurred_at=at, job_response=response,
                op_uuid=uuid.uuid4(), recorded_at=act.now, recorded_by="bench",
            )  # fmt: skip

        rows = []
        for number, (code, parents) in enumerate(bill.items()):
            at = START + timedelta(minutes=number)
            response = responses.get(code)
            rows += [move("consumed", parent, -1, at, uuid.uuid4(), response) for parent in parents]
            kind = "produced" if parents else "received"
            rows.append(move(kind, code, 1000, at + timedelta(seconds=30), uuid.uuid4(), response))
        StockMove.objects.bulk_create(rows, 2000)


if __name__ == "__main__":
    sys.exit(main())
