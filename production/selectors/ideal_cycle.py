"""Ideal cycles as people look at them, with what the pieces themselves suggest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from production.models.ideal_cycle import IdealCycle


@dataclass(frozen=True)
class Suggested:
    """The time of a piece that a machine kept up for whole hours, and how much faster than its standard that is."""

    piece: timedelta
    performance: float


Suggest = Callable[[Site, datetime], Mapping[tuple[int, int], Suggested]]
_suggest: dict[str, Suggest] = {}


def register_suggestions(name: str, suggest: Suggest) -> None:
    """Have the storey above, which knows the pieces, say where a standard looks wrong."""
    _suggest[name] = suggest


def suggestions(site: Site, now: datetime) -> dict[tuple[int, int], Suggested]:
    """Where performance above 100 % says that the standard looks wrong: by machine and product."""
    found: dict[tuple[int, int], Suggested] = {}
    for suggest in _suggest.values():
        found.update(suggest(site, now))
    return found


def ideal_cycle_list(actor: Actor, site: Site) -> QuerySet[IdealCycle]:
    """The ideal cycles of a site with product and machine."""
    rows = for_actor(IdealCycle.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("definition", "equipment")


def ideal_cycles(site: Site, at: datetime) -> QuerySet[IdealCycle]:
    """What holds at an instant."""
    rows = IdealCycle.objects.filter(site=site, valid_from__lte=at)
    return rows.filter(Q(valid_until=None) | Q(valid_until__gt=at)).select_related("definition", "equipment")
