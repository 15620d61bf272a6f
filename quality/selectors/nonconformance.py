"""Nonconformances with their lots in doubt and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from quality import permissions
from quality.models import Disposition, Nonconformance, NonconformanceLine, Sample


@dataclass(frozen=True)
class LineView:
    """A lot in doubt, what was decided of it, and what is left to decide."""

    line: NonconformanceLine
    decided: Sequence[Disposition]
    left: Decimal

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide yet."""
        return self.left > 0 or not self.decided


def open_rework() -> QuerySet[Disposition]:
    """The decisions of the outer statement's nonconformance whose rework or repair still goes on."""
    statuses = [status.value for status in OPEN_JOB_ORDER_STATUSES]
    rows = Disposition.objects.filter(nonconformance=OuterRef("pk"), rework_job__status__in=statuses)
    return rows.order_by("rework_job__code")


def with_lines(rows: QuerySet[Nonconformance]) -> QuerySet[Nonconformance]:
    """The same with lots and decisions: two statements more for however many."""
    lines = NonconformanceLine.objects.select_related("lot", "hold", "job_order").order_by("id")
    decided = Disposition.objects.select_related("rework_job", "signature").order_by("id")
    parts = Prefetch("lines", lines.prefetch_related(Prefetch("dispositions", decided)))
    related = ("site", "material", "equipment", "job_order", "characteristic", "chart")
    return rows.select_related(*related).prefetch_related(parts)


def nonconformance_list(actor: Actor, site: Site) -> QuerySet[Nonconformance]:
    """The site's nonconformances, with `lots` (how many are in doubt) and `has_open_rework`. No statement."""
    rows = for_actor(Nonconformance.objects.filter(site=site), actor, permissions.VIEW)
    rows = rows.select_related("material", "equipment", "job_order")
    return rows.annotate(lots=Count("lines"), has_open_rework=Exists(open_rework()))


def nonconformance_get(actor: Actor, site: Site, code: str) -> Nonconformance:
    """One nonconformance with everything. Raises: NotFound."""
    rows = for_actor(Nonconformance.objects.filter(site=site), actor, permissions.VIEW)
    found = with_lines(rows).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def line_views(ncr: Nonconformance) -> list[LineView]:
    """Its lots as pages show them. No statement, where it was read with its lines."""
    views = []
    for line in ncr.lines.all():
        decided = list(line.dispositions.all())
        views.append(LineView(line, decided, line.quantity - sum((each.quantity for each in decided), Decimal(0))))
    return views


def samples_of(ncr: Nonconformance) -> list[Sample]:
    """The samples that it was found by, newest first, at most fifty. One statement."""
    rows = Sample.objects.filter(nonconformance=ncr).select_related("characteristic", "job_order", "lot", "person")
    return list(rows.order_by("-number")[:50])
