"""The demo's crew: it works on the demo's own orders through the doors that people use, and on nothing else."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import Max, Sum

from analytics.services.alert_rule_judge import judge_rules
from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.demo.engine import norrtal
from mom.demo.services import crew, live
from mom.demo.services.crew import MACHINES, Crew
from mom.demo.services.heard import last_heard, state_sent
from mom.demo.services.live import connect, play, send
from mom.edge.engine.gateway import Gateway
from mom.edge.engine.machine import Segment
from mom.floor.models import FloorMessage, QuarantinedMessage, Stop, StopAnnotation
from mom.floor.services.ingest import take_in
from mom.floor.services.stop import reclassify
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import JobOrderCommand, QuantityKind, WorkRequestCommand
from mom.work.models import Alert, AlertTeam, JobOrder, JobResponse, QuantityReport, RotaEntry, WorkRequest
from mom.work.services import job_order as job_orders
from mom.work.services import quantity_report, work_request_command
from mom.work.services.quantity_report import Reported
from tests.bench.database import Bench
from tests.demo.conftest import THURSDAY
from tests.factories.floor import make_listening
from tests.factories.plant import make_equipment
from tests.factories.work import give, job_of, make_order

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)
PERSON = system_actor("a person")
DEMO = system_actor("demo")


class Shift:
    """The running demo, a minute at a time."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock, self.now = clock, THURSDAY
        self.site = Site.objects.get(code=norrtal.SITE)
        self.begin()

    def begin(self) -> None:
        """The process starts: it knows nothing but the record."""
        self.gateway: Gateway = connect(self.site)
        self.crew = Crew(self.site, self.gateway)

    def play(self, minutes: int, until: Callable[[], object] = lambda: False) -> None:
        for _ in range(minutes):
            if until():
                return
            self.pass_time(MINUTE)
            send(self.site, self.gateway, self.now)
            self.crew.act(self.now)

    def pass_time(self, length: timedelta) -> None:
        self.now += length
        self.clock.move_to(self.now)

    def machine(self, code: str) -> Equipment:
        return Equipment.objects.select_related("site").get(site=self.site, code=code)

    def running(self, code: str) -> JobOrder | None:
        return JobOrder.objects.filter(equipment__code=code, status="running").select_related("work_request").first()


@pytest.fixture
def shift(kept_demo: str, bench: Bench, transactional_db: None) -> Iterator[Shift]:
    bench.fresh(kept_demo)
    with time_machine.travel(THURSDAY, tick=False) as clock:
        yield Shift(clock)


def logged(equipment: Equipment, since: datetime) -> Decimal:
    """Everything that the demo reported of the machine since then, of every kind."""
    rows = QuantityReport.objects.filter(output__job_order__equipment=equipment, recorded_by="demo")
    return rows.filter(occurred_at__gt=since).aggregate(all=Sum("quantity"))["all"] or Decimal(0)


def last_log(equipment: Equipment) -> datetime:
    rows = QuantityReport.objects.filter(output__job_order__equipment=equipment, recorded_by="demo")
    return rows.aggregate(at=Max("occurred_at"))["at"]


def counted(equipment: Equipment, since: datetime, until: datetime) -> int:
    rows = FloorMessage.objects.filter(equipment=equipment, kind="count", name="total").order_by("-occurred_at")
    first, last = (rows.filter(occurred_at__lt=at).values_list("value", flat=True)[0] for at in (since, until))
    return int(last - first)


def own_order(shift: Shift, machine: Equipment, code: str = "OWN-1") -> JobOrder:
    """An order that a person added on a machine of the demo, more urgent than all of the demo's."""
    material = MaterialDefinition.objects.get(site=shift.site, code=norrtal.MACHINES[0].items[0])
    job = job_of(make_order(shift.site, code, material=material, machine=machine))
    with acting():
        JobOrder.objects.filter(pk=job.pk).update(priority=0)
    return job


def facts_of(job: JobOrder) -> tuple[Any, ...]:
    job.refresh_from_db()
    rows = (JobResponse.objects.filter(job_order=job), QuantityReport.objects.filter(output__job_order=job))
    return (job.status, job.version, *(found.count() for found in rows))


def test_what_is_logged_is_what_the_counters_showed(shift: Shift) -> None:
    shift.play(14)

    for code in ("CNC-01", "CNC-02", "IM-01", "WD-02"):
        machine = shift.machine(code)
        assert last_log(machine) > THURSDAY + 5 * MINUTE
        assert logged(machine, THURSDAY) == counted(machine, THURSDAY, last_log(machine)) > 0, code
    assert QuarantinedMessage.objects.count() == 0
    assert list(invariants.violations()) == []


