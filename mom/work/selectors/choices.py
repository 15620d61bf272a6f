"""What forms of the floor offer: the people and the reasons of a site."""

from collections.abc import Iterable

from mom.accounts.models import Site
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Person, Reason

Choices = list[tuple[int, str]]


def people_choices(site: Site) -> Choices:
    """Everybody who works at the site now, by code. One statement."""
    rows = Person.objects.filter(site=site, is_active=True).order_by("code")
    return [(pk, f"{code} {name}".strip()) for pk, code, name in rows.values_list("pk", "code", "name")]


def reason_choices(site: Site, kinds: Iterable[ReasonKind] = (ReasonKind.SCRAP, ReasonKind.REWORK)) -> Choices:
    """The site's reasons of these kinds, in their order. One statement."""
    rows = Reason.objects.filter(site=site, is_active=True, kind__in=list(kinds)).order_by("kind", "position", "code")
    return [(pk, name or code) for pk, code, name in rows.values_list("pk", "code", "name")]
