"""A shop with a press, a store with spare parts, and the acts of its people in a few words."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.models import StorageLocation
from inventory.services import stock
from maintenance.engine.terms import MeterKind, RepairOutcome, StepKind, Urgency
from maintenance.models import JobPlan, MaintenanceJob, MaintenancePlan, MaintenanceRequest, PlanOccurrence
from maintenance.services import (
    handing_back,
    job_plan,
    maintenance_job,
    maintenance_plan,
    maintenance_request,
    plan_generation,
)
from maintenance.services.handing_back import Repair
from maintenance.services.job_plan import NewStep, NewVersion
from maintenance.services.maintenance_plan import PlanTerms
from maintenance.services.maintenance_request import NewRequest
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.core.use_case import Subject
from mom.floor.models import FloorMessage
from mom.floor.services.ingest_rows import forget_open_days, open_days
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from tests.accounts.signing import PASSWORD, proven, shown_to
from tests.factories.accounts import make_user
from tests.factories.messages_in import make_source
from tests.factories.plant import next_code
from tests.factories.work import make_machine, make_material

SYSTEM = system_actor("test")
TECHNICIAN = (
    "maintenance.view", "maintenance.execute_job", "maintenance.release_machine", "maintenance.request_maintenance",
    "maintenance.plan_maintenance", "accounts.sign_record", "work.view", "inventory.view", "plant.view",
)  # fmt: skip
STEPS = (NewStep("Lock out, tag"), NewStep("Pressure at 6 bar", StepKind.NUMBER, "BAR", Decimal(4), Decimal(8)))


def make_technician(site: Site, name: str = "tomasz") -> User:
    """Somebody who repairs, keeps plans and signs."""
    found = User.objects.filter(username=name).first()
    return found or make_user(name, site=site, permissions=TECHNICIAN, password=PASSWORD)


def make_request(
    machine: Equipment, symptom: str = "ELU", *, actor: Actor = SYSTEM, urgency: Urgency = Urgency.NOW, **said: Any
) -> MaintenanceRequest:
    """Somebody at the machine calls."""
    return maintenance_request.report(actor, machine, NewRequest(symptom, urgency, **said), op_uuid=uuid.uuid4())


def make_job(machine: Equipment | None = None, *, site: Site | None = None) -> MaintenanceJob:
    """A repair that somebody took."""
    machine = machine or make_machine(site or Site.objects.get(), next_code("PRESS"))
    return maintenance_job.accept(SYSTEM, make_request(machine).pk)


def repair(job: MaintenanceJob, **said: Any) -> MaintenanceJob:
    """Come, and mend it."""
    if job.arrived_at is None:
        maintenance_job.arrive(SYSTEM, job.pk)
    told = {"outcome": RepairOutcome.FULL, "finding": "Hose renewed", "mechanism": "1.1", "cause": "3.4", **said}
    return handing_back.repaired(SYSTEM, job.pk, Repair(**told))


def sign(job: MaintenanceJob, signer: User | None = None) -> MaintenanceJob:
    """Sign it off: the machine is production's again."""
    user = signer or make_technician(job.site)
    job = MaintenanceJob.objects.select_related("site", "equipment").get(pk=job.pk)
    subject = Subject.of(job)
    shown = shown_to(
        user, subject=subject, content=handing_back.signed_content(job), version=handing_back.signed_version(job)
    )
    credentials = proven(user, job.site, shown, subject=subject)
    return handing_back.sign_off(actor_for_user(user), job.pk, credentials=credentials, reason="Tested at 6 bar")


def make_job_plan(site: Site, code: str = "", steps: Sequence[NewStep] = STEPS, **more: Any) -> JobPlan:
    """The service of a press: half an hour, two steps."""
    new = NewVersion(**{"duration": timedelta(minutes=30), "steps": steps, **more})
    return job_plan.add(SYSTEM, site, code or next_code("JP"), "Service", new)


def make_plan(machine: Equipment, code: str = "", *, job_plan: JobPlan | None = None, **terms: Any) -> MaintenancePlan:
    """A plan on a machine: by calendar every week unless told otherwise."""
    if not terms:
        terms = {"rule": "FREQ=WEEKLY", "starts_at": clock.now() + timedelta(days=3)}
    plan_of_work = job_plan or make_job_plan(machine.site)
    return maintenance_plan.add(SYSTEM, machine, plan_of_work, code or next_code("PM"), PlanTerms(**terms))


def make_meter_plan(
    machine: Equipment, every: int, kind: MeterKind = MeterKind.CYCLES, **terms: Any
) -> MaintenancePlan:
    """A plan by the machine's own count."""
    return make_plan(machine, meter_kind=kind, meter_interval=Decimal(every), **terms)


def make_due_date(site: Site) -> PlanOccurrence:
    """A plan that came due, with its job."""
    plan = make_plan(make_machine(site, next_code("PRESS")), rule="FREQ=YEARLY", starts_at=clock.now())
    plan_generation.generate(SYSTEM, plan.pk)
    return PlanOccurrence.objects.get(plan=plan)


def tell_cycles(machine: Equipment, many: int, at: datetime | None = None) -> None:
    """The machine says that it made so many strokes, one after the other."""
    _tell(machine, [{"kind": "cycle", "value": 1}] * many, at)


def tell_counter(machine: Equipment, *readings: int, at: datetime | None = None) -> None:
    """The machine's counter of all pieces shows these, one after the other."""
    _tell(machine, [{"kind": "count", "name": "total", "value": reading} for reading in readings], at)


def _tell(machine: Equipment, said: Sequence[dict[str, Any]], at: datetime | None) -> None:
    now = clock.now()
    start = at or now - timedelta(milliseconds=10 * len(said) + 1)
    forget_open_days()
    open_days([start.date(), now.date()])
    source = make_source(machine.site)
    FloorMessage.objects.bulk_create(
        FloorMessage(
            site=machine.site, source=source, equipment=machine, received_at=now,
            occurred_at=start + timedelta(milliseconds=10 * number),
            key=uuid.uuid4(), **each,
        )
        for number, each in enumerate(said)
    )  # fmt: skip


class PartStore:
    """A store with one place and a spare part in a lot."""

    def __init__(self, site: Site, quantity: int = 5, tag: str = "") -> None:
        self.site = site
        with acting():
            place = Equipment.objects.create(site=site, code=f"{tag}STORE", level="storage_unit")
            self.place = StorageLocation.objects.create(site=site, equipment=place)
        self.part: MaterialDefinition = make_material(site, f"{tag}PUMP-640", tracking="lot")
        with acting():
            self.lot = MaterialLot.objects.create(site=site, definition=self.part, code=f"{tag}L-1")
        stock.receive(SYSTEM, self.place, self.part, Decimal(quantity), op_uuid=uuid.uuid4(), lot=self.lot)