def test_the_order_that_is_left_to_you_is_left_alone(shift: Shift) -> None:
    yours = JobOrder.objects.get(code="WO-24151-10")
    with acting():
        JobOrder.objects.filter(equipment=yours.equipment).exclude(pk=yours.pk).update(status="completed")
    before = facts_of(yours)
    shift.play(20)
    assert facts_of(yours) == before, "the crew began it"
    give(yours, "start")
    before = facts_of(yours)
    shift.play(12)
    assert facts_of(yours) == before, "the crew logged on it"


def test_stopped_process_goes_on_where_it_ended(shift: Shift) -> None:
    """Killed, started, down for a while, killed in the middle of a batch: every piece is logged, and once."""
    shift.play(7)
    shift.begin()
    shift.play(3)
    shift.pass_time(12 * MINUTE)
    shift.begin()
    shift.pass_time(MINUTE)
    half = shift.gateway.until(shift.now)
    live.post(shift.site, half[: len(half) // 2])
    shift.begin()
    shift.play(7)

    for code in ("CNC-01", "CNC-02", "IM-01", "WD-02"):
        machine = shift.machine(code)
        shown = [
            int(value)
            for value in FloorMessage.objects.filter(equipment=machine, name="total", occurred_at__gt=THURSDAY)
            .order_by("occurred_at")
            .values_list("value", flat=True)
        ]
        assert shown == sorted(shown)
        assert len(shown) >= 29 * 2, "a count each half minute, those of the time it was down too"
        assert logged(machine, THURSDAY) == counted(machine, THURSDAY, last_log(machine)) > 0, code
    assert QuarantinedMessage.objects.count() == 0
    assert list(invariants.violations()) == []


def test_same_record_and_time_give_the_same_messages(shift: Shift) -> None:
    def sent() -> list[Any]:
        return connect(shift.site).until(THURSDAY + 30 * MINUTE)

    first = sent()
    assert len(first) > 1_000
    assert sent() == first


def test_machine_goes_on_from_what_it_sent_and_not_from_what_was_said_of_it(shift: Shift) -> None:
    """A person called the stop something else, and another gateway spoke after ours fell silent."""
    machine = shift.machine("CNC-04")
    before = state_sent(machine, shift.now)
    stop = Stop.objects.get(equipment=machine, ended_at=None, withdrawn_at=None)
    reclassify(PERSON, stop.pk, op_uuid=uuid.uuid4(), state="setup")
    heard = last_heard(shift.site, shift.now)
    shift.pass_time(30 * MINUTE)
    count = {"machine": "CNC-04", "kind": "count", "name": "total", "value": "9000000", "id": "x"}
    take_in(PERSON, shift.site, "ANOTHER", [{**count, "at": (shift.now - MINUTE).isoformat()}])

    gateway = connect(shift.site)

    connected = gateway.machines["CNC-04"]
    assert (connected.segment.state, connected.segment.reason) == before == ("down", "COOLANT")
    assert connected.counters.total < 9_000_000
    assert heard is not None
    assert gateway.sent_until == heard + live.MOMENT


@pytest.mark.parametrize("asked", [JobOrderCommand.HOLD, JobOrderCommand.PAUSE])
def test_job_that_a_person_held_or_paused_waits_for_a_person(shift: Shift, asked: JobOrderCommand) -> None:
    job = shift.running("CNC-01")
    assert job is not None
    job_orders.command(PERSON, job.pk, asked, reason="A crack in the chuck")
    before = facts_of(job)

    shift.play(6)
    shift.begin()
    shift.play(8)

    assert facts_of(job) == before
    following = shift.running("CNC-01")
    assert following is not None
    assert following.code == "WO-24134-10"


def test_order_that_a_person_held_waits_for_a_person(shift: Shift) -> None:
    job = shift.running("CNC-02")
    assert job is not None
    work_request_command.command(PERSON, job.work_request_id, WorkRequestCommand.HOLD, reason="The drawing is wrong")
    before = facts_of(job)

    shift.play(14)

    assert facts_of(job) == before
    assert WorkRequest.objects.get(pk=job.work_request_id).status == "held"
    following = shift.running("CNC-02")
    assert following is not None
    assert following.work_request_id != job.work_request_id


def test_job_that_the_demo_held_itself_goes_on_once_its_machine_runs(shift: Shift) -> None:
    job = JobOrder.objects.get(code="WO-24118-10")
    assert job.status == "held"
    shift.play(40, until=lambda: shift.gateway.machines["CNC-04"].segment.state == "run")
    shift.play(1)
    job.refresh_from_db()
    assert job.status == "running"


def test_foreign_order_that_waits_is_not_started(shift: Shift) -> None:
    job = own_order(shift, shift.machine("IM-02"))
    before = facts_of(job)
    shift.play(20, until=lambda: shift.running("IM-02"))
    shift.play(6)
    assert facts_of(job) == before
    assert shift.running("IM-02") is not None


def test_foreign_order_keeps_its_machine_and_its_stops(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SAYS_WHY", 1.0)
    demo = shift.running("CNC-02")
    assert demo is not None
    job_orders.command(DEMO, demo.pk, JobOrderCommand.PAUSE)
    job = own_order(shift, shift.machine("CNC-02"))
    give(job, "start")
    before, aside = facts_of(job), facts_of(demo)

    connected = shift.gateway.machines["CNC-02"]
    shift.play(1)
    connected.counters = connected.counters.after(connected.segment.cut(shift.now))
    connected.segment = Segment("idle", shift.now, shift.now + 8 * MINUTE)
    shift.play(14)

    assert facts_of(job) == before
    assert facts_of(demo) == aside
    assert Stop.objects.filter(equipment=job.equipment, job_order=job).exists()
    assert not StopAnnotation.objects.filter(equipment=job.equipment).exists()


def test_foreign_machine_is_never_touched(shift: Shift) -> None:
    machine = make_equipment(shift.site, "LATHE-9", level="work_unit")
    make_listening(machine)
    down = {"machine": "LATHE-9", "kind": "state", "state": "down", "id": "1", "at": shift.now.isoformat()}
    take_in(PERSON, shift.site, "OWN", [down])
    job = own_order(shift, machine)

    shift.play(14)

    assert facts_of(job)[0] == "ready"
    assert Stop.objects.get(equipment=machine, withdrawn_at=None).reason_id is None
    assert FloorMessage.objects.filter(equipment=machine).count() == 1
    assert not StopAnnotation.objects.filter(equipment=machine).exists()


def test_job_that_is_done_is_finished_and_another_begins(shift: Shift) -> None:
    """Where none of ours waits, the demo adds an order; the machine is set up between the two."""
    job = shift.running("WD-02")
    assert job is not None
    rest = [Reported(QuantityKind.GOOD, Decimal(100_000))]
    quantity_report.report(PERSON, job.pk, rest, op_uuid=uuid.uuid4())

    shift.play(6)
    job.refresh_from_db()
    assert job.status == "completed"
    shift.play(60, until=lambda: shift.running("WD-02"))

    following = shift.running("WD-02")
    assert following is not None
    assert following.pk != job.pk
    first = AuditEntry.objects.filter(subject_id=str(following.work_request_id), subject_type="work.workrequest")
    assert first.earliest("id").actor_id == "demo"
    since = FloorMessage.objects.filter(equipment=job.equipment, kind="state", occurred_at__gt=THURSDAY)
    assert "setup" in since.values_list("code", flat=True)


def test_most_stops_get_a_reason_once(shift: Shift) -> None:
    shift.play(1)
    at = shift.now
    for connected in shift.gateway.machines.values():
        connected.counters = connected.counters.after(connected.segment.cut(at))
        connected.segment = Segment("idle", at, at + 12 * MINUTE)
    before = StopAnnotation.objects.count()
    shift.play(3)
    assert StopAnnotation.objects.count() == before
    shift.play(3)
    shift.begin()
    shift.play(3)

    said = StopAnnotation.objects.filter(recorded_by="demo", recorded_at__gt=at).select_related("reason")
    assert len(MACHINES) > said.count() > len(MACHINES) / 2
    assert {word.reason.kind for word in said if word.reason} == {"stop"}
    assert len({word.equipment_id for word in said}) == said.count(), "nothing is said twice, whoever begins anew"


def test_play_ends_when_the_demo_is_another(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken away and added anew meanwhile: what it holds of machines and orders is gone."""
    before = FloorMessage.objects.count()
    shift.pass_time(MINUTE)
    found = iter([shift.site, Site(pk=shift.site.pk + 1, code=shift.site.code)])
    monkeypatch.setattr(live, "demo_site", lambda: next(found))
    play(lambda: False)
    assert FloorMessage.objects.count() == before


def test_plant_calls_its_people(shift: Shift) -> None:
    """A machine that is down for five minutes calls maintenance, whoever is on call first."""
    assert AlertTeam.objects.filter(site=shift.site).count() == 4
    for team in AlertTeam.objects.filter(site=shift.site):
        assert RotaEntry.objects.filter(team=team, started_at__lte=shift.now, ended_at__gt=shift.now).count() == 1
        assert [step.after_minutes for step in team.steps.order_by("after_minutes")] == [0, 5, 15]

    judge_rules(PERSON)
    shift.play(7)
    judge_rules(PERSON)

    alert = Alert.objects.get(site=shift.site, equipment__code="CNC-04")
    assert (alert.team.code if alert.team else "", alert.severity) == ("MAINT", "bad")
