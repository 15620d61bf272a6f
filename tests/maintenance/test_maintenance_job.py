"""A repair from the call to the signature: time stamps, labour, waits, steps, parts, cause; and who may."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from inventory.models import StockBalance, StockMove, StockReservation
from maintenance.engine.terms import MaintenanceKind, RepairOutcome, WaitReason
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.services import handing_back, maintenance_job, maintenance_part, maintenance_step
from maintenance.services.handing_back import Repair
from maintenance.services.maintenance_job import NewMaintenanceJob
from maintenance.services.maintenance_step import Answer
from mom.accounts.models import Signature, Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import invariants, relay
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, Stale
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.gate import in_the_way, resume_in_the_way
from mom.work.models import JobOrder, LabourEntry
from mom.work.services import job_order
from tests.factories.accounts import make_user
from tests.factories.maintenance import (
    SYSTEM,
    PartStore,
    make_job,
    make_job_plan,
    make_request,
    make_technician,
    repair,
    sign,
)
from tests.factories.work import give, job_of, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(site: Site) -> Equipment:
    return make_machine(site, "PRESS-1")


def fresh(job: MaintenanceJob) -> MaintenanceJob:
    return MaintenanceJob.objects.select_related("job_order__work_request", "request").get(pk=job.pk)


def broken() -> list[str]:
    names = [found.invariant.name for found in invariants.violations()]
    return [name for name in names if name != "core.audit_chain"]  # sealed by the relay, after the commit


def test_a_repair_goes_from_the_call_to_the_signature(press: Equipment) -> None:
    job = make_job(press)
    assert (job.job_order.status, job.kind, job.code[:3]) == (JobOrderStatus.READY, MaintenanceKind.CORRECTIVE, "MJ-")

    repair(job)
    done = sign(job)

    done = fresh(done)
    stamps = [done.reported_at, done.accepted_at, done.arrived_at, done.repaired_at, done.handed_back_at]
    assert stamps == sorted(stamp for stamp in stamps if stamp)
    assert done.job_order.status == JobOrderStatus.CLOSED
    assert done.job_order.work_request.status == "closed"
    assert done.request is not None
    assert done.request.status == "done"
    assert Signature.objects.get().record_class_id == "maintenance.job"
    assert (done.mode, done.mechanism, done.cause) == ("ELU", "1.1", "3.4")
    assert broken() == []


def test_who_comes_has_labour_on_it_and_none_while_it_waits(press: Equipment, site: Site) -> None:
    user = make_technician(site)
    person = make_person(site, "TZ", user=user)
    actor = actor_for_user(user)
    job = maintenance_job.accept(actor, make_request(press).pk)
    assert job.technician == person

    maintenance_job.arrive(actor, job.pk)
    maintenance_job.wait(actor, job.pk, WaitReason.PARTS, note="Pump comes Monday")
    assert LabourEntry.objects.filter(person=person, ended_at=None).count() == 0
    assert job.waits.get().ended_at is None
    maintenance_job.resume(actor, job.pk)
    assert job.waits.get().ended_at is not None
    repair(fresh(job))

    assert LabourEntry.objects.filter(person=person, ended_at=None).count() == 0
    assert LabourEntry.objects.filter(person=person).count() == 2
    assert broken() == []


def test_nobody_else_starts_on_the_machine_until_it_is_signed(press: Equipment, site: Site) -> None:
    production = job_of(make_order(site, machine=press))
    job = make_job(press)

    def codes() -> list[str]:
        return [each.code for each in in_the_way(production, job.reported_at) if each.source == "maintenance.in_hand"]

    assert codes() == []  # nobody is there yet
    maintenance_job.arrive(SYSTEM, job.pk)
    assert codes() == ["machine_under_maintenance"]
    with pytest.raises(Conflict, match="under maintenance"):
        job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    repair(fresh(job))
    with pytest.raises(Conflict, match="not signed off"):
        job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    sign(job)
    assert codes() == []
    job_order.command(SYSTEM, production.pk, JobOrderCommand.START)


@pytest.mark.parametrize("stopped", ["pause", "hold"])
def test_a_stopped_order_goes_on_only_when_the_machine_is_signed_off(
    press: Equipment, site: Site, stopped: str
) -> None:
    production = give(job_of(make_order(site, machine=press)), "start", stopped)
    job = make_job(press)
    job_order.command(SYSTEM, production.pk, JobOrderCommand.RESUME)  # nobody is there yet
    job_order.command(SYSTEM, production.pk, JobOrderCommand(stopped))
    maintenance_job.arrive(SYSTEM, job.pk)

    with pytest.raises(Conflict, match="under maintenance"):
        job_order.command(SYSTEM, production.pk, JobOrderCommand.RESUME)
    production.refresh_from_db()
    [told] = resume_in_the_way(production, job.reported_at)
    assert (told.code, told.forbids) == ("machine_under_maintenance", True)

    repair(fresh(job))
    sign(job)
    job_order.command(SYSTEM, production.pk, JobOrderCommand.RESUME)


def test_what_is_repaired_says_how_and_steps_are_answered_first(press: Equipment, site: Site) -> None:
    plan = make_job_plan(site)
    job = maintenance_job.accept(SYSTEM, make_request(press).pk, version=plan.versions.get())
    with pytest.raises(Conflict, match="Begin"):
        maintenance_step.answer(SYSTEM, job.pk, 10, Answer(passed=True))
    maintenance_job.arrive(SYSTEM, job.pk)
    with pytest.raises(Conflict, match="Answer these steps first: Lock out, tag; Pressure"):
        repair(fresh(job))

    maintenance_step.answer(SYSTEM, job.pk, 10, Answer(passed=True))
    with pytest.raises(InvalidInput):
        maintenance_step.answer(SYSTEM, job.pk, 20, Answer(text="six"))
    assert maintenance_step.answer(SYSTEM, job.pk, 20, Answer(number=Decimal(9))).is_ok is False
    assert maintenance_step.answer(SYSTEM, job.pk, 20, Answer(number=Decimal(6))).is_ok is True
    repair(fresh(job))
    with pytest.raises(Conflict, match="stay as they are"):
        maintenance_step.answer(SYSTEM, job.pk, 20, Answer(number=Decimal(7)))


@pytest.mark.parametrize(
    "said",
    [
        {"mode": "XXX"},
        {"mechanism": "9.9"},
        {"cause": "9.9"},
        {"outcome": RepairOutcome.TEMPORARY},
    ],
)
def test_codes_are_ours_and_a_repair_for_now_says_what_is_left(press: Equipment, said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        repair(make_job(press), **said)


def test_a_repair_for_now_leaves_a_request_that_points_back(press: Equipment) -> None:
    job = make_job(press)
    repair(job, outcome=RepairOutcome.TEMPORARY, left="Weld the bracket")
    left = MaintenanceRequest.objects.get(follows=job)
    assert (left.text, left.status, left.urgency) == ("Weld the bracket", "requested", "week")
    sign(job)
    assert broken() == []


def test_the_signature_covers_what_was_shown(press: Equipment, site: Site) -> None:
    job = make_job(press)
    with pytest.raises(Conflict, match="Finish the work first"):
        sign(job)
    repair(job)
    user = make_technician(site)
    sign(job, user)
    with pytest.raises(Conflict, match="signed off already"):
        sign(job, user)
    with pytest.raises(IntegrityError, match="handed_back_is_signed"), acting(), transaction.atomic():
        MaintenanceJob.objects.filter(pk=job.pk).update(signature=None)


def test_a_part_is_reserved_issued_and_booked_on_the_job(press: Equipment, site: Site) -> None:
    store = PartStore(site, 2)
    job = make_job(press)
    assert maintenance_part.ask_for(SYSTEM, job.pk, store.part, Decimal(1)) == []
    with pytest.raises(Conflict, match="Begin"):
        maintenance_part.issue(SYSTEM, job.pk, op_uuid=uuid.uuid4())
    maintenance_job.arrive(SYSTEM, job.pk)
    key = uuid.uuid4()
    assert maintenance_part.issue(SYSTEM, job.pk, op_uuid=key) == 1
    assert maintenance_part.issue(SYSTEM, job.pk, op_uuid=key) == 1  # the same act

    move = StockMove.objects.get(kind="consumed")
    assert (move.quantity, move.lot, move.job_response.job_order_id) == (Decimal(-1), store.lot, job.pk)  # type: ignore[union-attr]
    assert StockBalance.objects.get(lot=store.lot).quantity == 1
    with pytest.raises(Conflict, match="Nothing is reserved"):
        maintenance_part.issue(SYSTEM, job.pk, op_uuid=uuid.uuid4())
    (short,) = maintenance_part.ask_for(SYSTEM, job.pk, store.part, Decimal(3))
    assert (short.needed, short.reserved) == (3, 1)
    assert broken() == []


def test_a_job_that_is_given_up_frees_request_parts_and_machine(press: Equipment, site: Site) -> None:
    store = PartStore(site)
    production = job_of(make_order(site, machine=press))
    job = make_job(press)
    maintenance_part.ask_for(SYSTEM, job.pk, store.part, Decimal(1))
    maintenance_job.arrive(SYSTEM, job.pk)
    maintenance_job.wait(SYSTEM, job.pk, WaitReason.PERMIT)

    maintenance_job.cancel(SYSTEM, job.pk, reason="Wrong machine")
    relay.drain()

    job = fresh(job)
    assert (job.job_order.status, job.request and job.request.status) == ("aborted", "requested")
    assert not StockReservation.objects.filter(released_at=None).exists()
    assert [each for each in in_the_way(production, job.reported_at) if each.source.startswith("maintenance")] == []
    assert maintenance_job.accept(SYSTEM, job.request_id or 0).pk != job.pk
    assert broken() == []


def test_a_job_that_is_cancelled_on_the_spine_is_given_up_here(press: Equipment) -> None:
    job = make_job(press)
    job_order.command(SYSTEM, job.pk, JobOrderCommand.CANCEL, reason="Not needed")
    relay.drain()
    assert fresh(job).given_up_at is not None
    assert fresh(job).request.status == "requested"  # type: ignore[union-attr]
    assert broken() == []


def test_a_job_begun_on_the_spine_has_arrived_and_is_finished_here_only(press: Equipment) -> None:
    job = make_job(press)
    job_order.command(SYSTEM, job.pk, JobOrderCommand.START)
    assert fresh(job).arrived_at is not None
    with pytest.raises(Conflict, match="maintenance page"):
        job_order.command(SYSTEM, job.pk, JobOrderCommand.FINISH)
    assert JobOrder.objects.get(pk=job.pk).status == JobOrderStatus.RUNNING


def test_an_outdated_page_changes_nothing(press: Equipment) -> None:
    job = make_job(press)
    maintenance_job.arrive(SYSTEM, job.pk, version=job.version)
    with pytest.raises(Stale):
        handing_back.repaired(SYSTEM, job.pk, Repair(RepairOutcome.FULL), version=job.version)
    with pytest.raises(IllegalTransition):
        maintenance_job.arrive(SYSTEM, job.pk)


def test_three_people_and_each_act(press: Equipment, site: Site) -> None:
    job = make_job(press)
    people = {
        "operator": make_user("op", site=site, permissions=("maintenance.view", "maintenance.request_maintenance")),
        "colleague": make_user("kim", site=site, permissions=("maintenance.view",)),
        "outsider": make_user("out"),
    }
    new = NewMaintenanceJob(press, MaintenanceKind.INSPECTION, "Look")
    for user in people.values():
        who = actor_for_user(user)
        for act in (
            lambda: maintenance_job.arrive(who, job.pk),  # noqa: B023
            lambda: maintenance_job.wait(who, job.pk, WaitReason.PARTS),  # noqa: B023
            lambda: maintenance_job.cancel(who, job.pk, reason="no time"),  # noqa: B023
            lambda: maintenance_job.assign(who, job.pk, None),  # noqa: B023
            lambda: handing_back.repaired(who, job.pk, Repair(RepairOutcome.FULL)),  # noqa: B023
            lambda: maintenance_part.issue(who, job.pk, op_uuid=uuid.uuid4()),  # noqa: B023
            lambda: maintenance_job.plan_job(who, new),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()
    assert fresh(job).version == job.version


def test_who_repairs_and_does_not_release_does_not_sign(press: Equipment, site: Site) -> None:
    job = make_job(press)
    repair(job)
    user: User = make_user(
        "lena", site=site, permissions=("maintenance.view", "maintenance.execute_job", "accounts.sign_record"),
        password="correct horse battery staple",
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        sign(job, user)
    assert fresh(job).handed_back_at is None
