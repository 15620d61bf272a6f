"""Two tablets of one machine that were both cut: their queues reach the server in any interleaving, over a bad network.

Each keeps its own order. A model on paper is fed in the order of receipt, and must agree in all that came of it.
"""

import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import Actor
from mom.core.models import AuditEntry
from mom.terminal.models import TerminalEntry
from mom.work.models import JobOrder, JobResponse, LabourEntry, QuantityReport
from tests.factories.plant import make_reason
from tests.terminal.cell import Cell
from tests.terminal.paper import Job, Paper, Tap

pytestmark = pytest.mark.django_db

Said = tuple[int, str, int, int]
"""Which tablet, what it says, of which job, and a number: pieces, or how many of its own entries back an undo goes."""
KINDS = ["start", "start", "pause", "resume", "resume", "finish", "log", "log", "undo", "stop", "bare stop", "go_on"]
SAID = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(KINDS), st.integers(0, 1), st.integers(1, 5)), min_size=3, max_size=16
)
FATES = ["answered", "answered", "answer lost", "not arrived"]
NETWORK = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 3), st.sampled_from(FATES)), max_size=12)
IN_TURN = [(0, 1, "answered"), (1, 1, "answered")]


@dataclass
class Sending:
    """The two queues on their way, and what the paper says to each entry when it is received first."""

    cell: Cell
    paper: Paper
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    waiting: list[list[str]] = field(default_factory=lambda: [[], []])
    outcomes: dict[str, str] = field(default_factory=dict)

    def add(self, slot: int, said: Said, jam: int) -> None:
        """A tap, kept behind the others of its tablet."""
        who, kind, job, number = said
        own = [key for key, tap in self.taps.items() if tap.who == who]
        target = own[-number] if kind == "undo" and number <= len(own) else ""
        payload = {
            "log": {"good": str(number)}, "undo": {"entry": target}, "stop": {"reason": jam},
        }.get(kind, {})  # fmt: skip
        sent = kind.removeprefix("bare ")
        entry = self.cell.tablets[who].tap(slot, sent, self.cell.jobs[job], **payload)
        key = str(uuid.UUID(entry["key"]))
        self.entries[key] = entry
        self.taps[key] = Tap(key, who, slot, sent, job, number, "JAM" if kind == "stop" else "", target)
        self.waiting[who].append(key)

    def send(self, who: int, many: int, fate: str) -> None:
        """The oldest of a tablet's queue; without an answer it stays there, and is sent again."""
        part = self.waiting[who][:many]
        if not part or fate == "not arrived":
            return
        answers = self.cell.tablets[who].send(*[self.entries[key] for key in part])
        for key, answer in zip(part, answers, strict=True):
            if key not in self.outcomes:
                self.outcomes[key] = self.paper.tap(self.taps[key])
            assert answer == self.outcomes[key], self.taps[key]
        if fate == "answered":
            del self.waiting[who][:many]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(SAID, NETWORK)
@example([(0, "start", 0, 1), (1, "pause", 0, 1), (0, "undo", 0, 1)], IN_TURN)
@example(
    [(0, "start", 0, 1), (1, "start", 1, 1), (0, "bare stop", 0, 1), (1, "stop", 0, 1), (0, "go_on", 0, 1)], IN_TURN
)
@example(
    [(0, "start", 0, 1), (1, "log", 0, 5), (0, "log", 0, 3), (0, "undo", 0, 1), (1, "undo", 0, 1)], [(0, 1, "lost")]
)
@example(
    [(0, "start", 0, 1), (0, "pause", 0, 1), (1, "resume", 0, 1), (1, "pause", 0, 1), (0, "finish", 0, 1)],
    [(0, 2, "answer lost"), (1, 1, "answered")],
)
def test_queues_of_two_tablets_come_out_as_they_were_received(
    site: Site, actor: Actor, said: list[Said], network: list[Any]
) -> None:
    before = transaction.savepoint()
    try:
        _played(Cell(site, actor, jobs=2, tablets=2), said, network)
    finally:
        transaction.savepoint_rollback(before)


