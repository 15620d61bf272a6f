"""Cards that figures add to the pages of machines, people and materials."""

from typing import Any

from django.db.models import DurationField, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.engine.book import BOOK
from analytics.engine.kpi import Kpi
from analytics.engine.parts import Parts, total
from analytics.models import WorkBucket
from analytics.selectors.flow import breakdown_pareto
from analytics.selectors.slices import Only, parts_total, slice_list
from analytics.views import drawings
from analytics.views.kpi import number_and_unit, printed
from analytics.views.machine import machine_panel
from analytics.views.window import chosen_window
from mom.core import charts, clock
from mom.core.web.tables import Column
from mom.plant.engine.calendar import local_day
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.plant.panels import Panel, register_column, register_panel

TILES = {
    "machine": (
        "load",
        "reported_setup_ratio",
        "corrective_downtime",
        "reported_quality_ratio",
        "completed_quantity",
        "scrap_quantity",
    ),
    "person": (
        "load",
        "reported_setup_ratio",
        "reported_quality_ratio",
        "completed_quantity",
        "scrap_quantity",
        "rework_quantity",
    ),
    "material": (
        "load",
        "reported_quality_ratio",
        "completed_quantity",
        "scrap_quantity",
        "orders_finished",
        "order_lead_time",
    ),
}


def figures_of_machine(request: HttpRequest, machine: Equipment) -> Panel | None:
    """Figures and load over time of a machine."""
    return _figures(request, "machine", Only(equipment=machine.pk))


def figures_of_person(request: HttpRequest, person: Person) -> Panel | None:
    """Figures and load over time of a person."""
    return _figures(request, "person", Only(person=person.pk))


def figures_of_material(request: HttpRequest, material: MaterialDefinition) -> Panel | None:
    """Figures and load over time of a material."""
    return _figures(request, "material", Only(definition=material.pk))


def _figures(request: HttpRequest, kind: str, only: Only) -> Panel | None:
    """Statements do not depend on how long the window is. None for a site that has no data yet."""
    site: Any = request.site
    chosen = chosen_window(site, request.GET, local_day(clock.now(), site.zone))
    if not chosen.has_data:
        return None
    step = drawings.step_for(chosen.window)
    steps = slice_list(site, chosen.window, step, only)
    parts, before = total(each.parts for each in steps), parts_total(site, chosen.window.before(), only)
    context = {
        "chosen": chosen,
        "tiles": [_tile(BOOK[name], parts, before) for name in TILES[kind]],
        "load": drawings.load_over_time(steps, chosen.window, step, charts.FULL),
    }
    return Panel("analytics/panels/figures.html", context, is_wide=True)


def _tile(kpi: Kpi, parts: Parts, before: Parts) -> dict[str, Any]:
    """A figure with its value in the days before, where anything was reported in them."""
    value, unit = number_and_unit(printed(kpi, kpi.of(parts)))
    earlier = printed(kpi, kpi.of(before)) if before.times.total else ""
    return {"kpi": kpi, "value": value, "unit": unit, "before": earlier}


def breakdowns_of_machines(request: HttpRequest, _subject: None) -> Panel | None:
    """The Pareto of machines by breakdown hours; nothing before the first fact."""
    site: Any = request.site
    chosen = chosen_window(site, None, local_day(clock.now(), site.zone))
    if not chosen.has_data:
        return None
    chart = drawings.breakdowns(breakdown_pareto(site, chosen.window))
    return Panel("analytics/panels/breakdowns.html", {"chosen": chosen, "pareto": chart}, is_wide=True)


def with_reported_hours(rows: QuerySet[Equipment]) -> QuerySet[Equipment]:
    """Machines with everything ever reported on them."""
    sums = WorkBucket.objects.filter(equipment=OuterRef("pk")).order_by().values("equipment")
    load = sums.annotate(all=Sum("setup") + Sum("production") + Sum("breakdown") + Sum("other")).values("all")
    broken = sums.annotate(all=Sum("breakdown")).values("all")
    return rows.annotate(
        reported_load=Subquery(load, output_field=DurationField()),
        reported_breakdown=Subquery(broken, output_field=DurationField()),
    )


def register() -> None:
    """Put the cards and columns in their places; called when the app is ready."""
    may = permissions.VIEW
    register_panel("equipment", "now", order=1, permission=may, render=machine_panel)
    register_panel("equipment", "figures", order=10, permission=may, render=figures_of_machine)
    register_panel("person", "figures", order=10, permission=may, render=figures_of_person)
    register_panel("material", "figures", order=10, permission=may, render=figures_of_material)
    register_panel("machines", "breakdowns", order=10, permission=may, render=breakdowns_of_machines)
    load = Column("load", _("Load"), "reported_load", kind="hours", help=_("Everything reported so far."))
    broken = Column(
        "breakdown", _("Breakdown"), "reported_breakdown", kind="hours", help=_("Everything reported so far.")
    )
    register_column("equipment", load, permission=may, annotate=with_reported_hours, order=60)
    register_column("equipment", broken, permission=may, annotate=lambda rows: rows, order=61)
