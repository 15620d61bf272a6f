"""What of the plant may stand on labels: machines, tools, people, materials, lots."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core import labels
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.labels import LabelField
from mom.core.labels.printing import printed_at
from mom.core.web import printing
from mom.plant import models, permissions
from mom.plant.selectors.master_data import row_get

Values = Callable[[Any], dict[str, str]]
_CODE, _NAME = LabelField("code", _("Number"), "A-00042"), LabelField("name", _("Name"), "Machining centre")
_LAST = (LabelField("site", _("Site"), "NOR Norrtal Pump Works"), LabelField("printed", _("Printed"), "16 Apr 10:42"))


def site_of(code: str) -> Site:
    """The site with that code. Raises: NotFound."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None:
        raise NotFound
    return site


def common(row: Any) -> dict[str, str]:
    """What every label may say."""
    return {
        "code": row.code,
        "name": str(getattr(row, "name", "") or ""),
        "site": f"{row.site.code} {row.site.name}",
        "printed": printed_at(),
    }


def _noun(
    key: str,
    label: str | Promise,
    model: type[Model],
    page: str,
    fields: tuple[LabelField, ...],
    values: Values,
    related: tuple[str, ...] = (),
) -> None:
    def find(actor: Actor, site: str, code: str) -> labels.LabelSubject:
        row: Any = row_get(actor, model, site_of(site), code, *related)  # type: ignore[type-var]
        found = {**common(row), **values(row)}
        return labels.LabelSubject(str(row.pk), row.code, reverse(page, args=[row.code]), found)

    labels.register(labels.LabelNoun(key, label, permissions.VIEW, (_CODE, *fields, *_LAST), find))


def register() -> None:
    """Make the plant's labels known; called when the app is ready."""
    serial, maker = LabelField("serial", _("Serial number"), "SN 7781"), LabelField("maker", _("Maker"), "Haas VF-2")
    material = LabelField("material", _("Material"), "P-4410")
    _noun("equipment", _("Machine"), models.Equipment, "plant:machine_detail", (_NAME, _AREA), _machine, ("parent",))
    _noun("asset", _("Asset"), models.PhysicalAsset, "plant:asset_detail", (_NAME, serial, maker), _asset)
    _noun("person", _("Person badge"), models.Person, "plant:person_detail", (_NAME,), lambda _row: {})
    _noun("material", _("Material"), models.MaterialDefinition, "plant:material_detail", (_NAME, _UNIT), _material)
    _noun(
        "lot",
        _("Lot"),
        models.MaterialLot,
        "plant:lot_detail",
        (material, LabelField("name", _("Material's name"), "Pump housing"), _SUPPLIER_LOT, _EXPIRES, _GS1_DAY),
        _lot,
        ("definition",),
    )


_AREA, _UNIT = LabelField("area", _("Area"), "Machining"), LabelField("unit", _("Unit"), "C62")
_SUPPLIER_LOT = LabelField("supplier_lot", _("Supplier's lot"), "H-2604-235")
_EXPIRES = LabelField("expires", _("Expires"), "31 Dec 2027")
_GS1_DAY = LabelField("gs1_expires", _("Expires, as GS1 writes it"), "271231")


def _machine(row: Any) -> dict[str, str]:
    return {"area": (row.parent.name or row.parent.code) if row.parent else ""}


def _asset(row: Any) -> dict[str, str]:
    return {"serial": row.serial_number, "maker": f"{row.manufacturer} {row.model}".strip()}


def _material(row: Any) -> dict[str, str]:
    return {"unit": row.unit}


def _lot(row: Any) -> dict[str, str]:
    local = row.expires_at.astimezone(row.site.zone) if row.expires_at else None
    return {
        "material": row.definition.code,
        "name": row.definition.name,
        "supplier_lot": row.supplier_lot,
        "expires": printing.day(local) if local else "",
        "gs1_expires": f"{local:%y%m%d}" if local else "",
    }
