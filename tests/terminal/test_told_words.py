"""Calls for help, reasons of stops and runs of several jobs that are told later count from the tap too.

A reason goes to what stood at the tap; a call waits for its team from the receipt, which could not know before.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.floor.models import Stop
from mom.floor.services import stop as machine_stops
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models import Reason
from mom.plant.services.reason import classify
from mom.terminal.models import TerminalEntry
from mom.work.engine.terms import JobOrderCommand, RunKind, ShareRule
from mom.work.models import Alert, AlertTeam, JobOrder, JobResponse, Run
from mom.work.services import alert_call, job_order
from mom.work.services import run as runs
from mom.work.services import stop as work_stops
from tests.factories.alerts import make_team
from tests.factories.devices import make_operator
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_order
from tests.floor.messages import DAY
from tests.floor.timelines import MINUTE, alive, lay, said
from tests.terminal.test_told_time import Cut

pytestmark = pytest.mark.django_db
COLLEAGUE = system_actor("colleague")
RIGHTS = ["plant.view", "work.view", "work.execute_job_order", "work.raise_alert", "floor.give_reason"]
key = uuid.uuid4


class Words(Cut):
    """The station of `Cut` with somebody who may call for help and give reasons of stops."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.mira = make_operator(site, "nora", "NPW-1043", "730462", permissions=RIGHTS)
        self.enter("NPW-1043", "730462")
        self.team: AlertTeam = make_team(site, "MAINT", name="Maintenance")

    def call(self, minute: float, **payload: Any) -> dict[str, Any]:
        return self.tap(minute, "help", team=self.team.pk, **payload)

    def stops(self) -> list[tuple[float, float | None, str]]:
        """The reported stops that count: from when to when, of what reason."""
        rows = JobResponse.objects.filter(equipment=self.machine, is_stop=True, reverses=None, reversal=None)
        return [
            (
                self.minute(row.started_at),
                self.minute(row.ended_at) if row.ended_at else None,
                row.reason.code if row.reason else "",
            )
            for row in rows.order_by("started_at").select_related("reason")
        ]

    def is_receipt(self, at: datetime) -> bool:
        """Whether it is the instant of receipt: an hour after the cut, and what the test itself has taken since."""
        return at - self.cut_at >= timedelta(hours=1)

    def refusal(self) -> TerminalEntry:
        return TerminalEntry.objects.get(outcome="refused")


@pytest.fixture
def cut(site: Site) -> Words:
    return Words(site)


@pytest.fixture
def jam(site: Site) -> Reason:
    return make_reason(site, "JAM", name="Chip conveyor jam")


# Calls for help


def test_call_is_raised_at_the_tap_and_waits_from_its_receipt(cut: Words) -> None:
    call = cut.call(10, is_standing=True, note="Coolant")
    assert cut.send(call, call) == ["done", "done"]
    alert = Alert.objects.get()
    assert (cut.minute(alert.raised_at), cut.is_receipt(alert.waiting_since), alert.raise_count) == (10, True, 1)
    assert cut.minute(alert.steps.get().done_at) == 10
    raised = AuditEntry.objects.get(action="work.alert_raised")
    assert cut.is_receipt(raised.recorded_at)
    assert cut.minute(datetime.fromisoformat(raised.after["occurred_at"])) == 10


def test_call_names_the_job_that_ran_when_it_was_made(cut: Words) -> None:
    """By hand: at minute 10 the first job ran, at 60 only the second one does."""
    second = job_of(make_order(cut.device.site, "WO-2", machine=cut.machine))
    cut.send(cut.tap(5, "start"), cut.tap(20, "pause"), cut.tap(30, "start", job=second.pk))
    assert cut.send(cut.call(10)) == ["done"]
    assert Alert.objects.get().job_order == cut.job


def test_call_from_before_the_team_solved_the_last_one_is_refused(cut: Words) -> None:
    cut.send(cut.call(5))
    solved = alert_call.solve(COLLEAGUE, Alert.objects.get().pk, op_uuid=key(), cause="Filter cleaned")
    assert solved.solved_at is not None
    assert cut.send(cut.call(40)) == ["refused"]
    assert (cut.refusal().code, Alert.objects.count()) == ("told_too_late", 1)
    assert "If it is still so, call again." in cut.refusal().sentence
    late = alert_call.call(COLLEAGUE, cut.machine, cut.team, op_uuid=key(), at=solved.solved_at - timedelta(seconds=90))
    assert (late.status, late.raised_at) == ("open", solved.solved_at)


