"""What of the plant the one search box finds: machines, people, materials, lots, assets."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core import search
from mom.core.actor import Actor
from mom.core.search import SearchHit
from mom.core.web import printing
from mom.plant import permissions
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot, Person, PhysicalAsset
from mom.plant.models.labels import EQUIPMENT_LEVEL, LOT_DISPOSITION
from mom.plant.selectors.scope import for_actor


def register() -> None:
    """Add our providers to the box."""
    for kind, label, order, provider in (
        ("machine", _("Machines"), 20, machines),
        ("person", _("People"), 40, people),
        ("material", _("Materials"), 30, materials),
        ("lot", _("Lots"), 35, lots),
        ("asset", _("Assets"), 45, assets),
    ):
        search.register(kind, provider, permission=permissions.VIEW, label=label, order=order)


def _found(
    model: type[Any], actor: Actor, site: str, text: str, limit: int, *more: str, active: bool = True
) -> QuerySet[Any]:
    """Rows whose code or name holds the text: the exact code first, then codes that begin with it."""
    rows = for_actor(model._default_manager.filter(site__code=site), actor, permissions.VIEW)
    condition = Q(code__icontains=text)
    for name in more:
        condition |= Q(**{f"{name}__icontains": text})
    if active:
        rows = rows.filter(is_active=True)
    rank = Case(
        When(code__iexact=text, then=Value(0)),
        When(code__istartswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.filter(condition).annotate(rank=rank).order_by("rank", "code")[:limit]


def _hits(kind: str, url_name: str, rows: Iterable[Any], subtitle: Callable[[Any], Any]) -> list[SearchHit]:
    return [
        SearchHit(
            kind, row.code, getattr(row, "name", "") or row.code, subtitle(row), reverse(url_name, args=[row.code])
        )
        for row in rows
    ]


def machines(actor: Actor, site: str, text: str, limit: int) -> list[SearchHit]:
    """Equipment of any level."""
    rows = _found(Equipment, actor, site, text, limit, "name")
    return _hits("machine", "plant:machine_detail", rows, lambda row: EQUIPMENT_LEVEL.label(row.level))


def people(actor: Actor, site: str, text: str, limit: int) -> list[SearchHit]:
    """People by badge or name."""
    rows = _found(Person, actor, site, text, limit, "name")
    return _hits("person", "plant:person_detail", rows, lambda _row: "")


def materials(actor: Actor, site: str, text: str, limit: int) -> list[SearchHit]:
    """Materials by code or name."""
    rows = _found(MaterialDefinition, actor, site, text, limit, "name")
    return _hits("material", "plant:material_detail", rows, lambda row: printing.unit(row.unit))


def lots(actor: Actor, site: str, text: str, limit: int) -> list[SearchHit]:
    """Lots by number, ours or the supplier's."""
    rows = _found(MaterialLot, actor, site, text, limit, "supplier_lot", active=False)
    return _hits("lot", "plant:lot_detail", rows, lambda row: LOT_DISPOSITION.label(row.disposition))


def assets(actor: Actor, site: str, text: str, limit: int) -> list[SearchHit]:
    """Assets by code, name or serial number."""
    rows = _found(PhysicalAsset, actor, site, text, limit, "name", "serial_number")
    return _hits("asset", "plant:asset_detail", rows, lambda row: row.get_kind_display())
