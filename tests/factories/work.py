"""Orders, jobs and what was reported on them, written beside the services: for tests of what reads them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from mom.accounts.models import Site
from mom.core import clock
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import (
    JobOrderStatus,
    MaterialUse,
    OperationsType,
    QuantityKind,
    ResourceKind,
    WorkKind,
    WorkRequestStatus,
)
from mom.work.models import JobOrder, JobRequirement, JobResponse, QuantityReport, WorkRequest
from production.models import ProductionRequest
from tests.factories.plant import make_equipment, make_material, next_code

MONDAY_SIX = datetime(2026, 3, 2, 6, tzinfo=UTC)


def make_work_request(site: Site, code: str = "", **fields: object) -> WorkRequest:
    """A released production order without its production part."""
    plain = {
        "operations_type": OperationsType.PRODUCTION,
        "status": WorkRequestStatus.RELEASED,
        "created_at": clock.now(),
    }
    with acting():
        return WorkRequest.objects.create(site=site, code=code or next_code("WO"), **{**plain, **fields})


def make_production_request(
    site: Site, code: str = "", *, material: MaterialDefinition | None = None, quantity: int = 100, **fields: object
) -> ProductionRequest:
    """An order for so many pieces of a part."""
    definition = material or make_material(site)
    request = make_work_request(site, code, **fields)
    with acting():
        return ProductionRequest.objects.create(
            site=site, work_request=request, definition=definition, quantity=Decimal(quantity), unit=definition.unit
        )


def make_job_order(
    site: Site, *, work_request: WorkRequest | None = None, equipment: Equipment | None = None, **fields: object
) -> JobOrder:
    """A job that may start, at a machine."""
    request = work_request or make_work_request(site)
    plain = {
        "code": next_code(request.code),
        "operations_type": request.operations_type,
        "operation": "Turning",
        "status": JobOrderStatus.READY,
        "created_at": clock.now(),
    }
    place = equipment or make_equipment(site)
    with acting():
        return JobOrder.objects.create(site=site, work_request=request, equipment=place, **{**plain, **fields})


def make_output(
    job_order: JobOrder, material: MaterialDefinition | None = None, *, quantity: int = 100, **fields: object
) -> JobRequirement:
    """What a job makes."""
    definition = material or make_material(job_order.site)
    plain = {"resource_kind": ResourceKind.MATERIAL, "material_use": MaterialUse.PRODUCED, "unit": definition.unit}
    with acting():
        return JobRequirement.objects.create(
            site=job_order.site,
            job_order=job_order,
            definition=definition,
            quantity=Decimal(quantity),
            **{**plain, **fields},
        )


def make_job_response(
    job_order: JobOrder, *, started_at: datetime = MONDAY_SIX, minutes: int | None = 60, **fields: object
) -> JobResponse:
    """An hour of work on a job at its machine; `minutes=None` is still open."""
    duration = None if minutes is None else timedelta(minutes=minutes)
    plain = {
        "equipment": job_order.equipment,
        "work_kind": WorkKind.PRODUCTION,
        "ended_at": None if duration is None else started_at + duration,
        "duration": duration,
        "op_uuid": uuid4(),
        "recorded_at": clock.now(),
        "recorded_by": "test",
    }
    with acting():
        return JobResponse.objects.create(
            site=job_order.site, job_order=job_order, started_at=started_at, **{**plain, **fields}
        )


def make_quantity_report(
    output: JobRequirement, quantity: int, kind: QuantityKind = QuantityKind.GOOD, **fields: object
) -> QuantityReport:
    """So many pieces of an output, good unless said otherwise."""
    plain = {"occurred_at": MONDAY_SIX, "op_uuid": uuid4(), "recorded_at": clock.now(), "recorded_by": "test"}
    with acting():
        return QuantityReport.objects.create(
            site=output.site,
            output=output,
            kind=kind,
            quantity=Decimal(quantity),
            unit=output.unit,
            **{**plain, **fields},
        )
