"""A co-product recipe scaled by 0.7, with an ingredient of 92 % potency: nominal and active quantity both booked."""

import uuid
from decimal import Decimal

import pytest

from inventory.selectors.genealogy import Direction, trace
from inventory.services.job_material import Made, Taken, consume, produce
from mom.core.errors import Conflict, InvalidInput
from mom.plant.engine.potency import active_in, nominal_for_active
from mom.plant.models import MaterialDefinition
from mom.work.engine.terms import JobOrderCommand, MaterialUse
from production.engine.terms import QuantityBasis
from production.models import OperationsDefinition
from production.services import batch, operations_definition
from production.services.batch import NewBatch
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment
from tests.golden.plant import Plant, case

INPUT, EXPECTED = case("coproduct_potency")
AT = "2026-04-16T08:00:00+02:00"


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.fixture
def materials(plant: Plant) -> dict[str, MaterialDefinition]:
    return {
        line["material"]: plant.material(
            line["material"], line["unit"], is_potency_managed=line.get("basis") == "active"
        )
        for line in INPUT["recipe"]["materials"]
    }


@pytest.fixture
def recipe(plant: Plant, materials: dict[str, MaterialDefinition]) -> OperationsDefinition:
    """The recipe, approved."""
    lines = [
        NewMaterial(
            materials[line["material"]],
            Decimal(line["quantity"]),
            use=MaterialUse(line["use"]),
            basis=QuantityBasis(line.get("basis", "nominal")),
            is_scaled=line.get("is_scaled", True),
        )
        for line in INPUT["recipe"]["materials"]
    ]
    new = NewDefinition(
        INPUT["recipe"]["code"],
        materials[INPUT["recipe"]["product"]],
        Decimal(INPUT["recipe"]["batch_quantity"]),
        [NewSegment("Cook", lines, equipment=plant.machine("KETTLE-1"))],
    )
    draft = operations_definition.create(plant.actor, plant.site, new)
    return operations_definition.approve(plant.actor, draft.pk)


def test_coproduct_recipe_scaled_books_nominal_and_active(
    plant: Plant, recipe: OperationsDefinition, materials: dict[str, MaterialDefinition]
) -> None:
    request = batch.create(plant.actor, plant.site, recipe.pk, NewBatch("WO-7", Decimal(INPUT["scale"])))

    assert (request.quantity, request.unit) == (Decimal(EXPECTED["order"]["quantity"]), EXPECTED["order"]["unit"])
    job = plant.job("WO-7-10")
    needed = {
        row.definition.code: (row.quantity, row.active_quantity)
        for row in job.requirements.select_related("definition")
        if row.definition
    }
    assert needed == {
        code: (decimal(row["quantity"]), decimal(row["active"])) for code, row in EXPECTED["requirements"].items()
    }

    place = plant.place("STORE")
    lot = plant.lot(materials["EXTRACT"], INPUT["lot"]["code"], potency=Decimal(INPUT["lot"]["potency"]))
    with plant.clock_at(AT):
        plant.received(place, lot, INPUT["lot"]["received"], AT)
        assert plant.there(place, lot) == (
            Decimal(EXPECTED["received"]["nominal"]),
            Decimal(EXPECTED["received"]["active"]),
        )
        plant.give(job, JobOrderCommand.START)
        [move] = consume(plant.actor, job.pk, [Taken(lot, place, active=Decimal(7))], op_uuid=uuid.uuid4())

    assert (move.quantity, move.active_quantity) == (
        Decimal(EXPECTED["booked"]["nominal"]),
        Decimal(EXPECTED["booked"]["active"]),
    )
    assert move.requirement is not None
    assert move.requirement.definition == materials["EXTRACT"]
    assert plant.there(place, lot) == (Decimal(EXPECTED["left"]["nominal"]), Decimal(EXPECTED["left"]["active"]))


def test_coproduct_lots_come_from_the_same_inputs(
    plant: Plant, recipe: OperationsDefinition, materials: dict[str, MaterialDefinition]
) -> None:
    batch.create(plant.actor, plant.site, recipe.pk, NewBatch("WO-7", Decimal("0.7")))
    place, job = plant.place("STORE"), plant.job("WO-7-10")
    extract = plant.lot(materials["EXTRACT"], "EX-2231", potency=Decimal("0.92"))
    syrup, cake = plant.lot(materials["SYRUP"], "SY-1"), plant.lot(materials["PRESS-CAKE"], "PC-1")
    plant.received(place, extract, "20", AT)
    plant.give(job, JobOrderCommand.START)
    consume(plant.actor, job.pk, [Taken(extract, place, active=Decimal(7))], op_uuid=uuid.uuid4())
    made = [
        Made(plant.output(job), syrup, place, Decimal("69.2")),
        Made(plant.output(job, MaterialUse.CO_PRODUCT), cake, place, Decimal("8.5")),
    ]
    produce(plant.actor, job.pk, made, op_uuid=uuid.uuid4())

    for lot in (syrup, cake):
        assert trace(lot, Direction.BACKWARD).codes == {lot.code, "EX-2231"}
    assert trace(extract, Direction.FORWARD).codes == {"EX-2231", "SY-1", "PC-1"}


def test_potency_arithmetic_is_exact_at_the_stored_place() -> None:
    assert nominal_for_active(Decimal(7), Decimal("0.92")) == Decimal("7.608696")
    assert active_in(Decimal(20), Decimal("0.92")) == Decimal("18.4")
    with pytest.raises(ValueError, match="Potency"):
        nominal_for_active(Decimal(7), Decimal(0))


def test_recipe_draft_makes_no_order_and_approved_one_never_changes(
    plant: Plant, recipe: OperationsDefinition, materials: dict[str, MaterialDefinition]
) -> None:
    from django.db import IntegrityError, transaction

    from mom.core.testing import acting

    new = NewDefinition(
        "SYR-100",
        materials["SYRUP"],
        Decimal(100),
        [NewSegment("Cook", [NewMaterial(materials["SYRUP"], Decimal(100), use=MaterialUse.PRODUCED)])],
    )
    second = operations_definition.create(plant.actor, plant.site, new)
    assert second.number == 2
    with pytest.raises(Conflict, match="not approved"):
        batch.create(plant.actor, plant.site, second.pk, NewBatch("WO-8", Decimal(1)))

    line = recipe.segments.get().materials.first()
    assert line is not None
    line.quantity = Decimal(11)
    with pytest.raises(IntegrityError, match="new version"), transaction.atomic(), acting():
        line.save()
    recipe.batch_quantity = Decimal(50)
    with pytest.raises(IntegrityError), transaction.atomic(), acting():
        recipe.save()

    operations_definition.approve(plant.actor, second.pk)
    recipe.refresh_from_db()
    assert recipe.status == "retired"


def test_active_quantity_of_a_lot_without_potency_is_refused(
    plant: Plant, recipe: OperationsDefinition, materials: dict[str, MaterialDefinition]
) -> None:
    batch.create(plant.actor, plant.site, recipe.pk, NewBatch("WO-7", Decimal("0.7")))
    place, job = plant.place("STORE"), plant.job("WO-7-10")
    water = plant.lot(materials["WATER"], "W-1")
    plant.received(place, water, "100", AT)
    plant.give(job, JobOrderCommand.START)

    with pytest.raises(InvalidInput, match="not right"):
        consume(plant.actor, job.pk, [Taken(water, place, active=Decimal(7))], op_uuid=uuid.uuid4())
