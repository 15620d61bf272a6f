"""The one box that finds anything: every app registers the nouns it owns, one statement looks through all of them.

    from mom.core import search
    search.register("order", permission="work.view", label=_("Orders"), address=order_address, order=10)

The things themselves are kept findable by the trigger `mom.core.db.searchable.Searchable` on their tables. A person
finds what they may see: a noun only where they hold its permission, at that site.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core import clock
from mom.core.selectors import search as entries
from mom.core.selectors.search import LEAST_CHARACTERS, Entry, Match

Text = str | Promise
OUT_OF_USE = _("Out of use")
__all__ = ["LEAST_CHARACTERS", "Entry", "HitGroup", "Match", "SearchHit", "Source", "exact", "find", "register"]


@dataclass(frozen=True)
class SearchHit:
    """One thing found: `kind` groups it, `code` is its name, `url` its one page, `note` says that it is out of use."""

    kind: str
    code: str
    title: Text
    subtitle: Text
    url: str
    match: Match = Match.PREFIX
    note: Text = ""
    site: str = ""
    key: int = 0


@dataclass(frozen=True)
class Source:
    """A registered noun with the heading of its hits and the address of a hit."""

    kind: str
    permission: str
    label: Text
    address: Callable[[Entry], str]
    order: int
    retired: Text
    subject: str


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind, best first."""

    kind: str
    label: Text
    hits: tuple[SearchHit, ...]


_sources: dict[str, Source] = {}


def register(
    kind: str,
    *,
    permission: str,
    label: Text,
    address: Callable[[Entry], str],
    order: int = 50,
    retired: Text = OUT_OF_USE,
    subject: str = "",
) -> None:
    """Adds a noun: `address` gives the page of an entry, `retired` the word that marks what is out of use.

    `subject` is the noun's key in `mom.core.nouns`, where it is another one: aliases are kept under it.
    """
    _sources[kind] = Source(kind, permission, label, address, order, retired, subject or kind)


def sources() -> list[Source]:
    """Every registered noun, in the order of the results."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.kind))


def find(
    actor: Any, sites: str | Iterable[str], text: str, limit: int = 8, kinds: Sequence[str] | None = None
) -> list[HitGroup]:
    """What `text` may mean at the site or sites (codes), at most `limit` of each kind, kinds without a hit left out.

    One statement, whatever the number of kinds and sites; none where the actor may see no kind of them. A group with a
    better hit stands higher; groups alike stand in their own order.
    """
    codes = [sites] if isinstance(sites, str) else sorted(set(sites))
    asked = [source for source in sources() if kinds is None or source.kind in kinds]
    scope = [
        (site, source.kind, source.subject) for site in codes for source in asked if actor.may(source.permission, site)
    ]
    found: dict[str, list[SearchHit]] = defaultdict(list)
    for entry in entries.search(scope, text, limit, clock.now()):
        found[entry.noun].append(_hit(_sources[entry.noun], entry))
    groups = [HitGroup(source.kind, source.label, tuple(found[source.kind])) for source in asked if found[source.kind]]
    return sorted(groups, key=lambda group: min(group.hits[0].match, Match.PREFIX))


def exact(groups: list[HitGroup], text: str) -> SearchHit | None:
    """The one hit whose code is exactly `text` (a scan, a typed number); None where there is none or more than one.

    A thing that is called so comes before things that have it as their second number.
    """
    wanted = text.strip().casefold()
    hits = [hit for group in groups for hit in group.hits]
    for matches in (
        [hit for hit in hits if hit.code.casefold() == wanted],
        [hit for hit in hits if hit.match == Match.EXACT],
    ):
        if matches:
            return matches[0] if len(matches) == 1 else None
    return None


def named_otherwise(actor: Any, site: str, numbers: Iterable[str]) -> list[SearchHit]:
    """The things that another system calls by one of these numbers now (their aliases), as far as the actor may see.

    One statement, and a second one where there are any.
    """
    asked = {source.subject: source.kind for source in sources() if actor.may(source.permission, site)}
    pairs = entries.aliased(site, asked, sorted(set(numbers)), clock.now()) if asked else []
    return [_hit(_sources[entry.noun], entry) for entry in pairs]


def _hit(source: Source, entry: Entry) -> SearchHit:
    return SearchHit(
        kind=entry.noun,
        code=entry.code,
        title=entry.title,
        subtitle=entry.also,
        url=source.address(entry),
        match=entry.match,
        note=source.retired if entry.is_retired else "",
        site=entry.site,
        key=entry.object_id,
    )
