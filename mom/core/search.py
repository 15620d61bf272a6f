"""The one box that finds anything: every app registers a provider for the nouns it owns.

    from mom.core import search
    search.register("order", find_orders, permission="production.view_order", label=_("Orders"))

A provider asks with the actor's rights and answers best first; it runs only where the actor holds the permission.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
LEAST_CHARACTERS = 2


@dataclass(frozen=True)
class SearchHit:
    """One thing found: `kind` groups it, `code` is its name, `url` its one page."""

    kind: str
    code: str
    title: Text
    subtitle: Text
    url: str


Provider = Callable[[Any, str, str, int], Iterable[SearchHit]]


@dataclass(frozen=True)
class Source:
    """A registered provider with the heading of its hits."""

    kind: str
    provider: Provider
    permission: str
    label: Text
    order: int


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind, best first."""

    kind: str
    label: Text
    hits: tuple[SearchHit, ...]


_sources: dict[str, Source] = {}


def register(kind: str, provider: Provider, *, permission: str, label: Text, order: int = 50) -> None:
    """Adds the provider of one kind; `provider(actor, site_code, text, limit)`. Registering again replaces it."""
    _sources[kind] = Source(kind, provider, permission, label, order)


def sources() -> list[Source]:
    """Every registered provider, in the order of the results."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.kind))


def find(actor: Any, site: str, text: str, limit: int = 8) -> list[HitGroup]:
    """What `text` may mean at `site` (a code), at most `limit` of each kind; kinds without a hit are left out."""
    text = text.strip()
    if len(text) < LEAST_CHARACTERS:
        return []
    groups = []
    for source in sources():
        if actor.may(source.permission, site):
            hits = tuple(source.provider(actor, site, text, limit))[:limit]
            if hits:
                groups.append(HitGroup(source.kind, source.label, hits))
    return groups


def exact(groups: list[HitGroup], text: str) -> SearchHit | None:
    """The one hit whose code is exactly `text` (a scan, a typed number); None where there is none or more than one."""
    wanted = text.strip().casefold()
    matches = [hit for group in groups for hit in group.hits if hit.code.casefold() == wanted]
    return matches[0] if len(matches) == 1 else None
