"""Planned times: given at release and again when somebody asks, by calendar, machine and what waits for what."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, NotAllowed, NotFound
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.models import Equipment, Shift, ShiftBreak, WorkCalendar, WorkCalendarEntry
from mom.work.engine.terms import QuantityKind, WorkRequestCommand
from mom.work.models import EquipmentReservation, JobDependency, JobOrder
from mom.work.services import quantity_report, work_request_command
from mom.work.services.quantity_report import Reported
from production.models import ProductionRequest
from production.services import batch, job_change, planned_times
from tests.bench.statements import counting
from tests.factories.accounts import make_site, make_user
from tests.factories.work import give, make_machine, make_order, make_routing

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY = datetime(2026, 4, 13, 4, 0, tzinfo=UTC)  # 06:00 at the plant, when the early shift begins


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The instant that it is; `at.now = ...` moves it."""

    class Held:
        now = MONDAY

    held = Held()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture
def plant(site: Site, at: Any) -> Equipment:
    """An area that works from 06:00 to 14:00 on weekdays, with a break from 09:00 to 09:30."""
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="WEEK", name="Week")
        early = Shift.objects.create(site=site, calendar=calendar, code="E", name="Early", weekdays=[1, 2, 3, 4, 5],
                                     starts_at=time(6), ends_at=time(14))  # fmt: skip
        ShiftBreak.objects.create(site=site, shift=early, starts_at=time(9), ends_at=time(9, 30))
        return Equipment.objects.create(site=site, code="HALL", name="Hall", level="area", calendar=calendar)


def machines_in(plant: Equipment, *codes: str, **fields: Any) -> list[Equipment]:
    return [make_machine(plant.site, code, parent=plant, **fields) for code in codes]


def ordered(actor: Actor, plant: Equipment, code: str, quantity: int, **more: Any) -> list[JobOrder]:
    new = batch.NewBatch(code, quantity=Decimal(quantity), **more)
    request = batch.create(actor, plant.site, "PUMP", new)
    return list(JobOrder.objects.filter(work_request=request.work_request_id).order_by("sequence"))


def hours(jobs: list[JobOrder]) -> list[tuple[float, float]]:
    """When they are planned, in hours after Monday 06:00."""
    for job in jobs:
        job.refresh_from_db()
    return [((job.planned_start - MONDAY) / HOUR, (job.planned_end - MONDAY) / HOUR) for job in jobs]  # type: ignore[operator]


def test_release_plans_one_operation_after_the_other_in_working_time(actor: Actor, plant: Equipment) -> None:
    """By hand: set-up 30 min and 10 pieces of 12 min are 2.5 h; the break takes half an hour, the night 16."""
    make_routing(plant.site, operations=4, machines=machines_in(plant, "A", "B", "C", "D"),
                 setup=30 * MINUTE, run=12 * MINUTE)  # fmt: skip

    jobs = ordered(actor, plant, "WO-1", 10)

    assert hours(jobs) == [(0, 2.5), (2.5, 5.5), (5.5, 8), (24, 26.5)]
    assert [(job.setup_duration, job.run_duration) for job in jobs] == [(30 * MINUTE, 2 * HOUR)] * 4
    entry = AuditEntry.objects.get(action="work.jobs_planned")
    assert (entry.subject_label, list(entry.after)) == ("WO-1", [job.code for job in jobs])


def test_a_machine_has_one_job_at_a_time_whatever_order_it_is_of(actor: Actor, plant: Equipment) -> None:
    (machine,) = machines_in(plant, "A")
    make_routing(plant.site, operations=1, machine=machine, run=HOUR)

    first, second = ordered(actor, plant, "WO-1", 2), ordered(actor, plant, "WO-2", 1)

    assert (hours(first), hours(second)) == ([(0, 2)], [(2, 3)])


def test_places_take_that_many_jobs_at_once(actor: Actor, plant: Equipment) -> None:
    (oven,) = machines_in(plant, "OVEN", capacity_kind="places", capacity_places=2)
    make_routing(plant.site, operations=1, machine=oven, run=HOUR)
    planned = [hours(ordered(actor, plant, f"WO-{number}", 2))[0] for number in range(3)]
    assert planned == [(0, 2), (0, 2), (2, 4.5)]


