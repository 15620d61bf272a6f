"""A tablet's queue, sent through a bad network: whatever is cut off, lost or sent again, each entry is done once.

What must have come of it says a model on paper that gets each tap once, at the moment of the tap.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core import invariants
from mom.plant.models import Reason
from mom.terminal.models import TerminalEntry
from mom.work.models import JobResponse, LabourEntry, QuantityReport
from tests.factories.plant import make_reason
from tests.terminal.test_told_time import Cut

pytestmark = pytest.mark.django_db
MINUTES = 50  # the taps lie within so many minutes after the cut
IN_WORK = {"running", "suspended"}
TAKES_QUANTITIES = {*IN_WORK, "completed"}  # what was forgotten is said after the finish

Tap = tuple[str, int]
"""A kind with its number: of a log how many pieces, of an undo which tap it takes back (counted round, or the last)."""
Stretch = list[Any]  # from which minute, to which (None while it is open), whether it is a stop


@dataclass
class Paper:
    """One job at one machine, as somebody would write it down."""

    status: str = "ready"
    work: list[Stretch] = field(default_factory=list)
    machine_alone: list[Stretch] = field(default_factory=list)
    logged: dict[int, int] = field(default_factory=dict)  # the tap's number -> pieces that still count
    taken_back: set[int] = field(default_factory=set)
    acts: list[tuple[int, str]] = field(default_factory=list)  # what was done on the job: the tap's number and its kind
    withdrawn: int = 0
    reopened: int = 0

    def tap(self, place: int, minute: int, kind: str, number: int) -> str:
        """What the server must answer to this tap."""
        is_done: bool = getattr(self, f"_{kind}")(place, minute, number)
        return "done" if is_done else "refused"

    def _goes(self, place: int, kind: str, minute: int, before: set[str], after: str) -> bool:
        if self.status not in before:
            return False
        if self.status == "running":
            self.work[-1][1] = minute
        self.status = after
        if after == "running":
            self.work.append([minute, None, False])
        return self._is_act(place, kind)

    def _is_act(self, place: int, kind: str) -> bool:
        self.acts.append((place, kind))
        return True

    def _start(self, place: int, minute: int, _number: int) -> bool:
        return self._goes(place, "start", minute, {"ready"}, "running")

    def _pause(self, place: int, minute: int, _number: int) -> bool:
        return self._goes(place, "pause", minute, {"running"}, "suspended")

    def _resume(self, place: int, minute: int, _number: int) -> bool:
        return self._goes(place, "resume", minute, {"suspended"}, "running")

    def _finish(self, place: int, minute: int, _number: int) -> bool:
        return self._goes(place, "finish", minute, IN_WORK, "completed")

    def _stop(self, place: int, minute: int, _number: int) -> bool:
        if self.status == "running":
            self._is_act(place, "stop")
        rows = self.work if self.status == "running" else self.machine_alone
        if rows and rows[-1][1] is None:
            rows[-1][1] = minute
        rows.append([minute, None, True])
        return True

    def _go_on(self, place: int, minute: int, _number: int) -> bool:
        """The stop that began last is over; where none is open nothing is to be done."""
        open_ones = [row for row in self.work + self.machine_alone if row[2] and row[1] is None]
        if open_ones:
            last = max(open_ones, key=lambda row: int(row[0]))
            last[1] = minute
            if last in self.work:
                self.work.append([minute, None, False])
                self._is_act(place, "go_on")
        return True

    def _log(self, place: int, _minute: int, number: int) -> bool:
        if self.status not in TAKES_QUANTITIES:
            return False
        self.logged[place] = number
        return self._is_act(place, "log")

    def _undo(self, place: int, _minute: int, number: int) -> bool:
        target = number % place if place else place
        undone = next((kind for of, kind in self.acts if of == target), "")
        if undone in {"start", "pause", "resume"}:
            return self._undo_move(place, target, undone)
        if target not in self.logged or target in self.taken_back:
            return False
        self.taken_back.add(target)
        return self._is_act(place, "undo")

    def _undo_move(self, place: int, target: int, undone: str) -> bool:
        """The job as before, where nothing was done on it since: what follows is refused, it was decided on that."""
        if self.acts[-1][0] != target:
            return False
        if undone == "pause" and self.work[-1][2]:
            self.work[-1][1] = None  # a stop stands on as the one it is
            self.reopened += 1
        elif undone == "pause":
            self.work.append([self.work[-1][1], None, False])
        else:
            self.work.pop()
            self.withdrawn += 1
        self.status = {"start": "ready", "pause": "running", "resume": "suspended"}[undone]
        return self._is_act(place, "undo")

    @property
    def good(self) -> int:
        return sum(pieces for place, pieces in self.logged.items() if place not in self.taken_back)


KINDS = st.sampled_from(["start", "pause", "resume", "log", "log", "undo", "undo last", "stop", "go_on", "finish"])
TAPS = st.lists(st.tuples(KINDS, st.integers(1, 8)), min_size=1, max_size=12).map(lambda taps: [("start", 1), *taps])
NETWORK = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(["answered", "answer lost", "not arrived"])), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(TAPS, NETWORK)
@example([("start", 1), ("undo last", 1), ("start", 1), ("pause", 1), ("undo last", 1), ("finish", 1)], [])
@example([("start", 1), ("pause", 1), ("undo", 2), ("resume", 1), ("undo last", 1), ("log", 3)], [(3, "answer lost")])
@example([("start", 1), ("log", 4), ("undo", 2), ("undo last", 1), ("undo", 4)], [(2, "answer lost")])
def test_each_entry_counts_once_whatever_the_network_did(site: Site, taps: list[Tap], network: list[Any]) -> None:
    before = transaction.savepoint()
    try:
        _played(site, taps, network)
    finally:
        transaction.savepoint_rollback(before)


def _played(site: Site, taps: list[Tap], network: list[Any]) -> None:
    cut, jam, paper = Cut(site), make_reason(site, "JAM", name="Jam"), Paper()
    queue: list[dict[str, Any]] = []
    expected = []
    for place, (said, many) in enumerate(taps):
        kind, number = ("undo", place - 1) if said == "undo last" else (said, many)
        minute = (place + 1) * MINUTES // (len(taps) + 1)
        expected.append(paper.tap(place, minute, kind, number))
        queue.append(cut.tap(minute, kind, **_said(kind, number, place, queue, jam)))
    outcomes = _sent(queue, network, cut.send)
    assert [outcomes[entry["key"]] for entry in queue] == expected
    for _again in range(2):  # and once more all of it, as a tablet does that has forgotten the answers
        assert (cut.status(), cut.good()) == (paper.status, Decimal(paper.good))
        assert _stretches(cut, cut.job.pk) == paper.work
        assert _stretches(cut, None) == paper.machine_alone
        assert TerminalEntry.objects.count() == len(queue)
        assert JobResponse.objects.filter(reverses__isnull=False).count() == paper.withdrawn + paper.reopened
        assert LabourEntry.objects.filter(reverses__isnull=False).count() == paper.withdrawn
        assert QuantityReport.objects.count() == len(paper.logged) + len(paper.taken_back)
        assert cut.send(*queue) == expected
    assert [found for found in invariants.violations() if found.invariant.name.startswith("work.")] == []


def _said(kind: str, number: int, place: int, queue: list[dict[str, Any]], jam: Reason) -> dict[str, Any]:
    """What a tap says besides its job."""
    if kind == "log":
        return {"good": str(number)}
    if kind == "undo":
        return {"entry": queue[number % place]["key"] if place else "none"}
    return {"reason": jam.pk} if kind == "stop" else {}


def _sent(queue: list[dict[str, Any]], network: list[Any], send: Callable[..., list[str]]) -> dict[str, str]:
    """Send as a tablet does: the oldest first, and what it read no answer for again. Each entry's last answer."""
    waiting, outcomes = list(queue), {}
    for many, fate in [*network, (len(queue), "answered")]:
        part = waiting[:many]
        if not part or fate == "not arrived":
            continue
        answers = send(*part)
        for entry, answer in zip(part, answers, strict=True):
            assert outcomes.setdefault(entry["key"], answer) == answer
        if fate == "answered":
            waiting = waiting[many:]
    return outcomes


def _stretches(cut: Cut, job: int | None) -> list[Stretch]:
    counts = JobResponse.objects.filter(equipment=cut.machine, job_order=job, reverses=None, reversal=None)
    rows = counts.order_by("started_at", "id")
    # Whole minutes: what it takes to send a long queue is no part of it.
    return [
        [round(cut.minute(row.started_at)), round(cut.minute(row.ended_at)) if row.ended_at else None, row.is_stop]
        for row in rows
    ]
