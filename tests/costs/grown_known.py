"""What is known of the growing plant: properties, aliases, number ranges, rates, asked skills; and its writes."""

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from analytics.engine.book import COMPUTED
from mom.accounts.models import Site
from mom.core.testing import acting
from mom.plant.models import EquipmentClassSkill, PhysicalAssetClass
from tests.accounts.matrix import Route
from tests.factories.known import make_alias, make_definition, make_ideal_cycle, make_range, make_rate, make_value
from tests.factories.targets import make_reckoning, make_target

Act = Callable[[Client], Any]
LATER = "2027-01-01T00:00:00Z"


class GrownKnown:
    """What is known of the things that are watched; `grow` adds one more of each to every one of them."""

    def __init__(self, site: Site, things: dict[str, Any]) -> None:
        self.site, self.things = site, things
        self.range = make_range(site, "order")
        with acting():
            self.asset_class = PhysicalAssetClass.objects.create(site=site, code="CLASS-01")
        self.definitions: dict[str, Any] = {}

    def grow(self, number: int, machine_class: Any, skill: Any) -> None:
        """One property more of each noun, said of the thing that is watched; one alias, rate and asked skill more."""
        for noun, thing in self.things.items():
            definition = make_definition(self.site, f"{noun}_{number}", noun=noun)
            self.definitions[noun] = definition
            self.value = make_value(self.site, definition=definition, holder=noun, subject_id=thing.pk)
            self.alias = make_alias(self.site, thing, noun=noun)
        inherited = make_definition(self.site, f"inherited_{number}")
        make_value(self.site, definition=inherited, holder="equipment_class", subject_id=machine_class.pk)
        self.definition = make_definition(self.site, f"free_{number}")
        self.value = make_value(
            self.site, definition=make_definition(self.site), subject_id=self.things["equipment"].pk
        )
        self.alias = make_alias(self.site, self.things["equipment"])
        self.rate = make_rate(self.site)
        self.cycle = make_ideal_cycle(self.site, equipment=self.things["equipment"])
        self.target = make_target(self.site, kpi=COMPUTED[number + 3].id, equipment=self.things["equipment"])
        self.reckoning = make_reckoning(self.site)
        with acting():
            PhysicalAssetClass.objects.create(site=self.site, code=f"N-{number:03}")
            self.asked = EquipmentClassSkill.objects.create(
                site=self.site, equipment_class=machine_class, personnel_class=skill
            )

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        return {
            "aliases": self.alias, "number-ranges": self.range, "property-definitions": self.definition,
            "property-values": self.value, "plant/asset-classes": self.asset_class, "plant/rates": self.rate,
            "kpi-targets": self.target, "analytics/reckonings": self.reckoning,
            "production/ideal-cycles": self.cycle,
        }  # fmt: skip


def _sent(method: str, address: str, body: Any, **headers: str) -> Act:
    keyed = {"Idempotency-Key": str(uuid.uuid4()), **headers}
    return lambda client: getattr(client, method)(address, body, content_type="application/json", headers=keyed)


def act_of(route: Route, known: GrownKnown, address: str) -> Act | None:
    """The request for a route of ours; None for another's."""
    resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
    if route.action == "set_property":
        return _sent("post", address, _value(resource, known))
    if route.action == "add_alias":
        return _sent("post", address, {"system": "ERP", "external_id": f"NEW-{uuid.uuid4()}"})
    if resource == "number-ranges" and route.method == "patch":
        known.range.refresh_from_db()
        return _sent("patch", address, {"first": 77}, **{"If-Match": f'"v{known.range.version}"'})
    site = {"site": known.site.code}
    body = {
        "aliases/end": {},
        "property-values/end": {},
        "plant/rates/end": {},
        "production/ideal-cycles/end": {},
        "kpi-targets/end": {},
        "property-definitions/create": {
            **site, "noun": "equipment", "code": "new_one", "name": "New", "data_type": "number",
        },
        "number-ranges/create": {**site, "noun": "lot", "pattern": "L{seq}", "resets": "never"},
        "kpi-targets/create": {**site, "kpi": "oee_index", "value": "0.9", "valid_from": LATER},
        "analytics/reckonings/create": {**site, "without_order": "lost", "valid_from": LATER},
        "production/ideal-cycles/create": {
            **site, "equipment": known.things["equipment"].pk, "definition": known.cycle.definition_id,
            "duration": "PT45S", "valid_from": LATER,
        },
        "plant/rates/create": {**site, "kind": "labour", "amount": "40", "valid_from": LATER},
    }.get(f"{resource}/{route.action}")  # fmt: skip
    return None if body is None else _sent("post", address, body)


_NOUN = {
    "plant/equipment": "equipment", "plant/equipment-classes": "equipment", "plant/assets": "asset",
    "plant/asset-classes": "asset", "plant/people": "person", "plant/personnel-classes": "person",
    "plant/materials": "material", "plant/material-classes": "material", "plant/lots": "lot",
    "work/job-orders": "job",
}  # fmt: skip


def _value(resource: str, known: GrownKnown) -> dict[str, str]:
    return {"property": known.definitions[_NOUN[resource]].code, "value": "7", "valid_from": LATER}
