"""Which control plan watches a job, and which of its characteristics."""

from collections.abc import Sequence
from decimal import Decimal

from mom.work.engine.terms import OUTPUT_USES
from mom.work.models import JobOrder, JobRequirement
from quality.engine.terms import PlanStatus
from quality.models import Characteristic


def main_output(job: JobOrder) -> JobRequirement | None:
    """What a job makes first of all, with its totals. One statement."""
    rows = JobRequirement.objects.filter(job_order=job, material_use__in=OUTPUT_USES, definition__isnull=False)
    return rows.select_related("total", "definition").order_by("position", "id").first()


def watched(job: JobOrder, material_id: int) -> list[Characteristic]:
    """What the approved control plan of a material inspects at this operation and machine, in order. One statement."""
    rows = Characteristic.objects.filter(
        control_plan__site=job.site_id, control_plan__material=material_id, control_plan__status=PlanStatus.APPROVED
    )
    found = rows.select_related("control_plan__material", "site", "equipment").order_by("position")
    return [each for each in found if is_here(each, job)]


def is_here(characteristic: Characteristic, job: JobOrder) -> bool:
    """Whether a characteristic is inspected at a job's operation and machine; one that names none is everywhere."""
    operation, machine = characteristic.operation.strip().casefold(), characteristic.equipment_id
    return operation in {"", job.operation.strip().casefold()} and machine in {None, job.equipment_id}


def made_so_far(output: JobRequirement) -> Decimal:
    """How many pieces a job has reported, good or not."""
    total = getattr(output, "total", None)
    return sum((total.good, total.scrap, total.rework, total.review), Decimal(0)) if total else Decimal(0)


def by_cause(found: Sequence[Characteristic]) -> dict[str, list[Characteristic]]:
    """The characteristics by what makes them come due: `first_off`, `pieces:50`, `time:30`, `setup`, `stop:5`."""
    groups: dict[str, list[Characteristic]] = {}
    for each in found:
        names = [
            *(["first_off"] if each.is_first_off else []),
            *([f"pieces:{each.every_pieces}"] if each.every_pieces else []),
            *([f"time:{each.every_minutes}"] if each.every_minutes else []),
            *(["setup"] if each.is_after_setup else []),
            *([f"stop:{each.after_stop_minutes}"] if each.after_stop_minutes is not None else []),
        ]
        for name in names:
            groups.setdefault(name, []).append(each)
    return groups
