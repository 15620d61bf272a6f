"""What was decided of pieces that a job had made: which of them were not right at their first pass, and who makes
them right."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from mom.accounts.models import Site
from mom.work.engine.terms import JobOrigin, OperationsType
from quality.engine.terms import MAKES_JOB, DispositionKind
from quality.models import Disposition

NOT_RIGHT = (*MAKES_JOB, DispositionKind.SCRAP)
"""Decisions by which pieces were not right as they were made. Used as they are, they were; what goes back to its
supplier was not made here."""


@dataclass(frozen=True, slots=True)
class Decided:
    """So many pieces of a job that were not right, by one decision. `machine`: of the job, else of the finding."""

    job: int
    machine: int | None
    order: int
    material: int
    found_at: datetime
    quantity: Decimal
    unit: str


def decided_of_jobs_found(site: Site, start: datetime, end: datetime) -> list[Decided]:
    """All decisions against pieces of production jobs of which anything was found in [start, end), first decided first.

    Those found outside of it come too: what a job holds for review is decided once. One statement.
    """
    rows = _against(site)
    found = _against(site).filter(
        line__job_order=OuterRef("line__job_order"), nonconformance__found_at__gte=start,
        nonconformance__found_at__lt=end,
    )  # fmt: skip
    named: Any = rows.filter(Exists(found)).order_by("pk").values_list(
        "line__job_order_id", Coalesce(F("line__job_order__equipment_id"), F("nonconformance__equipment_id")),
        "line__job_order__work_request_id", "nonconformance__material_id", "nonconformance__found_at", "quantity",
        "unit",
    )  # fmt: skip
    return [Decided(*row) for row in named]


def rework_jobs(site: Site) -> QuerySet[Any]:
    """The keys of jobs that decisions asked for, as a subquery: what they make was made before."""
    return Disposition.objects.filter(site=site, rework_job__isnull=False).order_by().values("rework_job_id")


def _against(site: Site) -> QuerySet[Disposition]:
    """What a rework job made was not right the first time already: decided of again, it is not taken away twice."""
    rows = Disposition.objects.filter(
        site=site, kind__in=NOT_RIGHT, quantity__gt=0, line__job_order__operations_type=OperationsType.PRODUCTION
    )
    return rows.exclude(line__job_order__origin=JobOrigin.REWORK).exclude(line__job_order__in=rework_jobs(site))
