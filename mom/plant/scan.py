"""What a GS1 scan may mean in the plant: a lot by its number or the supplier's, a serial number, an article."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from mom.core import scan
from mom.core.actor import Actor
from mom.core.engine.scan import Scan
from mom.core.search import Match, SearchHit
from mom.plant import permissions
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot

MOST = 20


def register() -> None:
    """Tell the scan box how our nouns stand on labels."""
    scan.register("lot", lots, permission=permissions.VIEW)
    scan.register("serial", serials, permission=permissions.VIEW)
    scan.register("material", materials, permission=permissions.VIEW)


def article_numbers(gtin: str) -> list[str]:
    """The ways in which a material's code may carry an article number: with and without its leading zeros."""
    return list(
        dict.fromkeys([gtin, gtin.lstrip("0"), *(gtin[-size:] for size in (13, 12, 8) if set(gtin[:-size]) == {"0"})])
    )


def lots(_actor: Actor, site: str, read: Scan) -> Iterable[SearchHit]:
    """Lots by AI 10, ours or the supplier's; of the article of AI 01 where one of them is. One statement."""
    number = read.element("10")
    if number is None:
        return []
    rows = MaterialLot.objects.filter(site__code=site).select_related("definition")
    found = list(rows.filter(Q(code=number.text) | Q(supplier_lot=number.text)).order_by("code")[:MOST])
    article = read.element("01") or read.element("02")
    if article is not None:
        codes = article_numbers(article.text)
        found = [lot for lot in found if lot.definition.code in codes] or found
    pages = [reverse("plant:lot_detail", args=[lot.code]) for lot in found]
    return [
        SearchHit("lot", lot.code, lot.definition.name, lot.supplier_lot, page, Match.EXACT)
        for lot, page in zip(found, pages, strict=True)
    ]


def serials(_actor: Actor, site: str, read: Scan) -> Iterable[SearchHit]:
    """Serial numbers by AI 21; of the article of AI 01 where one of them is. One statement."""
    number = read.element("21")
    if number is None:
        return []
    rows = MaterialSublot.objects.filter(site__code=site, code=number.text).select_related("definition")
    found, article = list(rows.order_by("pk")[:MOST]), read.element("01")
    if article is not None:
        codes = article_numbers(article.text)
        found = [each for each in found if each.definition.code in codes] or found
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
    rows = MaterialDefinition.objects.filter(site__code=site, code__in=article_numbers(article.text))
    return [
        SearchHit("material", each.code, each.name, "", reverse("plant:material_detail", args=[each.code]), Match.EXACT)
        for each in rows.order_by("code")[:MOST]
    ]
