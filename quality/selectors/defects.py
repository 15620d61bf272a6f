"""Pieces that were not right: reported as scrap or rework, or decided of in a nonconformance."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from mom.accounts.models import Site
from mom.work.engine.terms import JobOrigin, QuantityKind
from mom.work.models import QuantityReport
from quality.engine.defects import Defect, Ranked, ranked
from quality.engine.terms import DispositionKind
from quality.models import Disposition
from quality.selectors.first_pass import rework_jobs

REPORTED = (QuantityKind.SCRAP, QuantityKind.REWORK)


class By(StrEnum):
    """What defects are ranked by. The key of a machine or product is its code, of a type its name."""

    TYPE = "type"
    MACHINE = "machine"
    PRODUCT = "product"


_OF_REPORT: dict[By, Any] = {
    By.TYPE: Coalesce(NullIf(F("reason__name"), Value("")), F("reason__code")),
    By.MACHINE: Coalesce(F("job_response__equipment__code"), F("output__job_order__equipment__code")),
    By.PRODUCT: F("output__definition__code"),
}
_OF_DECISION: dict[By, Any] = {
    By.TYPE: F("nonconformance__characteristic__name"),
    By.MACHINE: Coalesce(F("nonconformance__equipment__code"), F("line__job_order__equipment__code")),
    By.PRODUCT: F("nonconformance__material__code"),
}


def defects(site: Site, start: datetime, end: datetime, by: By = By.TYPE) -> Ranked:
    """The defects of [start, end): reports by when it happened, decisions by when they were signed. Two statements.

    A type is the reason that was reported, or the characteristic of the nonconformance. What rework jobs report, and
    what is decided of it, was counted when it was found first. Pieces that are used as they are are no defects.
    """
    return ranked([*_reported(site, start, end, by), *_decided(site, start, end, by)])


def _reported(site: Site, start: datetime, end: datetime, by: By) -> list[Defect]:
    rows = QuantityReport.objects.filter(
        site=site, kind__in=REPORTED, occurred_at__gte=start, occurred_at__lt=end, output__isnull=False
    )
    rows = _made_first(rows, "output__job_order", site)
    # A reversal has the instant of what it takes back, so both fall into the same days.
    events = Count("pk", filter=Q(reverses=None)) - Count("pk", filter=Q(reverses__isnull=False))
    named = rows.order_by().values(key=_OF_REPORT[by], in_unit=F("unit"))
    return _rows(named.annotate(pieces=Sum("quantity"), events=events))


def _decided(site: Site, start: datetime, end: datetime, by: By) -> list[Defect]:
    rows = Disposition.objects.filter(site=site, quantity__gt=0, decided_at__gte=start, decided_at__lt=end)
    rows = _made_first(rows.exclude(kind=DispositionKind.USE_AS_IS), "line__job_order", site)
    named = rows.order_by().values(key=_OF_DECISION[by], in_unit=F("unit"))
    return _rows(named.annotate(pieces=Sum("quantity"), events=Count("nonconformance", distinct=True)))


def _made_first(rows: QuerySet[Any], job: str, site: Site) -> QuerySet[Any]:
    return rows.exclude(**{f"{job}__origin": JobOrigin.REWORK}).exclude(**{f"{job}__in": rework_jobs(site)})


def _rows(named: Any) -> list[Defect]:
    return [Defect(row["key"] or "", row["in_unit"], row["pieces"], row["events"]) for row in named]
