"""Nonconformances with their lots in doubt and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
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


def with_lines(rows: QuerySet[Nonconformance]) -> QuerySet[Nonconformance]:
    """The same with lots and decisions: two statements more for however many."""
    lines = NonconformanceLine.objects.select_related("lot", "hold", "job_order").order_by("id")
    decided = Disposition.objects.select_related("rework_job", "signature").order_by("id")
    parts = Prefetch("lines", lines.prefetch_related(Prefetch("dispositions", decided)))
    related = ("site", "material", "equipment", "job_order", "characteristic", "chart")
    return rows.select_related(*related).prefetch_related(parts)


def nonconformance_list(actor: Actor, site: Site) -> QuerySet[Nonconformance]:
    """The site's nonconformances, with `lots`, how many are in doubt. No statement of its own."""
    rows = for_actor(Nonconformance.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("material", "equipment", "job_order").annotate(lots=Count("lines"))


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
