"""Inspections, with what they ask for and what was measured."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.engine.terms import InspectionStatus
from quality.models import Characteristic, Inspection, InspectionItem, Sample


@dataclass(frozen=True)
class ItemView:
    """What an inspection asks for, and its samples, oldest first."""

    characteristic: Characteristic
    samples: Sequence[Sample]

    @property
    def is_done(self) -> bool:
        """Whether it was measured."""
        return bool(self.samples)


def inspection_rows() -> QuerySet[Inspection]:
    """Inspections with their job and what they ask for."""
    items = InspectionItem.objects.select_related("characteristic").order_by("characteristic__position")
    related = ("site", "job_order", "control_plan__material", "inspected_job__equipment", "inspected_job__work_request")
    return Inspection.objects.select_related(*related).prefetch_related(Prefetch("items", items))


def inspection_list(actor: Actor, site: Site) -> QuerySet[Inspection]:
    """The site's inspections. No statement of its own."""
    rows = Inspection.objects.filter(site=site).select_related(
        "site", "job_order", "control_plan__material", "inspected_job__equipment"
    )
    return for_actor(rows, actor, permissions.VIEW)


def inspection_get(actor: Actor, site: Site, code: str) -> Inspection:
    """One inspection by its number. Raises: NotFound."""
    found = for_actor(inspection_rows().filter(site=site), actor, permissions.VIEW).filter(job_order__code=code).first()
    if found is None:
        raise NotFound
    return found


def item_views(inspection: Inspection) -> list[ItemView]:
    """What it asks for with what was measured. Two statements."""
    taken = Sample.objects.filter(inspection=inspection, reverses=None, reversal=None).select_related("nonconformance")
    by_key: dict[int, list[Sample]] = {}
    for each in taken.order_by("number"):
        by_key.setdefault(each.characteristic_id, []).append(each)
    rows = Characteristic.objects.filter(pk__in=[item.characteristic_id for item in inspection.items.all()])
    found = rows.select_related("control_plan__material", "site", "equipment").order_by("position")
    return [ItemView(each, by_key.get(each.pk, [])) for each in found]


@dataclass(frozen=True)
class DueInspection:
    """An inspection that waits: the number its page has, what is inspected, on which job, since when."""

    code: str
    title: str
    job_id: int
    due_at: datetime
    is_blocking: bool


def due_inspections(jobs: Collection[int]) -> list[DueInspection]:
    """The inspections of these jobs that are due, oldest first. One statement."""
    rows = Inspection.objects.filter(inspected_job__in=jobs, status=InspectionStatus.DUE)
    found = rows.select_related("job_order").order_by("due_at", "job_order")
    return [
        DueInspection(row.job_order.code, row.job_order.operation, row.inspected_job_id, row.due_at, row.is_blocking)
        for row in found
    ]