def test_an_unnamed_machine_has_the_plants_shifts_and_any_number_of_jobs(actor: Actor, plant: Equipment) -> None:
    make_routing(plant.site, operations=1, run=HOUR)
    planned = [hours(ordered(actor, plant, f"WO-{number}", 8))[0] for number in range(2)]
    assert planned == [(0, 24.5), (0, 24.5)]


def test_a_holiday_a_reservation_and_the_earliest_start_are_kept(actor: Actor, plant: Equipment) -> None:
    (machine,) = machines_in(plant, "A")
    make_routing(plant.site, operations=1, machine=machine, run=HOUR)
    day = timedelta(days=1)
    blocking = make_order(plant.site, "OTHER", machine=machine)
    with acting():
        WorkCalendarEntry.objects.create(site=plant.site, calendar=plant.calendar, name="Holiday", kind="not_working",
                                         started_at=MONDAY + day, ended_at=MONDAY + 2 * day)  # fmt: skip
        EquipmentReservation.objects.create(
            site=plant.site, equipment=machine, job_order=JobOrder.objects.get(work_request=blocking.work_request_id),
            started_at=MONDAY + 2 * day, ended_at=MONDAY + 2 * day + HOUR,
        )  # fmt: skip
    assert hours(ordered(actor, plant, "WO-1", 1, earliest_start=MONDAY + day)) == [(49, 50)]


def test_planned_again_a_begun_job_keeps_its_start_and_ends_when_the_rest_is_made(
    actor: Actor, plant: Equipment, at: Any
) -> None:
    make_routing(plant.site, operations=2, machines=machines_in(plant, "A", "B"), run=HOUR)
    jobs = ordered(actor, plant, "WO-1", 2)
    assert hours(jobs) == [(0, 2), (2, 4.5)]
    give(jobs[0], "start")
    at.now = MONDAY + 2 * HOUR
    quantity_report.report(actor, jobs[0].pk, [Reported(QuantityKind.GOOD, Decimal(1))], op_uuid=uuid4())

    changed = planned_times.plan(actor, jobs[0].work_request_id)

    assert len(changed) == 2
    assert hours(jobs) == [(0, 3), (3.5, 5.5)]


def test_a_running_job_of_another_order_keeps_the_machine_for_what_is_left(
    actor: Actor, plant: Equipment, at: Any
) -> None:
    (machine,) = machines_in(plant, "A")
    make_routing(plant.site, operations=1, machine=machine, run=HOUR)
    (running,) = ordered(actor, plant, "WO-1", 2)
    give(running, "start")
    at.now = MONDAY + 2 * HOUR  # it should have ended by now, and nothing was reported
    assert hours(ordered(actor, plant, "WO-2", 1)) == [(4.5, 5.5)]


def test_an_order_without_times_is_released_unplanned_and_says_so_when_asked(actor: Actor, plant: Equipment) -> None:
    make_routing(plant.site, operations=2)
    jobs = ordered(actor, plant, "WO-1", 2)
    assert [job.planned_start for job in jobs] == [None, None]
    with pytest.raises(Conflict) as told:
        planned_times.plan(actor, jobs[0].work_request_id)
    assert told.value.code == "no_times"


def test_what_can_not_be_planned_is_told(actor: Actor, plant: Equipment, make_actor: Any) -> None:
    make_routing(plant.site, operations=2, run=HOUR)
    first, second = ordered(actor, plant, "WO-1", 2)
    with pytest.raises(NotFound):
        planned_times.plan(actor, 10**9)
    with pytest.raises(NotAllowed):
        planned_times.plan(make_actor("work.view", "work.execute_job_order"), first.work_request_id)
    with acting():
        JobDependency.objects.create(site=plant.site, predecessor=second, successor=first)
    with pytest.raises(Conflict) as ring:
        planned_times.plan(actor, first.work_request_id)
    assert ring.value.code == "jobs_in_a_ring"
    work_request_command.command(actor, first.work_request_id, WorkRequestCommand.CANCEL, reason="Not wanted")
    with pytest.raises(Conflict) as ended:
        planned_times.plan(actor, first.work_request_id)
    assert ended.value.code == "order_ended"


