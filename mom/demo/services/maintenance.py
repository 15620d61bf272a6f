"""The demo's maintenance: spare parts, plans by calendar and by count, repairs with their causes, an open call."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from inventory.services import lots, stock
from inventory.services.lots import NewLot
from maintenance.engine.terms import MaintenanceKind, MeterKind, RepairOutcome, StepKind, Urgency
from maintenance.models import JobPlan, MaintenanceJob, MaintenancePlan
from maintenance.services import (
    handing_back,
    job_plan,
    maintenance_job,
    maintenance_part,
    maintenance_plan,
    maintenance_request,
    maintenance_step,
    plan_generation,
)
from maintenance.services.handing_back import Repair
from maintenance.services.job_plan import NewStep, NewVersion
from maintenance.services.maintenance_plan import PlanTerms
from maintenance.services.maintenance_request import NewRequest
from maintenance.services.maintenance_step import Answer
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signature import challenge_for
from mom.accounts.services.signer import prove_signer
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.demo.engine import maintenance, norrtal
from mom.demo.services.plant import KEPT_FOR, DemoPlant
from mom.plant import public as plant
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment, MaterialClass, MaterialDefinition

ACTOR = system_actor("demo")
KEY = uuid.UUID("7a0d2d5e-93a1-4b77-8f0e-2c5f1f1f8a44")
SESSION = "demo"
WEEK = timedelta(days=7)
BEFORE = timedelta(hours=2)
"""So long ago the weekly service came due."""
CHECKED_FOR = timedelta(minutes=6)
"""From the repair to the signature."""


def add_maintenance(built: DemoPlant) -> None:
    """All of it but the signatures, each act at its time. Without the demo's technician nobody repaired anything."""
    now = clock.now()
    with clock.telling(now - KEPT_FOR):
        _add_parts(built)
        service = _add_job_plan(built, maintenance.JOB_PLAN, maintenance.STEPS)
        mould = _add_job_plan(built, maintenance.MOULD_PLAN, maintenance.MOULD_STEPS)
        weekly = _add_weekly(built, service, now)
    technician = User.objects.filter(person=built.people[maintenance.TECHNICIAN], is_demo=True).first()
    if technician is not None:
        for number, repair in enumerate(maintenance.REPAIRS):
            _repair(built, technician, repair, now - timedelta(hours=repair.hours_ago), _repair_key(built.site, number))
        _do_weekly(technician, weekly, now - WEEK)
        _take_in_hand(built, technician, mould, now)
    code, machine, name, pieces = maintenance.BY_PIECES
    terms = PlanTerms(meter_kind=MeterKind.PIECES, meter_interval=pieces, tolerance=timedelta(days=3))
    maintenance_plan.add(ACTOR, built.equipment[machine], mould, code, terms, name=name)
    machine, symptom, urgency, words = maintenance.OPEN_CALL
    call = NewRequest(symptom, Urgency(urgency), words)
    with clock.telling(now - timedelta(minutes=35)):
        maintenance_request.report(ACTOR, built.equipment[machine], call, op_uuid=_key(built, "call"))


def _add_parts(built: DemoPlant) -> None:
    code, name = maintenance.SHELF
    zone = Equipment.objects.get(site=built.site, code="STORE")
    with use_case(ACTOR) as act:
        shelf = plant.add_master_data(
            act,
            Equipment,
            built.site,
            code=code,
            name=name,
            level=EquipmentLevel.STORAGE_UNIT,
            parent=zone,
            position=90,
        )
        spares = plant.add_master_data(
            act, MaterialClass, built.site, code=maintenance.PART_CLASS[0], name=maintenance.PART_CLASS[1]
        )
        for part, words, *_rest in maintenance.PARTS:
            built.materials[part] = plant.add_master_data(
                act, MaterialDefinition, built.site, code=part, name=words, tracking="lot", classes=[spares]
            )
    place = stock.storage_add(ACTOR, shelf)
    for part, _words, lot, supplier_lot, many in maintenance.PARTS:
        new = NewLot(lot, supplier_lot)
        lots.receive_lot(ACTOR, place, built.materials[part], Decimal(many), new, op_uuid=_key(built, lot))


def _add_job_plan(
    built: DemoPlant, plan: tuple[str, str, timedelta], steps: Sequence[tuple[str, str, str, str, str]]
) -> JobPlan:
    code, name, duration = plan
    found = [
        NewStep(words, StepKind(kind), unit, Decimal(low) if low else None, Decimal(high) if high else None)
        for words, kind, unit, low, high in steps
    ]
    return job_plan.add(ACTOR, built.site, code, name, NewVersion(duration, found))


