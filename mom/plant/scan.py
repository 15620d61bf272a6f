"""What a GS1 scan may mean in the plant: a lot by its number or the supplier's, a serial number, an article."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.urls import reverse

from mom.core import clock, scan
from mom.core.actor import Actor
from mom.core.aliases import valid_at
from mom.core.engine.gs1 import article_numbers
from mom.core.engine.scan import Scan
from mom.core.models import Alias
from mom.core.search import Match, SearchHit
from mom.plant import permissions
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot

MOST = 20
T = TypeVar("T", MaterialLot, MaterialSublot)


def register() -> None:
    """Tell the scan box how our nouns stand on labels."""
    scan.register("lot", lots, permission=permissions.VIEW)
    scan.register("serial", serials, permission=permissions.VIEW)
    scan.register("material", materials, permission=permissions.VIEW)


def articles(site: str, gtin: str) -> QuerySet[MaterialDefinition]:
    """The materials that are called by an article number: as their code, or by an alias that holds now."""
    numbers = article_numbers(gtin)
    named = Alias.objects.filter(valid_at(clock.now()), site=site, noun="material", external_id__in=numbers)
    rows = MaterialDefinition.objects.filter(site__code=site)
    return rows.filter(Q(code__in=numbers) | Q(pk__in=named.values("subject_id"))).order_by("code")


def _of_article(site: str, read: Scan, found: list[T]) -> list[T]:
    """Those of the label's article; all where nobody here knows its number."""
    article = read.element("01") or read.element("02")
    keys = set(articles(site, article.text).values_list("pk", flat=True)) if article is not None and found else set()
    return [each for each in found if each.definition_id in keys] if keys else found


def lots(_actor: Actor, site: str, read: Scan) -> Iterable[SearchHit]:
    """Lots by AI 10, ours or the supplier's; of the article of AI 01 where its number is known here."""
    number = read.element("10")
    if number is None:
        return []
    rows = MaterialLot.objects.filter(site__code=site).select_related("definition")
    found = list(rows.filter(Q(code=number.text) | Q(supplier_lot=number.text)).order_by("code")[:MOST])
    found = _of_article(site, read, found)
    pages = [reverse("plant:lot_detail", args=[lot.code]) for lot in found]
    return [
        SearchHit("lot", lot.code, lot.definition.name, lot.supplier_lot, page, Match.EXACT)
        for lot, page in zip(found, pages, strict=True)
    ]


def serials(_actor: Actor, site: str, read: Scan) -> Iterable[SearchHit]:
    """Serial numbers by AI 21; of the article of AI 01 where its number is known here."""
    number = read.element("21")
    if number is None:
        return []
    rows = MaterialSublot.objects.filter(site__code=site, code=number.text).select_related("definition")
    found = _of_article(site, read, list(rows.order_by("pk")[:MOST]))
    pages = [reverse("plant:serial", args=[each.pk]) for each in found]
    return [
        SearchHit("serial", each.code, each.definition.name, each.definition.code, page, Match.EXACT)
        for each, page in zip(found, pages, strict=True)
    ]


def materials(_actor: Actor, site: str, read: Scan) -> Iterable[SearchHit]:
    """The article of AI 01, where the label names neither lot nor serial number. One statement."""
    article = read.element("01")
    if article is None or read.element("10") or read.element("21"):
        return []
    return [
        SearchHit("material", each.code, each.name, "", reverse("plant:material_detail", args=[each.code]), Match.EXACT)
        for each in articles(site, article.text)[:MOST]
    ]
