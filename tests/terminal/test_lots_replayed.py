"""Lots changed at a tablet whose queue is cut, lost and sent again: what is reported is of the lot in place at its tap.

The shelf is nearly empty, so that lots run out in the middle and the next one makes good what was short.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inventory.models import LotInPlace, StockBalance
from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import Actor
from mom.work.models import JobOrder
from tests.terminal.cell import Cell
from tests.terminal.paper import IN_WORK, Job, Paper, Refused, Tap
from tests.terminal.test_replayed_queue import _sent

pytestmark = pytest.mark.django_db

SHELF = {"BAR": {"B-1": 9, "B-2": 30}, "RING": {"R-1": 2, "R-2": 3, "R-3": 30}}
"""What there is of each material, in the order in which it is taken where nobody said which."""
LOTS = {lot: material for material, lots in SHELF.items() for lot in lots}
UNKNOWN = "B-404"


@dataclass
class Move:
    """So much of a lot, taken under a report's key."""

    key: str
    lot: str
    quantity: int
    is_reversed: bool = False


@dataclass
class WithLots(Paper):
    """One job's material besides: which lot is in place since when, what is on the shelf, what was taken of which."""

    shelf: dict[str, int] = field(default_factory=dict)
    placed: list[tuple[int, str]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    net: dict[str, int] = field(default_factory=dict)

    def _lot(self, tap: Tap, job: Job) -> None:
        if job.status not in IN_WORK or not self.shelf.get(tap.reason):
            raise Refused
        self.placed.append((tap.slot, tap.reason))
        job.acts.append((tap.key, "lot"))

    def _log(self, tap: Tap, job: Job) -> None:
        super()._log(tap, job)
        self._settle(tap, job, is_undo=False)

    def _undo(self, tap: Tap, job: Job) -> None:
        super()._undo(tap, job)
        made = self.made_by[tap.target]
        if made.kind == "log":
            self._settle(made, job, is_undo=True)

    def _settle(self, log: Tap, job: Job, *, is_undo: bool) -> None:
        """Two bars and half a ring a piece, whole rings opened; what is missing is taken of the lot in place then."""
        for material, due in (("BAR", 2 * job.good), ("RING", (job.good + 1) // 2)):
            open_ = due - sum(many for lot, many in self.net.items() if LOTS[lot] == material)
            if open_ > 0:
                self._take(log, material, open_)
            elif open_ < 0 and is_undo:
                self._give_back(log, material, -open_)

    def _take(self, log: Tap, material: str, wanted: int) -> None:
        there = [(slot, lot) for slot, lot in self.placed if slot <= log.slot and LOTS[lot] == material]
        lots = [max(there, key=lambda each: each[0])[1]] if there else list(SHELF[material])
        for lot in lots:
            got = min(wanted, self.shelf[lot])
            if got:
                self._booked(lot, got)
                self.moves.append(Move(log.key, lot, got))
                wanted -= got

    def _give_back(self, log: Tap, material: str, wanted: int) -> None:
        """What this report took first, then what was taken last; of no lot more than was taken of it."""
        newest = [each for each in reversed(self.moves) if LOTS[each.lot] == material and not each.is_reversed]
        for move in sorted(newest, key=lambda each: each.key != log.key):
            back = min(wanted, move.quantity, self.net[move.lot])
            if back:
                move.is_reversed = back == move.quantity
                self._booked(move.lot, -back)
                wanted -= back

    def _booked(self, lot: str, quantity: int) -> None:
        self.net[lot] = self.net.get(lot, 0) + quantity
        self.shelf[lot] -= quantity


Said = tuple[str, int, str]
"""What is said: how many pieces, or how many entries back an undo goes; and the lot."""
KINDS = ["lot", "lot", "log", "log", "log", "undo", "undo", "pause", "resume", "finish"]
SAID = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 5), st.sampled_from([*LOTS, UNKNOWN])), max_size=15
).map(lambda said: [("start", 1, ""), *said])
FATES = ["answered", "answer lost", "not arrived"]
NETWORK = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(FATES)), max_size=8)
THREE_LOTS: list[Said] = [
    ("start", 1, ""), ("lot", 1, "R-1"), ("log", 3, ""), ("lot", 1, "R-2"), ("log", 3, ""), ("undo", 3, ""),
    ("lot", 1, "R-3"), ("log", 4, ""), ("undo", 4, ""), ("undo", 2, ""),
]  # fmt: skip
"""A ring of a lot goes back in part, and later the rest of what was taken of it."""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(SAID, NETWORK)
@example(THREE_LOTS, [(3, "answer lost"), (2, "answered")])
@example([("start", 1, ""), ("lot", 1, "B-1"), ("log", 5, ""), ("lot", 1, "B-2"), ("log", 1, ""), ("undo", 3, "")], [])
@example([("start", 1, ""), ("undo", 1, ""), ("lot", 1, "B-1"), ("start", 1, ""), ("log", 2, "")], [(2, "answer lost")])
def test_reports_take_of_the_lot_that_was_in_place_at_their_tap(
    site: Site, actor: Actor, said: list[Said], network: list[Any]
) -> None:
    before = transaction.savepoint()
    try:
        _played(Cell(site, actor), said, network)
    finally:
        transaction.savepoint_rollback(before)


def _played(cell: Cell, said: list[Said], network: list[Any]) -> None:
    paper = WithLots([Job()], shelf={lot: many for lots in SHELF.values() for lot, many in lots.items()})
    for lot, many in paper.shelf.items():
        cell.store.lot({"BAR": cell.store.bar, "RING": cell.store.ring}[LOTS[lot]], lot, many)
    queue: list[dict[str, Any]] = []
    expected = []
    for slot, (kind, number, lot) in enumerate(said, 1):
        target = queue[-number]["key"] if kind == "undo" and number <= len(queue) else ""
        payload = {"log": {"good": str(number)}, "undo": {"entry": target}, "lot": {"label": lot}}.get(kind, {})
        queue.append(cell.tablets[0].tap(slot, kind, cell.jobs[0], **payload))
        expected.append(paper.tap(Tap(queue[-1]["key"], 0, slot, kind, 0, number, lot, target)))
    outcomes = _sent(queue, network, cell.tablets[0].send)
    assert [outcomes[entry["key"]] for entry in queue] == expected
    for _again in range(2):  # and once more all of it, as a tablet does that has forgotten the answers
        _compare(cell, paper)
        assert cell.tablets[0].send(*queue) == expected
    assert [each for each in invariants.violations() if each.invariant.name != "core.audit_chain"] == []


def _compare(cell: Cell, paper: WithLots) -> None:
    [job], [written] = cell.jobs, paper.jobs
    assert JobOrder.objects.get(pk=job.pk).status == written.status
    assert cell.made(job) == written.good
    assert cell.taken(job) == {lot: many for lot, many in paper.net.items() if many}
    rows = StockBalance.objects.filter(lot__code__in=LOTS).values_list("lot__code", "quantity")
    assert {lot: int(many) for lot, many in rows} == paper.shelf
    placed = LotInPlace.objects.order_by("placed_at").select_related("lot")
    assert [(cell.slot(each.placed_at), each.lot.code) for each in placed] == paper.placed