def test_call_counts_once_more_on_an_open_one_and_leaves_what_was_said_since(cut: Words) -> None:
    """A colleague called at minute 30 because it stands; that it was slow at 10 is known later and changes nothing."""
    first = alert_call.call(
        COLLEAGUE, cut.machine, cut.team, op_uuid=key(), is_standing=True, note="It stands", at=cut.at(30)
    )
    assert cut.send(cut.call(10, note="It is slow")) == ["done"]
    alert = Alert.objects.get(pk=first.pk)
    assert (alert.raise_count, alert.impact, alert.detail) == (2, "stopped", "It stands")
    assert [(step.act, cut.minute(step.done_at)) for step in alert.steps.all()] == [("again", 10), ("raised", 30)]
    assert cut.send(cut.call(40, note="It turns again")) == ["done"]
    alert.refresh_from_db()
    assert (alert.raise_count, alert.impact, alert.detail) == (3, "slowed", "It turns again")


# Reasons


def test_reason_goes_to_the_stop_that_stood_at_the_tap(cut: Words, jam: Reason) -> None:
    """By hand: it stood 10 to 20 and stands since 40; the reason of minute 12 is that of the first stop."""
    cut.send(cut.tap(5, "start"))
    first = work_stops.begin(COLLEAGUE, cut.machine, op_uuid=key(), at=cut.at(10))
    work_stops.end(COLLEAGUE, first.pk, at=cut.at(20))
    work_stops.begin(COLLEAGUE, cut.machine, op_uuid=key(), at=cut.at(40))
    reason = cut.tap(12, "stop", reason=jam.pk)
    assert cut.send(reason, reason) == ["done", "done"]
    assert cut.stops() == [(10, 20, "JAM"), (40, None, "")]
    told = AuditEntry.objects.get(action="work.stop_explained")
    assert cut.is_receipt(told.recorded_at)
    assert cut.minute(datetime.fromisoformat(told.after["occurred_at"])) == 12


def test_reason_goes_to_the_machines_own_stop_that_is_over_by_now(cut: Words, jam: Reason) -> None:
    """The machine told that it was down from 10 to 20 and from 40 on; the reason was tapped at 12."""
    begun = (cut.cut_at - DAY) / MINUTE
    states = {0: "run", 10: "down", 20: "run", 40: "down"}
    messages = [said(cut.machine, begun + minute, state) for minute, state in states.items()]
    lay(cut.machine, messages + [alive(cut.machine, begun + each) for each in range(1, 60)], now=clock.now())
    reason = cut.tap(12, "stop", reason=jam.pk)
    assert cut.send(reason, reason) == ["done", "done"]
    stops = Stop.objects.filter(withdrawn_at=None).order_by("started_at")
    assert [(cut.minute(each.started_at), each.reason) for each in stops] == [(10, jam), (40, None)]
    told = AuditEntry.objects.get(action="floor.stop_explained")
    assert cut.minute(datetime.fromisoformat(told.after["occurred_at"])) == 12


def test_reason_of_a_machines_stop_from_before_it_got_another_one_is_refused(cut: Words, jam: Reason) -> None:
    """A colleague said at 30 what the stop of minute 10 was; what the tablet says it was at 12 was said without that.
    What was said at 12 and 13 and received later in this order is not in the way of itself."""
    begun = (cut.cut_at - DAY) / MINUTE
    states = [said(cut.machine, begun, "run"), said(cut.machine, begun + 10, "down")]
    lay(cut.machine, states + [alive(cut.machine, begun + each) for each in range(1, 60)], now=clock.now())
    own = Stop.objects.get(withdrawn_at=None)
    tool = make_reason(cut.device.site, "TOOL")
    for reason, minute in ((jam, 12), (tool, 13), (jam, 30)):
        own = machine_stops.annotate(COLLEAGUE, own.pk, op_uuid=key(), reason=reason, at=cut.at(minute))
    assert cut.send(cut.tap(12, "stop", reason=tool.pk)) == ["refused"]
    assert cut.refusal().code == "told_too_late"
    with pytest.raises(Conflict, match="Tell your supervisor"):
        machine_stops.annotate(COLLEAGUE, own.pk, op_uuid=key(), reason=tool, at=cut.at(12))
    assert Stop.objects.get(withdrawn_at=None).reason == jam


