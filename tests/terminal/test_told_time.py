"""What a tablet tells later counts from the moment of the tap, as far as what others did meanwhile allows."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.plant.models import Person
from mom.terminal.models import TerminalEntry
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.models import JobResponse, LabourEntry
from mom.work.services import job_order
from tests.factories.plant import make_reason
from tests.terminal.test_entries import Station

pytestmark = pytest.mark.django_db
ACTOR = system_actor("colleague")


class Cut(Station):
    """A station without network for an hour: what is tapped is so many minutes after the cut began."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.cut_at: datetime = clock.now() - timedelta(hours=1)
        with acting():
            Person.objects.create(site=site, code="ID7", name="Mira", user=self.mira)
        self.enter()

    def tap(self, minute: float, kind: str, **payload: Any) -> dict[str, Any]:
        return {**self.entry(kind, **payload), "made_at": self.at(minute).isoformat()}

    def at(self, minute: float) -> datetime:
        return self.cut_at + timedelta(minutes=minute)

    def stretches(self) -> list[tuple[float, float | None]]:
        """From which minute to which, oldest first; what counts only."""
        rows = JobResponse.objects.filter(job_order=self.job, reverses=None, reversal=None).order_by("started_at")
        return [(self.minute(row.started_at), self.minute(row.ended_at) if row.ended_at else None) for row in rows]

    def minute(self, at: datetime) -> float:
        return round((at - self.cut_at).total_seconds() / 60, 1)


@pytest.fixture
def cut(site: Site) -> Cut:
    return Cut(site)


def test_start_pause_resume_and_finish_count_from_the_tap(cut: Cut) -> None:
    """By hand: 5 to 20 and 30 to 50 are worked, 15 and 20 minutes; all of it is received an hour after the cut."""
    queue = [cut.tap(5, "start"), cut.tap(20, "pause"), cut.tap(30, "resume"), cut.tap(50, "finish")]
    assert cut.send(*queue) == ["done"] * 4
    assert cut.stretches() == [(5, 20), (30, 50)]
    worked = [row.duration for row in JobResponse.objects.order_by("started_at")]
    assert [round(each.total_seconds() / 60, 1) for each in worked if each] == [15, 20]
    assert cut.status() == JobOrderStatus.COMPLETED
    assert cut.send(*queue) == ["done"] * 4
    assert cut.stretches() == [(5, 20), (30, 50)]


def test_labour_follows_the_tap_and_receipt_stays_recorded(cut: Cut) -> None:
    cut.send(cut.tap(5, "start"), cut.tap(20, "pause"))
    labour = LabourEntry.objects.get(job_response__job_order=cut.job)
    assert labour.ended_at is not None
    assert (cut.minute(labour.started_at), cut.minute(labour.ended_at)) == (5, 20)
    response = JobResponse.objects.get()
    assert cut.minute(response.recorded_at) == 60
    paused = AuditEntry.objects.get(action="work.job_order_pause")
    assert cut.minute(paused.recorded_at) == 60
    assert cut.minute(datetime.fromisoformat(paused.after["occurred_at"])) == 20
    assert [cut.minute(entry.received_at) for entry in TerminalEntry.objects.all()] == [60, 60]


def test_timelines_and_figures_hear_of_the_tap(cut: Cut) -> None:
    cut.send(cut.tap(5, "start"))
    moved = OutboxEvent.objects.get(topic="work.job_order_status_changed", payload__command="start")
    assert cut.minute(datetime.fromisoformat(moved.payload["at"])) == 5
    work = OutboxEvent.objects.get(topic="work.work_reported")
    assert cut.minute(datetime.fromisoformat(work.payload["since"])) == 5


def test_stop_and_its_end_count_from_the_tap(cut: Cut, site: Site) -> None:
    jam = make_reason(site, "JAM", name="Chip conveyor jam")
    queue = [cut.tap(5, "start"), cut.tap(10, "stop", reason=jam.pk), cut.tap(14, "go_on"), cut.tap(50, "finish")]
    assert cut.send(*queue) == ["done"] * 4
    assert cut.stretches() == [(5, 10), (10, 14), (14, 50)]
    stop = JobResponse.objects.get(is_stop=True)
    assert (stop.reason, cut.minute(stop.started_at)) == (jam, 10)


def test_tap_from_before_what_others_did_meanwhile_is_refused(cut: Cut) -> None:
    """Minute 10 paused and 40 resumed by a colleague; the tablet says it paused at 30: nobody knows which is true."""
    cut.send(cut.tap(5, "start"))
    for minute, command in ((10, JobOrderCommand.PAUSE), (40, JobOrderCommand.RESUME)):
        job_order.command(ACTOR, cut.job.pk, command, at=cut.at(minute))
    assert cut.send(cut.tap(30, "pause")) == ["refused"]
    refused = TerminalEntry.objects.get(outcome="refused")
    assert refused.code == "told_too_late"
    assert "Tell your supervisor" in refused.sentence
    assert (cut.status(), cut.stretches()) == (JobOrderStatus.RUNNING, [(5, 10), (40, None)])


def test_clocks_that_differ_a_little_are_evened_out(cut: Cut) -> None:
    """A pause ninety seconds before the start that it follows: the stretch is empty, not negative, nothing is lost."""
    assert cut.send(cut.tap(20, "start"), cut.tap(18.5, "pause")) == ["done", "done"]
    assert cut.stretches() == [(20, 20)]
    assert cut.send(cut.tap(17.9, "resume")) == ["refused"]


def test_stretches_never_overlap(cut: Cut) -> None:
    """Paused at 20, and by a clock that is a minute off resumed at 19: it goes on at 20."""
    assert cut.send(cut.tap(5, "start"), cut.tap(20, "pause"), cut.tap(19, "resume")) == ["done"] * 3
    assert cut.stretches() == [(5, 20), (20, None)]