def _played(cell: Cell, said: list[Said], network: list[Any]) -> None:
    cell.store.lot(cell.store.bar, "B-1", 400)
    cell.store.lot(cell.store.ring, "R-1", 400)
    jam = make_reason(cell.site, "JAM", name="Jam")
    sending = Sending(cell, Paper([Job() for _job in cell.jobs]))
    for slot, each in enumerate(said):
        sending.add(slot + 1, each, jam.pk)
    flush = [(who, len(said), "answered") for who in (0, 1)]
    for who, many, fate in [*network, *flush]:
        sending.send(who, many, fate)
    for _again in range(2):  # and once more all of it, as tablets do that have forgotten the answers
        _compare(sending)
        for who, tablet in enumerate(cell.tablets):
            own = [key for key, tap in sending.taps.items() if tap.who == who]
            if own:
                assert tablet.send(*[sending.entries[key] for key in own]) == [sending.outcomes[key] for key in own]
    # The chain of the audit trail is sealed after the commit, and nothing is committed here.
    assert [each for each in invariants.violations() if each.invariant.name != "core.audit_chain"] == []


def _compare(sending: Sending) -> None:
    cell, paper = sending.cell, sending.paper
    for job, written in zip(cell.jobs, paper.jobs, strict=True):
        assert JobOrder.objects.get(pk=job.pk).status == written.status
        assert cell.stretches(job) == _sorted(written.work)
        assert cell.made(job) == written.good
        taken = {"B-1": 2 * written.good, "R-1": (written.good + 1) // 2}
        assert cell.taken(job) == {lot: many for lot, many in taken.items() if many}
    assert cell.stretches(None) == _sorted(paper.alone)
    _nothing_overlaps(cell)
    _nothing_is_half_done(sending)


def _sorted(rows: list[Any]) -> list[list[object]]:
    return [row.row() for row in sorted(rows, key=lambda row: (row.since, row.until is None, row.until or 0))]


def _nothing_overlaps(cell: Cell) -> None:
    """One after the other: of each job, of the machine without one, and of whoever works on a job."""
    counts = {"reverses": None, "reversal": None}
    stretches = [JobResponse.objects.filter(job_order=job, **counts) for job in cell.jobs]
    stretches.append(JobResponse.objects.filter(job_order=None, equipment=cell.machine, **counts))
    for job in cell.jobs:
        for tablet in cell.tablets:
            worked = LabourEntry.objects.filter(job_response__job_order=job, person__user=tablet.mira, **counts)
            stretches.append(worked)  # type: ignore[arg-type]
    for rows in stretches:
        ordered = sorted(rows, key=lambda row: (row.started_at, row.ended_at is None, row.ended_at or 0, row.pk))
        for row, following in pairwise(ordered):
            assert row.ended_at is not None
            assert row.ended_at <= following.started_at


def _nothing_is_half_done(sending: Sending) -> None:
    """As many rows as taps that were done; of a refused one there is the entry and why, and nothing else."""
    paper, done = sending.paper, [key for key, outcome in sending.outcomes.items() if outcome == "done"]
    entries = {str(entry.key): entry.outcome for entry in TerminalEntry.objects.all()}
    assert entries == sending.outcomes
    refused = AuditEntry.objects.filter(action="terminal.entry_refused").count()
    assert refused == len(entries) - len(done)
    kinds = [paper.made_by[key].kind for key in done]
    undone = [key for key in done if paper.made_by[key].kind == "undo"]
    of_logs = [key for key in undone if paper.made_by[paper.made_by[key].target].kind == "log"]
    assert QuantityReport.objects.count() == kinds.count("log") + len(of_logs)
    reversals = JobResponse.objects.filter(reverses__isnull=False).count()
    assert reversals == paper.withdrawn + paper.explained + paper.reopened
