"""A scan leads to the thing it names: apps register how a scan may mean one of their nouns.

    from mom.core import scan
    scan.register("lot", lots_of_scan, permission="plant.view")

A resolver gets the read scan and answers with what it may mean at the site. Besides, a plain code, or the code behind a
site's own beginning, is looked for as in the search box. One thing: there. Several: a choice. None: it is shown, with
what was read, and never typed into a field. A badge on a person's session shows the person, it never changes who is
signed in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core import clock, search
from mom.core.engine.gs1 import article_numbers
from mom.core.engine.scan import Pattern, Scan, ScanKind, UnreadableScan, read
from mom.core.errors import InvalidInput
from mom.core.search import SearchHit

Text = str | Promise
Resolver = Callable[[Any, str, Scan], Iterable[SearchHit]]
MOST = 20


@dataclass(frozen=True)
class _Registered:
    resolver: Resolver
    permission: str


@dataclass(frozen=True)
class ScanAnswer:
    """What was read, and the things it may mean; `url` is where to go where there is exactly one."""

    read: Scan
    hits: tuple[SearchHit, ...] = ()
    url: str = ""
    sentence: Text = ""
    elements: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether there is anything of that name."""
        return bool(self.url or self.hits)


_resolvers: dict[str, _Registered] = {}


def register(kind: str, resolver: Resolver, *, permission: str) -> None:
    """Adds how scans may mean things of a noun; registering again replaces it."""
    _resolvers[kind] = _Registered(resolver, permission)


def patterns(site: str) -> tuple[Pattern, ...]:
    """A site's own beginnings, from the setting `SCAN_PATTERNS`: `B:person T-*:asset P2/W:order`.

    Each names a beginning and the noun behind it; a star keeps the beginning as a part of the code, and `P2/` in front
    means that site only. Raises: ImproperlyConfigured for what has another shape.
    """
    found = []
    for each in settings.SCAN_PATTERNS.split():
        where, _slash, rule = each.rpartition("/")
        prefix, colon, noun = rule.rpartition(":")
        if not colon or not prefix.strip("*") or not noun:
            raise ImproperlyConfigured(f"SCAN_PATTERNS: {each!r} is not BEGINNING:noun, as in B:person.")
        if where in {"", site}:
            found.append(Pattern(prefix.removesuffix("*"), noun, keeps=prefix.endswith("*")))
    return tuple(found)


def resolve_scan(actor: Any, site: str, text: str, *, hosts: Iterable[str] = ()) -> ScanAnswer:
    """What a scan means to this actor at a site (code). Raises: InvalidInput for what is no scan."""
    try:
        scan = read(text, today=clock.now().date(), patterns=patterns(site), hosts=tuple(hosts))
    except UnreadableScan:
        sentence = _("Nothing readable came from the scanner. Scan again, or type the code.")
        raise InvalidInput({"text": [sentence]}, code="scan_unreadable") from None
    if scan.kind == ScanKind.ADDRESS:
        return _address(scan)
    found: dict[tuple[str, str], SearchHit] = {}
    for kind, each in sorted(_resolvers.items()):
        if scan.noun in {"", kind} and actor.may(each.permission, site):
            found |= {(hit.kind, hit.url): hit for hit in each.resolver(actor, site, scan)}
    if scan.kind in {ScanKind.PLAIN, ScanKind.PATTERN} and not scan.fault:
        kinds = [scan.noun] if scan.noun else None
        found |= {(hit.kind, hit.url): hit for hit in _by_number(actor, site, scan.code, kinds)}
    if not found and not scan.fault:
        others = search.named_otherwise(actor, site, _numbers(scan))
        found = {(hit.kind, hit.url): hit for hit in others if scan.noun in {"", hit.kind}}
    hits = tuple(found.values())[:MOST]
    if len(hits) == 1:
        return ScanAnswer(scan, hits, hits[0].url, elements=_spoken(scan))
    sentence = _("This may be one of several things. Choose.") if hits else _unknown(scan)
    return ScanAnswer(scan, hits, "", sentence, _spoken(scan))


def _address(scan: Scan) -> ScanAnswer:
    path = scan.path.partition("?")[0].partition("#")[0]
    try:
        resolve(path)
    except Resolver404:
        return ScanAnswer(scan, sentence=_unknown(scan))
    return ScanAnswer(scan, url=path)


def _by_number(actor: Any, site: str, code: str, kinds: list[str] | None) -> list[SearchHit]:
    """The things whose number is exactly the code. Things called so come before those with it as second number."""
    hits = [hit for group in search.find(actor, site, code, kinds=kinds) for hit in group.hits]
    equal = [hit for hit in hits if hit.match == search.Match.EXACT]
    return [hit for hit in equal if hit.code.casefold() == code.casefold()] or equal


def _numbers(scan: Scan) -> list[str]:
    """The numbers on the label that another system may know the thing by; of a lot or piece not the article's."""
    article = scan.element("01")
    if article is None:
        return [scan.code]
    is_narrower = scan.element("10") or scan.element("21")
    return [scan.code] if is_narrower else [scan.code, *article_numbers(article.text)]


def _unknown(scan: Scan) -> str:
    if scan.fault:
        return _("The code could not be read as GS1: %(fault)s Scan it again.") % {"fault": scan.fault}
    return _("Nothing here is called %(code)s. Check the label and the site.") % {"code": scan.code[:100]}


ELEMENT_WORDS: dict[str, Text] = {
    "sscc": gettext_lazy("Shipping unit (SSCC)"),
    "gtin": gettext_lazy("Article (GTIN)"),
    "content": gettext_lazy("Article inside"),
    "lot": gettext_lazy("Lot"),
    "serial": gettext_lazy("Serial number"),
    "made": gettext_lazy("Made"),
    "packed": gettext_lazy("Packed"),
    "best_before": gettext_lazy("Best before"),
    "expires": gettext_lazy("Expires"),
    "count": gettext_lazy("Count"),
    "pieces": gettext_lazy("Pieces"),
    "net_weight_kg": gettext_lazy("Net weight, kg"),
    "gross_weight_kg": gettext_lazy("Gross weight, kg"),
    "order": gettext_lazy("Order of the customer"),
    "location": gettext_lazy("Location"),
}


def _spoken(scan: Scan) -> list[tuple[str, str, str]]:
    """Identifier, word and value of each element, for people."""
    return [
        (each.code, str(ELEMENT_WORDS.get(each.name, each.name.replace("_", " "))), str(each.value))
        for each in scan.elements
    ]
