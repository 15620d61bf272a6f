"""Plans come due by calendar, by the machine's own count, or by what comes first: once, with their machine reserved."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from maintenance.engine.terms import DueBasis, MeterKind, OccurrenceStatus
from maintenance.models import MaintenanceJob, MaintenancePlan, MeterDay, PlanOccurrence
from maintenance.selectors.compliance import compliance
from maintenance.services import job_plan, maintenance_job, maintenance_plan, plan_generation
from maintenance.services.job_plan import NewStep, NewVersion
from maintenance.services.maintenance_plan import PlanTerms
from mom.accounts.models import Site
from mom.core import clock, invariants
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work.gate import in_the_way
from mom.work.models import EquipmentReservation, JobOrder
from mom.work.services import equipment_reservation
from tests.factories.floor import make_listening
from tests.factories.maintenance import (
    STEPS,
    SYSTEM,
    make_job_plan,
    make_meter_plan,
    make_plan,
    repair,
    sign,
    tell_counter,
    tell_cycles,
)
from tests.factories.work import job_of, make_machine, make_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EASY = (NewStep("Look", is_required=False),)


@pytest.fixture
def press(site: Site) -> Equipment:
    return make_machine(site, "PRESS-1")


def generate() -> int:
    return plan_generation.generate_due(SYSTEM)


def broken() -> list[str]:
    return [found.invariant.name for found in invariants.violations() if found.invariant.name != "core.audit_chain"]


def set_due(plan: MaintenancePlan, at: datetime) -> None:
    with acting():
        MaintenancePlan.objects.filter(pk=plan.pk).update(next_due_at=at, starts_at=at)


def do(job: MaintenanceJob) -> MaintenanceJob:
    repair(job)
    return sign(job)


def easy(site: Site) -> Any:
    return make_job_plan(site, steps=EASY)


def test_a_plan_comes_due_its_lead_time_ahead_once_and_reserves_the_machine(press: Equipment) -> None:
    at = clock.now() + 3 * DAY
    plan = make_plan(press, rule="FREQ=WEEKLY", starts_at=at, lead=2 * DAY)
    assert generate() == 0
    set_due(plan, (clock.now() + DAY).replace(microsecond=0))

    assert [generate(), generate()] == [1, 0]

    occurrence = PlanOccurrence.objects.get()
    job = occurrence.job
    assert job is not None
    assert (job.kind, job.steps.count(), job.due_at) == ("preventive", 2, occurrence.due_at)
    reserved = EquipmentReservation.objects.get(equipment=press)
    assert (reserved.started_at, reserved.ended_at - reserved.started_at) == (occurrence.due_at, timedelta(minutes=30))
    assert JobOrder.objects.get(pk=job.pk).planned_start == reserved.started_at
    assert MaintenancePlan.objects.get().next_due_at == occurrence.due_at + 7 * DAY
    assert broken() == []


def test_where_the_machine_is_taken_the_job_gets_the_next_free_stretch(press: Equipment, site: Site) -> None:
    production = job_of(make_order(site, machine=press))
    at = clock.now() + timedelta(hours=1)
    equipment_reservation.reserve(
        SYSTEM, production.pk, start=at - timedelta(minutes=10), end=at + timedelta(minutes=50), equipment=press
    )
    make_plan(press, rule="FREQ=WEEKLY", starts_at=at, lead=DAY)

    assert generate() == 1

    mine = EquipmentReservation.objects.exclude(job_order=production).get()
    assert mine.started_at == at + timedelta(minutes=50)


def test_the_meter_counts_cycles_and_not_days(press: Equipment, site: Site) -> None:
    tell_cycles(press, 40)
    plan = make_meter_plan(press, 100, job_plan=easy(site))
    assert plan.meter_at == 40  # what it made before counts for nothing
    tell_cycles(press, 99)
    assert generate() == 0
    tell_cycles(press, 1)

    assert [generate(), generate()] == [1, 0]
    tell_cycles(press, 500)
    assert generate() == 0  # the job is open: it does not come due again

    do(PlanOccurrence.objects.get().job)  # type: ignore[arg-type]
    assert MaintenancePlan.objects.get().meter_at == MeterDay.objects.get().counted == 640
    assert generate() == 0
    tell_cycles(press, 100)
    assert generate() == 1
    assert list(PlanOccurrence.objects.order_by("number").values_list("number", "cause", "status")) == [
        (1, "meter", "done"),
        (2, "meter", "open"),
    ]
    assert broken() == []


def test_a_counter_rolls_over_and_is_reset(press: Equipment) -> None:
    make_listening(press, counter_modulus=Decimal(1000))
    make_meter_plan(press, 10_000, MeterKind.PIECES)
    now = clock.now()
    tell_counter(press, 900, 990, 20, at=now - timedelta(hours=2))  # 90, then 30 over the roll-over
    tell_counter(press, 400, 10, at=now - timedelta(hours=1))  # 380, then a reset: 10
    generate()
    assert sum(MeterDay.objects.values_list("counted", flat=True)) == 90 + 30 + 380 + 10


def test_a_late_message_is_counted_and_counting_twice_changes_nothing(press: Equipment) -> None:
    make_meter_plan(press, 10_000, MeterKind.PIECES)
    now = clock.now()
    tell_counter(press, 100, at=now - timedelta(hours=3))
    tell_counter(press, 160, at=now - timedelta(hours=1))
    generate()
    tell_counter(press, 130, at=now - timedelta(hours=2))  # between: splits the difference, adds nothing
    tell_cycles(press, 5, now - timedelta(days=1))
    generate()
    generate()
    by_kind: dict[str, Decimal] = {}
    for kind, counted in MeterDay.objects.values_list("kind", "counted"):
        by_kind[kind] = by_kind.get(kind, Decimal(0)) + counted
    assert by_kind == {"pieces": 60, "cycles": 5}


def test_of_calendar_and_meter_the_first_counts_and_both_begin_anew(press: Equipment, site: Site) -> None:
    at = clock.now() + 20 * DAY
    plan = make_meter_plan(press, 50, rule="FREQ=MONTHLY", starts_at=at, job_plan=easy(site))
    assert plan.basis == DueBasis.COMPLETED
    tell_cycles(press, 50)
    assert generate() == 1
    assert MaintenancePlan.objects.get().next_due_at is None
    job = do(PlanOccurrence.objects.get().job)  # type: ignore[arg-type]
    plan.refresh_from_db()
    assert job.repaired_at is not None
    assert plan.next_due_at is not None
    assert timedelta(days=27) < plan.next_due_at - job.repaired_at < timedelta(days=32)
    assert plan.meter_at == 50


def test_dates_that_pass_while_the_job_is_open_are_missed_and_no_second_job(press: Equipment) -> None:
    at = clock.now() - 10 * DAY
    make_plan(press, rule="FREQ=DAILY;INTERVAL=4", starts_at=at, tolerance=DAY)
    assert generate() == 1
    assert generate() == 0
    rows = list(PlanOccurrence.objects.order_by("number").values_list("number", "status"))
    assert rows == [(1, "open"), (2, "missed"), (3, "missed")]
    assert MaintenanceJob.objects.count() == 1
    assert generate() == 0
    assert PlanOccurrence.objects.count() == 3


def test_what_is_paused_does_not_come_due_and_what_passed_is_not_made_up_for(press: Equipment) -> None:
    plan = make_plan(press, rule="FREQ=DAILY", starts_at=clock.now() - timedelta(days=5, hours=1))
    maintenance_plan.pause(SYSTEM, plan.pk, reason="Press is sold")
    assert generate() == 0
    with pytest.raises(Conflict):
        maintenance_plan.pause(SYSTEM, plan.pk, reason="Again")
    taken_up = maintenance_plan.take_up(SYSTEM, plan.pk)
    assert taken_up.next_due_at is not None
    assert clock.now() < taken_up.next_due_at <= clock.now() + DAY
    assert generate() == 0


def test_compliance_counts_windows_that_are_over(press: Equipment, site: Site) -> None:
    start = clock.now() - 9 * DAY + timedelta(hours=1)
    make_plan(press, rule="FREQ=DAILY;INTERVAL=4", starts_at=start, tolerance=DAY)
    generate()
    generate()  # one open, two missed; the windows of the first two are over, the third's ends today
    end = clock.now() + DAY
    found = compliance(site, start - DAY, end, clock.now())
    assert (found.due, found.in_time) == (2, 0)
    with acting():
        row = PlanOccurrence.objects.get(number=1)
        PlanOccurrence.objects.filter(pk=row.pk).update(
            status=OccurrenceStatus.DONE, completed_at=row.window_ends_at - timedelta(hours=1)
        )
    found = compliance(site, start - DAY, end, clock.now())
    assert (found.due, found.in_time) == (2, 1)
    assert compliance(site, start - DAY, end, clock.now(), machines=[]).due == 0


def test_production_is_told_what_is_due_and_what_is_overdue(press: Equipment, site: Site) -> None:
    production = job_of(make_order(site, machine=press))
    make_plan(press, rule="FREQ=YEARLY", starts_at=clock.now() - timedelta(hours=3), tolerance=timedelta(hours=1))
    generate()

    def codes(at: datetime) -> list[str]:
        return [each.code for each in in_the_way(production, at) if each.source == "maintenance.due"]

    assert codes(clock.now()) == ["maintenance_overdue"]
    assert codes(clock.now() - timedelta(hours=2, minutes=30)) == ["maintenance_due"]
    assert codes(clock.now() - timedelta(hours=4)) == []
    maintenance_job.arrive(SYSTEM, MaintenanceJob.objects.get().pk)
    assert codes(clock.now()) == []


def test_a_job_given_up_is_neither_due_nor_done_and_the_plan_goes_on(press: Equipment, site: Site) -> None:
    make_meter_plan(press, 10, job_plan=easy(site))
    tell_cycles(press, 10)
    generate()
    maintenance_job.cancel(SYSTEM, MaintenanceJob.objects.get().pk, reason="Press is being moved")
    assert PlanOccurrence.objects.get().status == OccurrenceStatus.CANCELLED
    assert generate() == 0
    assert compliance(site, clock.now() - DAY, clock.now() + 5 * DAY, clock.now() + 4 * DAY).due == 0
    assert broken() == []


def test_the_database_holds_one_open_due_date_a_plan(press: Equipment) -> None:
    make_plan(press, rule="FREQ=YEARLY", starts_at=clock.now())
    generate()
    row = PlanOccurrence.objects.get()
    for more in ({"number": 1}, {"number": 2}, {"number": 2, "status": "missed", "job": None}):
        values = {"due_at": row.due_at, "window_ends_at": row.window_ends_at, "cause": "calendar", "job": row.job}
        with pytest.raises(IntegrityError, match="maintenance_planoccurrence"), acting(), transaction.atomic():
            PlanOccurrence.objects.create(site=row.site, plan=row.plan, **{**values, **more})


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"rule": "FREQ=HOURLY", "starts_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"rule": "FREQ=DAILY"},
        {"meter_kind": MeterKind.CYCLES},
        {"meter_kind": MeterKind.CYCLES, "meter_interval": Decimal(0)},
        {"meter_kind": MeterKind.CYCLES, "meter_interval": Decimal(5), "lead": timedelta(days=-1)},
    ],
)
def test_terms_that_never_come_due_are_refused(press: Equipment, site: Site, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        maintenance_plan.add(SYSTEM, press, make_job_plan(site), "PM-1", PlanTerms(**terms))


def test_a_new_version_holds_for_jobs_to_come(press: Equipment, site: Site) -> None:
    plan_of_work = make_job_plan(site)
    make_plan(press, job_plan=plan_of_work, rule="FREQ=YEARLY", starts_at=clock.now())
    generate()
    new = NewVersion(timedelta(hours=1), [*STEPS, NewStep("Grease")], reason="Ran dry")
    job_plan.revise(SYSTEM, plan_of_work.pk, new)
    make_plan(press, job_plan=plan_of_work, rule="FREQ=YEARLY", starts_at=clock.now())
    generate()
    jobs = MaintenanceJob.objects.order_by("pk")
    assert [(job.job_plan_version.number, job.steps.count()) for job in jobs] == [(1, 2), (2, 3)]  # type: ignore[union-attr]


def test_only_who_keeps_plans_does(press: Equipment, site: Site, make_actor: Any) -> None:
    looker = make_actor("maintenance.view", "maintenance.execute_job")
    plan = make_plan(press)
    for act in (
        lambda: maintenance_plan.pause(looker, plan.pk, reason="No"),
        lambda: maintenance_plan.take_up(looker, plan.pk),
        lambda: maintenance_plan.add(looker, press, plan.job_plan, "PM-X", PlanTerms(rule="FREQ=DAILY")),
        lambda: job_plan.add(looker, site, "JP-X", "", NewVersion(DAY, STEPS)),
        lambda: job_plan.revise(looker, plan.job_plan_id, NewVersion(DAY, STEPS)),
    ):
        with pytest.raises(NotAllowed):
            act()