def _add_weekly(built: DemoPlant, service: JobPlan, now: datetime) -> int:
    """The plan that was done a week ago and is due again since two hours."""
    code, machine, name, rule = maintenance.WEEKLY
    terms = PlanTerms(rule=rule, starts_at=now - WEEK - BEFORE)
    return maintenance_plan.add(ACTOR, built.equipment[machine], service, code, terms, name=name).pk


def _do_weekly(technician: User, plan_id: int, at: datetime) -> None:
    actor = actor_for_user(technician)
    with clock.telling(at):
        plan_generation.generate(ACTOR, plan_id)
        job = MaintenanceJob.objects.get(occurrence__plan=plan_id)
        maintenance_job.arrive(actor, job.pk)
    with clock.telling(at + timedelta(minutes=31)):
        for step in job.steps.order_by("position"):
            given = Answer(number=Decimal("4.6")) if step.kind == StepKind.NUMBER else Answer(passed=True)
            maintenance_step.answer(actor, job.pk, step.position, given)
        handing_back.repaired(actor, job.pk, Repair(RepairOutcome.FULL, "Filter changed, 4.6 bar"))


def _repair(built: DemoPlant, technician: User, told: maintenance.Repair, at: datetime, key: uuid.UUID) -> None:
    """From the call until it runs again, as the minutes say."""
    actor, minute = actor_for_user(technician), timedelta(minutes=1)
    with clock.telling(at):
        call = NewRequest(told.symptom, Urgency.NOW, told.said)
        request = maintenance_request.report(ACTOR, built.equipment[told.machine], call, op_uuid=key)
    with clock.telling(at + told.accepted * minute):
        job = maintenance_job.accept(actor, request.pk)
    with clock.telling(at + told.arrived * minute):
        maintenance_job.arrive(actor, job.pk)
        if told.part:
            maintenance_part.ask_for(actor, job.pk, built.materials[told.part], Decimal(1))
            maintenance_part.issue(actor, job.pk, op_uuid=uuid.uuid5(key, "part"))
    with clock.telling(at + told.repaired * minute):
        done = Repair(RepairOutcome.FULL, told.finding, mechanism=told.mechanism, cause=told.cause)
        handing_back.repaired(actor, job.pk, done)


def sign_repairs(site: Site) -> None:
    """The demo's technician signs what was repaired, so that its machines are production's again.

    A proof of who signs is counted in transactions of its own, so this follows the plant and is taken up again by the
    next start where it was interrupted. Only the demo's own jobs, only by its own person with the printed password.
    """
    technician = User.objects.filter(person__site=site, person__code=maintenance.TECHNICIAN, is_demo=True).first()
    first = Q(occurrence__plan__code=maintenance.WEEKLY[0], occurrence__number=1)
    ours = Q(request__op_uuid__in=[_repair_key(site, number) for number in range(len(maintenance.REPAIRS))]) | first
    rows = MaintenanceJob.objects.select_related("site", "equipment").filter(ours, site=site, handed_back_at=None)
    if technician is None or not technician.check_password(norrtal.PASSWORD):
        return
    for job in rows.exclude(repaired_at=None).order_by("repaired_at"):
        with clock.telling((job.repaired_at or job.reported_at) + CHECKED_FOR):
            _sign_off(technician, job)
    for plan in MaintenancePlan.objects.filter(site=site, code=maintenance.WEEKLY[0]):
        plan_generation.generate(ACTOR, plan.pk)


def _take_in_hand(built: DemoPlant, technician: User, service: JobPlan, now: datetime) -> None:
    """A machine that is maintenance's at this moment: its order waits until somebody signs."""
    machine, operation, since = maintenance.IN_HAND
    new = maintenance_job.NewMaintenanceJob(
        built.equipment[machine], MaintenanceKind.PREVENTIVE, operation, service.versions.get()
    )
    with clock.telling(now - timedelta(minutes=since)):
        job = maintenance_job.plan_job(ACTOR, new)
        maintenance_job.arrive(actor_for_user(technician), job.pk)


def _sign_off(technician: User, job: MaintenanceJob) -> None:
    actor = actor_for_user(technician)
    challenge = challenge_for(
        actor, session=SESSION, subject=job, content=handing_back.signed_content(job),
        version=handing_back.signed_version(job),
    )  # fmt: skip
    credentials = prove_signer(
        actor, site=job.site, subject=job, secret=norrtal.PASSWORD, challenge=challenge, session=SESSION,
        name=technician.username,
    )  # fmt: skip
    handing_back.sign_off(actor, job.pk, credentials=credentials, reason="Tested, runs")


def _repair_key(site: Site, number: int) -> uuid.UUID:
    return uuid.uuid5(KEY, f"{site.pk}:repair:{number}")


def _key(built: DemoPlant, of: str) -> uuid.UUID:
    return uuid.uuid5(KEY, f"{built.site.pk}:{of}")