def test_an_order_of_four_operations_is_released_and_planned_in_at_most_fourteen_statements(
    actor: Actor, plant: Equipment
) -> None:
    make_routing(plant.site, operations=4, machines=machines_in(plant, "A", "B", "C", "D"), run=MINUTE)
    new = batch.NewBatch("WO-1", quantity=Decimal(5))
    request = batch.create(actor, plant.site, "PUMP", new, is_released=False)

    with counting() as count:
        work_request_command.command(actor, request.work_request_id, WorkRequestCommand.RELEASE)

    assert JobOrder.objects.filter(planned_end=None).count() == 0
    assert len(count) <= 14, str(count)


def test_times_are_planned_on_the_orders_page_and_stand_on_job_list_and_api(
    actor: Actor, plant: Equipment, owner: Any, client_of: Any, at: Any
) -> None:
    make_routing(plant.site, operations=2, machines=machines_in(plant, "A", "B"), setup=30 * MINUTE, run=HOUR)
    jobs = ordered(actor, plant, "WO-1", 2, due_at=MONDAY + 4 * HOUR)
    page = Client()
    page.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    assert "planned late" in page.get("/orders/WO-1/").content.decode()
    assert "planned late" in page.get("/jobs/WO-1-20/").content.decode()

    at.now = MONDAY + HOUR
    assert "start is late" in page.get("/jobs/?view=late").content.decode()
    answer = page.post("/orders/WO-1/plan/", follow=True)
    assert "2 jobs have new planned times." in answer.content.decode()
    assert hours(jobs) == [(1, 4), (4, 6.5)]

    at.now = MONDAY + 2 * HOUR
    api = client_of(owner)
    request = ProductionRequest.objects.get()
    assert api.send("post", f"/api/v1/production/orders/{request.pk}/plan/", None).status_code == 200
    sent = api.get(f"/api/v1/work/job-orders/{jobs[0].pk}/").json()
    assert (sent["planned_start"], sent["setup_duration"]) == ("2026-04-13T06:00:00Z", "P0DT00H30M00S")


def test_P33_who_may_only_look_plans_nothing_and_another_site_sees_nothing(
    actor: Actor, plant: Equipment, owner: Any, client_of: Any
) -> None:
    make_routing(plant.site, operations=1, run=HOUR)
    ordered(actor, plant, "WO-1", 2)
    address = f"/api/v1/production/orders/{ProductionRequest.objects.get().pk}/plan/"
    people = [make_user("rolf", site=plant.site, permissions=["work.view"]),
              make_user("olaf", site=make_site("P2"), permissions=["*"])]  # fmt: skip
    assert [client_of(each).send("post", address, None).status_code for each in people] == [403, 404]
    reader = Client()
    reader.force_login(people[0], backend="mom.accounts.backends.PasswordBackend")
    assert "/plan/" not in reader.get("/orders/WO-1/").content.decode()
    assert reader.post("/orders/WO-1/plan/").status_code == 403


def test_a_job_that_is_split_off_gets_times_and_the_others_keep_theirs(actor: Actor, plant: Equipment) -> None:
    """By hand: the part of two hours begins when its machine is planned free, at 12:30, and ends the next morning."""
    first_machine, second_machine, third = machines_in(plant, "A", "B", "C")
    make_routing(plant.site, operations=2, machines=[first_machine, second_machine], run=HOUR)
    jobs = ordered(actor, plant, "WO-1", 6)
    before = hours(jobs)
    assert before == [(0, 6.5), (6.5, 29)]

    same = job_change.split(actor, jobs[0].pk, Decimal(2))
    other = job_change.split(actor, jobs[0].pk, Decimal(1), equipment=third)

    assert hours([same, other]) == [(6.5, 24.5), (0, 1)]
    assert hours(jobs) == before
    assert [job.run_duration for job in (jobs[0], same, other)] == [3 * HOUR, 2 * HOUR, HOUR]
    planned_times.plan(actor, jobs[0].work_request_id)
    assert hours(jobs)[0] == (0, 3)