def test_reason_from_before_a_colleague_gave_one_is_refused(cut: Words, jam: Reason) -> None:
    """The stop of minute 10 was explained at 30; another reason of minute 12 was tapped without knowing of that."""
    other = make_reason(cut.device.site, "TOOL")
    cut.send(cut.tap(5, "start"))
    stands = work_stops.begin(COLLEAGUE, cut.machine, op_uuid=key(), at=cut.at(10))
    work_stops.explain(COLLEAGUE, stands.pk, jam, op_uuid=key(), at=cut.at(30))
    assert cut.send(cut.tap(12, "stop", reason=other.pk)) == ["refused"]
    assert cut.refusal().code == "told_too_late"
    assert cut.stops() == [(10, None, "JAM")]
    assert cut.send(cut.tap(35, "stop", reason=other.pk)) == ["done"]  # what stands since then is another stop
    assert cut.stops() == [(10, 35, "JAM"), (35, None, "TOOL")]


def test_second_reason_counts_from_when_it_was_said_not_received(cut: Words, jam: Reason) -> None:
    """Both are received now: what was said at 12 may be put right at 13, and not any more at 9."""
    other = make_reason(cut.device.site, "TOOL")
    cut.send(cut.tap(5, "start"), cut.tap(10, "stop"), cut.tap(12, "stop", reason=jam.pk))
    explained = JobResponse.objects.get(is_stop=True, reason=jam, reverses=None)
    with pytest.raises(Conflict, match="Tell your supervisor"):
        work_stops.explain(COLLEAGUE, explained.pk, other, op_uuid=key(), at=cut.at(9))
    work_stops.explain(COLLEAGUE, explained.pk, other, op_uuid=key(), at=cut.at(13))
    assert cut.stops() == [(10, None, "TOOL")]


def test_reason_tapped_by_a_clock_that_is_a_little_slow_finds_its_stop(cut: Words, jam: Reason) -> None:
    cut.send(cut.tap(5, "start"), cut.tap(20, "stop"), cut.tap(18.5, "stop", reason=jam.pk))
    assert cut.stops() == [(20, None, "JAM")]


def test_queue_with_call_reason_and_work_counts_each_once_from_its_tap(cut: Words, jam: Reason) -> None:
    queue = [
        cut.tap(5, "start"), cut.tap(10, "stop"), cut.call(11, is_standing=True), cut.tap(12, "stop", reason=jam.pk),
        cut.tap(25, "go_on"), cut.tap(50, "finish"),
    ]  # fmt: skip
    for _again in range(2):
        assert cut.send(*queue) == ["done"] * 6
        assert cut.stretches() == [(5, 10), (10, 25), (25, 50)]
        assert cut.stops() == [(10, 25, "JAM")]
        alert = Alert.objects.get()
        assert (cut.minute(alert.raised_at), alert.raise_count, alert.job_order) == (11, 1, cut.job)


# Which job stands, and what its stop counts as


def test_stop_is_that_of_the_job_begun_last_not_of_one_whose_start_was_undone(cut: Words) -> None:
    """By hand: the second job's start of minute 20 was a mistake and undone, it began at 3; the first at 10."""
    second = job_of(make_order(cut.device.site, "WO-2", machine=cut.machine))
    wrong = cut.tap(20, "start", job=second.pk)
    cut.send(wrong, cut.tap(21, "undo", entry=wrong["key"]))
    cut.send(cut.tap(3, "start", job=second.pk), cut.tap(10, "start"))
    assert cut.send(cut.tap(30, "stop"), cut.call(31)) == ["done", "done"]
    assert JobResponse.objects.get(is_stop=True).job_order == cut.job
    live = Alert.objects.get()
    alert_call.solve(COLLEAGUE, live.pk, op_uuid=key(), cause="Gone")
    now = alert_call.call(COLLEAGUE, cut.machine, cut.team, op_uuid=key())
    assert (live.job_order, now.job_order) == (cut.job, cut.job)


def test_stop_told_later_is_that_of_the_job_that_ran_at_the_tap(cut: Words) -> None:
    """The second job began at 30; what stood at 20 was the first one."""
    second = job_of(make_order(cut.device.site, "WO-2", machine=cut.machine))
    cut.send(cut.tap(5, "start"))
    job_order.command(COLLEAGUE, second.pk, JobOrderCommand.START, at=cut.at(30))
    assert cut.send(cut.tap(20, "stop")) == ["done"]
    assert JobResponse.objects.get(is_stop=True).job_order == cut.job


@pytest.fixture
def counted_otherwise(cut: Words, jam: Reason) -> Reason:
    """A reason that was waiting until minute 15, and is a breakdown since."""
    with acting() as act:
        classify(act, jam, TimeClass.DELAY, LossClass.NONE, valid_from=cut.at(-60))
        classify(act, jam, TimeClass.DOWN, LossClass.BREAKDOWN, valid_from=cut.at(15))
    return jam


