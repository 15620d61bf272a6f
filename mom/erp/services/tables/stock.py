"""A list of what lies where when a plant begins: opening stock, once per file and line."""

import uuid
from typing import Any

from inventory.public import ADJUST_STOCK, Leg, MoveKind, Occasion, add_storage, known_acts, post_stock, storage_at
from mom.accounts.models import Site
from mom.core.engine.units import PIECES
from mom.core.use_case import UseCase
from mom.erp.engine.problems import ProblemCode
from mom.erp.services.tables.master import named
from mom.erp.services.tables.orders import end_of_day
from mom.erp.services.tables.planned import Fate, Planned, refuse_twice, taken, values_of
from mom.plant import permissions as plant_permissions
from mom.plant.engine.potency import active_in
from mom.plant.engine.terms import EquipmentLevel, MaterialTracking
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from mom.plant.public import add_master_data

NAMESPACE = uuid.UUID("8b0f0a1e-6a8e-5b52-9a36-1f0c7d7f2a41")
"""Under it every imported quantity gets its key: from site, file and line, so the same file counts once for ever."""


class Stock:
    """Quantities by place, material and lot. Places and lots that the plant lacks are added, materials are not."""

    permissions: tuple[str, ...] = (ADJUST_STOCK, plant_permissions.CHANGE)

    def __init__(self, file_digest: str) -> None:
        self._file = file_digest

    def key(self, site: Site, line: int) -> uuid.UUID:
        """The key of a line of this file."""
        return uuid.uuid5(NAMESPACE, f"{site.code}:{self._file}:{line}")

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """A line that was brought in before is the same."""
        refuse_twice(planned, "material", "place", "lot")
        materials = {
            row.code: row
            for row in MaterialDefinition.objects.filter(site=site, code__in=values_of(planned, "material"))
        }
        lots = dict(
            MaterialLot.objects.filter(site=site, code__in=values_of(planned, "lot")).values_list(
                "code", "definition__code"
            )
        )
        there = known_acts([self.key(site, each.row.line) for each in planned])
        for each in taken(planned):
            self._judge(each, materials, lots)
            if each.fate == Fate.NEW and self.key(site, each.row.line) in there:
                each.fate = Fate.SAME

    @staticmethod
    def _judge(each: Planned, materials: dict[str, Any], lots: dict[str, str]) -> None:
        values = each.row.values
        material = materials.get(values["material"])
        if material is None:
            each.refuse(ProblemCode.NOT_THERE, "material", values["material"], "material")
            return
        if values["quantity"] == 0:
            each.refuse(ProblemCode.NUMBER_ZERO, "quantity")
        elif material.unit in PIECES and values["quantity"] % 1:
            each.refuse(ProblemCode.NUMBER_NOT_WHOLE, "quantity", values["quantity"])
        lot = values.get("lot", "")
        if lots.get(lot, material.code) != material.code:
            each.refuse(ProblemCode.EXISTS_OTHERWISE, "lot", lot, lots[lot])
        if not lot and material.tracking == MaterialTracking.LOT:
            each.refuse(ProblemCode.VALUE_MISSING, "lot")

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Post every new line, each as an act of its own."""
        new = [each for each in planned if each.fate == Fate.NEW]
        places = named(act, Equipment, site, values_of(new, "place"), level=EquipmentLevel.STORAGE_ZONE)
        storages = {code: storage_at(place) or add_storage(act, place) for code, place in places.items()}
        materials = {
            row.code: row for row in MaterialDefinition.objects.filter(site=site, code__in=values_of(new, "material"))
        }
        lots = {row.code: row for row in MaterialLot.objects.filter(site=site, code__in=values_of(new, "lot"))}
        for each in new:
            values = each.row.values
            material = materials[values["material"]]
            lot = self._lot(act, site, material, values, lots)
            active = active_in(values["quantity"], lot.potency) if lot is not None and lot.potency else None
            leg = Leg(
                MoveKind.OPENED,
                storages[values["place"]],
                material,
                values["quantity"],
                lot=lot,
                active_quantity=active,
            )
            post_stock(act, [leg], Occasion(self.key(site, each.row.line), act.now))

    @staticmethod
    def _lot(
        act: UseCase, site: Site, material: Any, values: dict[str, Any], lots: dict[str, MaterialLot]
    ) -> MaterialLot | None:
        code = values.get("lot", "")
        if not code:
            return None
        if code not in lots:
            lots[code] = add_master_data(
                act,
                MaterialLot,
                site,
                code=code,
                definition=material,
                supplier_lot=values.get("supplier_lot", ""),
                expires_at=end_of_day(site, values.get("expires")),
            )
        return lots[code]
