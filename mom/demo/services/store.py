"""The demo's store: what lies where, and the orders that are made of it."""

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
    """Places with their stock, and what is made of it: definitions, an order of each. Joins the transaction."""
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
    for made in (store.PUMP, store.HOUSING):
        _add_order(act, built, made)


def _add_order(act: UseCase, built: DemoPlant, made: store.Made) -> None:
    """The definition of a product and a released order of it. Joins the transaction."""
    product = built.materials[made.item]
    materials = [
        production.NewMaterial(built.materials[code], Decimal(quantity), is_backflushed=made.is_backflushed)
        for code, quantity in made.parts
    ]
    output = production.NewMaterial(product, Decimal(1), MaterialUse.PRODUCED, is_backflushed=made.is_backflushed)
    steps = [production.NewStep(**{**step, "kind": production.StepKind(step["kind"])}) for step in made.steps]
    segment = production.NewSegment(
        made.operation,
        [*materials, output],
        built.equipment[made.machine],
        setup_duration=made.setup,
        run_duration=made.run,
        steps=steps,
    )
    new = production.NewDefinition(made.item, product, Decimal(1), [segment], name=product.name)
    definition = production.approve_definition(act, production.add_definition(act, built.site, new))
    due_at = (act.now + timedelta(hours=made.due_hours)).replace(second=0, microsecond=0)
    order = production.NewBatch(made.order, quantity=Decimal(made.quantity), due_at=due_at)
    production.release_order(act, production.add_batch(act, built.site, definition, order))
