"""The demo's store: what lies where, and an order that is made of it."""

import uuid
from datetime import timedelta
from decimal import Decimal

from inventory import public as inventory
from mom.core.use_case import UseCase
from mom.demo.engine import norrtal, store
from mom.demo.services.plant import KEPT_FOR, DemoPlant
from mom.plant import public as plant
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment, MaterialLot
from mom.work.engine.terms import MaterialUse
from production import public as production

_ACT = uuid.UUID("5a0f6e0e-3c0b-4b4e-9a35-1f2f3f6d7c11")


def add_store(act: UseCase, built: DemoPlant) -> None:
    """Places with their stock, the definition of a pump, and an order of it. Joins the transaction."""
    site = built.site
    top = Equipment.objects.get(site=site, code=norrtal.SITE)
    zone = plant.add_master_data(
        act, Equipment, site, code="STORE", name="Store", level=EquipmentLevel.STORAGE_ZONE, parent=top, position=90
    )
    places = {}
    for position, (code, name) in enumerate(store.PLACES, start=1):
        unit = plant.add_master_data(
            act, Equipment, site, code=code, name=name, level=EquipmentLevel.STORAGE_UNIT, parent=zone,
            position=10 * position,
        )  # fmt: skip
        places[code] = inventory.add_storage(act, unit)
    lots = {lot.code: lot for lot in MaterialLot.objects.filter(site=site)}
    for code, material, place, quantity in store.STOCK:
        definition = built.materials[material]
        lot = lots.get(code) or plant.add_master_data(act, MaterialLot, site, code=code, definition=definition)
        leg = inventory.Leg(inventory.MoveKind.OPENED, places[place], definition, Decimal(quantity), lot=lot)
        inventory.post_stock(act, [leg], inventory.Occasion(uuid.uuid5(_ACT, f"{act.now}:{code}"), act.now - KEPT_FOR))
    _add_pump_order(act, built)


def _add_pump_order(act: UseCase, built: DemoPlant) -> None:
    item, machine, parts, operation = store.PUMP
    product = built.materials[item]
    materials = [production.NewMaterial(built.materials[code], Decimal(quantity)) for code, quantity in parts]
    made = production.NewMaterial(product, Decimal(1), MaterialUse.PRODUCED)
    steps = [production.NewStep(**{**step, "kind": production.StepKind(step["kind"])}) for step in store.PUMP_STEPS]
    segment = production.NewSegment(
        operation,
        [*materials, made],
        built.equipment[machine],
        setup_duration=store.PUMP_SETUP,
        run_duration=store.PUMP_RUN,
        steps=steps,
    )
    draft = production.add_definition(
        act, built.site, production.NewDefinition(item, product, Decimal(1), [segment], name=product.name)
    )
    definition = production.approve_definition(act, draft)
    code, quantity, due = store.PUMP_ORDER
    order = production.NewBatch(
        code, quantity=Decimal(quantity), due_at=(act.now + timedelta(hours=due)).replace(second=0, microsecond=0)
    )
    production.release_order(act, production.add_batch(act, built.site, definition, order))