def test_stop_counts_as_its_reason_did_at_the_tap(cut: Words, counted_otherwise: Reason) -> None:
    cut.send(cut.tap(5, "start"), cut.tap(10, "stop", reason=counted_otherwise.pk), cut.tap(12, "go_on"))
    cut.send(cut.tap(20, "stop", reason=counted_otherwise.pk))
    kinds = JobResponse.objects.filter(is_stop=True).order_by("started_at").values_list("work_kind", flat=True)
    assert list(kinds) == ["waiting", "breakdown"]


def test_stop_explained_later_counts_as_its_reason_did_when_it_stood(cut: Words, counted_otherwise: Reason) -> None:
    """It stood from 10 on; that the reason counts otherwise since 15 is nothing to it, though it was given at 20."""
    cut.send(cut.tap(5, "start"), cut.tap(10, "stop"), cut.tap(20, "stop", reason=counted_otherwise.pk))
    stands = JobResponse.objects.get(is_stop=True, reverses=None, reversal=None)
    assert (stands.reason, stands.work_kind) == (counted_otherwise, "waiting")


# Runs of several jobs


@pytest.fixture
def load(cut: Words) -> list[runs.Loaded]:
    second = job_of(make_order(cut.device.site, "WO-2", machine=cut.machine))
    return [runs.Loaded(cut.job), runs.Loaded(second)]


def start(cut: Words, load: list[runs.Loaded], at: datetime | None, op_uuid: uuid.UUID | None = None) -> Run:
    return runs.start(
        COLLEAGUE, cut.machine, load, kind=RunKind.LOAD, share_rule=ShareRule.EQUAL, op_uuid=op_uuid or key(), at=at
    )


def spans(cut: Words) -> list[tuple[float, float | None]]:
    rows = JobResponse.objects.filter(run__isnull=False).order_by("started_at", "id")
    return [(cut.minute(row.started_at), cut.minute(row.ended_at) if row.ended_at else None) for row in rows]


def test_run_begins_and_ends_at_the_told_instants(cut: Words, load: list[runs.Loaded]) -> None:
    """By hand: 10 to 40 are thirty minutes, fifteen of each of two jobs."""
    once = key()
    run = start(cut, load, cut.at(10), once)
    assert start(cut, load, cut.at(10), once) == run
    for _again in range(2):
        runs.finish(COLLEAGUE, run.pk, at=cut.at(40))
    assert spans(cut) == [(10, 40), (10, 40)]
    shares = JobResponse.objects.filter(run=run).values_list("duration", flat=True)
    assert [share and share.total_seconds() / 60 for share in shares] == [15, 15]
    run.refresh_from_db()
    assert (cut.minute(run.started_at), run.ended_at and cut.minute(run.ended_at)) == (10, 40)
    begun = AuditEntry.objects.get(action="work.run_started")
    assert cut.is_receipt(begun.recorded_at)
    assert cut.minute(datetime.fromisoformat(begun.after["occurred_at"])) == 10
    assert JobOrder.objects.filter(status="completed").count() == 2


def test_run_has_the_bounds_of_a_single_start(cut: Words, load: list[runs.Loaded]) -> None:
    """Not from tomorrow, not from last month; and ended before it began only as far as clocks differ."""
    now = clock.now()
    for wrong in (now + timedelta(minutes=3), now - timedelta(days=31)):
        with pytest.raises(InvalidInput):
            start(cut, load, wrong)
    run = start(cut, load, cut.at(30))
    with pytest.raises(Conflict) as refused:
        runs.finish(COLLEAGUE, run.pk, at=cut.at(27))
    assert refused.value.code == "told_too_late"
    assert not Run.objects.get().ended_at
    runs.finish(COLLEAGUE, run.pk, at=cut.at(28.5))
    assert spans(cut) == [(30, 30), (30, 30)]


def test_run_is_refused_for_all_where_one_job_was_worked_on_since(cut: Words, load: list[runs.Loaded]) -> None:
    """An import left work on the second job until minute 20: from 18.5 on all begin then, from 10 none does."""
    second = load[1].job_order
    with acting():
        JobResponse.objects.create(
            site=second.site, job_order=second, equipment=cut.machine, work_kind="setup", started_at=cut.at(5),
            ended_at=cut.at(20), duration=timedelta(minutes=15), op_uuid=key(), recorded_at=cut.at(20), recorded_by="x",
        )  # fmt: skip
    with pytest.raises(Conflict, match="On WO-2"):
        start(cut, load, cut.at(10))
    assert not Run.objects.exists()
    start(cut, load, cut.at(18.5))
    assert spans(cut) == [(20, None), (20, None)]
