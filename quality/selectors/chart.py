"""Control charts as they are read: points, limits, what a rule says in words, capability."""

from django.db.models import QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.models import ControlChart, ControlLimits, Sample


def on_chart(chart: ControlChart) -> QuerySet[Sample]:
    """The samples of a chart that stand, in their order; what was taken back is none. No statement of its own."""
    return Sample.objects.filter(chart=chart, reverses=None, reversal=None).order_by("number")


def limits_of(chart: ControlChart) -> ControlLimits | None:
    """The limits that hold now. One statement."""
    return ControlLimits.objects.filter(chart=chart).order_by("-phase").first()


def chart_list(actor: Actor, site: Site) -> QuerySet[ControlChart]:
    """The site's charts. No statement of its own."""
    rows = for_actor(ControlChart.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("site", "material", "equipment")


def chart_get(actor: Actor, site: Site, pk: int) -> ControlChart:
    """One chart. Raises: NotFound."""
    found = chart_list(actor, site).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
