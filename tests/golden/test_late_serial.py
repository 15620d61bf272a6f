"""A serial born at operation 40, a component swapped, traced both ways."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from inventory.models import Installation, StockBalance
from inventory.selectors.genealogy import Direction, Trace, trace
from inventory.services import stock
from inventory.services.job_material import Made, Taken, consume, give_number, install, produce, swap
from mom.core.errors import Conflict, InvalidInput, Shortage
from mom.core.testing import acting
from mom.plant.engine.terms import SublotKind
from mom.plant.models import MaterialLot, MaterialSublot
from mom.plant.services.material import sublot_add
from mom.work.engine.terms import JobOrderCommand, MaterialUse
from mom.work.models import JobOrder
from production.services import batch, operations_definition
from production.services.batch import NewBatch
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("late_serial")
MORNING = "2026-04-16T07:00:00+02:00"


class PumpShop:
    """Everything up to the finished assembly of both pumps."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.actor = plant, plant.actor
        self.store, self.quarantine = plant.place("STORE"), plant.place("QUARANTINE")
        self.bar, self.glue = plant.material("BAR", "KGM"), plant.material("GLUE", "KGM")
        self.housing, self.impeller = plant.material("HOUSING"), plant.material("IMPELLER", tracking="serial")
        self.pump = plant.material("PUMP", tracking="serial")
        self.lots = {
            INPUT["bar"]["lot"]: plant.lot(self.bar, INPUT["bar"]["lot"]),
            INPUT["glue"]["lot"]: plant.lot(self.glue, INPUT["glue"]["lot"]),
            INPUT["housing_lot"]: plant.lot(self.housing, INPUT["housing_lot"]),
        }
        supplier = plant.supplier(INPUT["bar"]["supplier"])
        self.customer = plant.supplier(INPUT["customer"], is_customer=True)
        plant.received(self.store, self.lot("bar"), INPUT["bar"]["received"], MORNING, partner=supplier)
        plant.received(self.store, self.lot("glue"), INPUT["glue"]["received"], MORNING)
        self.pieces: dict[str, MaterialSublot] = {}
        for code in ["I-77", "I-78", "I-79"]:
            self.pieces[code] = self.received_impeller(code)
        self.order()

    def lot(self, name: str) -> MaterialLot:
        return self.lots[INPUT[name]["lot"]]

    def received_impeller(self, code: str) -> MaterialSublot:
        piece = sublot_add(
            self.actor,
            self.impeller.pk,
            kind=SublotKind.SERIAL,
            code=code,
            quantity=Decimal(1),
            born_at=instant(MORNING),
        )
        stock.receive(
            self.actor,
            self.store,
            self.impeller,
            Decimal(1),
            sublot=piece,
            at=instant(MORNING),
            op_uuid=uuid.uuid4(),
        )
        return piece

    def order(self) -> None:
        pieces = Decimal(INPUT["pieces"])
        housing = NewMaterial(self.housing, pieces, use=MaterialUse.PRODUCED)
        pump = NewMaterial(self.pump, pieces, use=MaterialUse.PRODUCED)
        makes = {"Turn": housing, "Drill": housing, "Wash": housing, "Assemble": pump, "Test": pump}
        segments = [NewSegment(name, [makes[name]]) for name in INPUT["operations"]]
        draft = operations_definition.create(
            self.actor, self.plant.site, NewDefinition("PUMP", self.pump, pieces, segments)
        )
        approved = operations_definition.approve(self.actor, draft.pk)
        batch.create(self.actor, self.plant.site, approved.pk, NewBatch("WO-40", Decimal(1)))

    def job(self, sequence: int) -> JobOrder:
        return self.plant.job(f"WO-40-{sequence}")

    def play(self) -> None:
        self.machine_housings()
        self.assemble()
        self.test()
        self.ship()

    def machine_housings(self) -> None:
        housing = self.lots[INPUT["housing_lot"]]
        with self.plant.clock_at("2026-04-16T08:00:00+02:00"):
            job = self.plant.give(self.job(10), JobOrderCommand.START)
            used = Taken(self.lot("bar"), self.store, Decimal(INPUT["bar"]["used"]))
            consume(self.actor, job.pk, [used], op_uuid=uuid.uuid4())
            made = Made(self.plant.output(job), housing, self.store, Decimal(INPUT["pieces"]))
            produce(self.actor, job.pk, [made], op_uuid=uuid.uuid4())
            self.plant.give(job, JobOrderCommand.FINISH)
            for sequence in (20, 30):
                self.plant.give(self.job(sequence), JobOrderCommand.START, JobOrderCommand.FINISH)

    def assemble(self) -> None:
        with self.plant.clock_at(INPUT["assembled_at"]):
            job = self.plant.give(self.job(40), JobOrderCommand.START)
            glued = Taken(self.lot("glue"), self.store, Decimal(INPUT["glue"]["used"]))
            consume(self.actor, job.pk, [glued], op_uuid=uuid.uuid4())
            for pump in INPUT["pumps"]:
                piece = self.pieces[pump["serial"]] = give_number(
                    self.actor,
                    job.pk,
                    lot=self.lots[INPUT["housing_lot"]],
                    location=self.store,
                    definition=self.pump,
                    serial=pump["serial"],
                    op_uuid=uuid.uuid4(),
                )
                self.install(job, piece, self.pieces[pump["impeller"]])
            self.plant.give(job, JobOrderCommand.FINISH)

    def install(self, job: JobOrder, product: MaterialSublot, component: MaterialSublot) -> Installation:
        return install(
            self.actor,
            job.pk,
            product=product,
            component=component,
            location=self.store,
            position="impeller",
            op_uuid=uuid.uuid4(),
        )

    def test(self) -> None:
        change: dict[str, Any] = INPUT["swap"]
        with self.plant.clock_at(change["at"]):
            job = self.plant.give(self.job(50), JobOrderCommand.START)
            self.swap(job, change)
            self.plant.give(job, JobOrderCommand.FINISH)

    def swap(self, job: JobOrder, change: dict[str, Any], key: uuid.UUID | None = None) -> Installation:
        return swap(
            self.actor,
            job.pk,
            installation_id=Installation.objects.get(component=self.pieces[change["out"]]).pk,
            component=self.pieces[change["in"]],
            location=self.store,
            returned_to=self.quarantine,
            reason=change["reason"],
            op_uuid=key or uuid.uuid5(uuid.NAMESPACE_OID, "swap"),
        )

    def ship(self) -> None:
        piece = self.pieces[INPUT["swap"]["serial"]]
        with self.plant.clock_at(INPUT["shipped_at"]):
            stock.ship(self.actor, piece, self.store, Decimal(1), op_uuid=uuid.uuid4(), partner=self.customer)


@pytest.fixture
def shop(plant: Plant) -> PumpShop:
    shop = PumpShop(plant)
    shop.play()
    return shop


def others(found: Trace, code: str) -> list[str]:
    return sorted(found.codes - {code})


def test_late_serial_traced_backward_has_its_own_components_only(shop: PumpShop) -> None:
    for serial, codes in EXPECTED["backward"].items():
        found = trace(shop.pieces[serial], Direction.BACKWARD)
        assert others(found, serial) == codes, serial
        assert [end.partner for end in found.ends if end.kind == "received" and end.partner] == EXPECTED["suppliers"]


def test_late_serial_traced_forward_reaches_pumps_and_customer(shop: PumpShop) -> None:
    things = {**shop.lots, **shop.pieces}
    for code, reached in EXPECTED["forward"].items():
        assert others(trace(things[code], Direction.FORWARD), code) == reached, code
    shipped = [end for end in trace(shop.lot("bar"), Direction.FORWARD).ends if end.kind == "shipped"]
    assert [(end.node.code, end.partner) for end in shipped] == [("SN-0001", "WATERWORKS")]


def test_late_serial_knows_what_was_in_it_when(shop: PumpShop) -> None:
    steps = [step for step in trace(shop.pieces["SN-0001"], Direction.BACKWARD).steps if step.is_component]
    for text, codes in EXPECTED["as_built_at"].items():
        at = instant(text)
        there = [step.parent.code for step in steps if step.at <= at and (step.until is None or at < step.until)]
        assert there == codes, text


def test_late_serial_leaves_no_housing_without_number_and_the_removed_part_in_quarantine(shop: PumpShop) -> None:
    there, _active = shop.plant.there(shop.store, shop.lots["HSG-1"])
    assert there == Decimal(EXPECTED["housings_without_number"])
    waiting = StockBalance.objects.filter(location=shop.quarantine, quantity__gt=0)
    assert list(waiting.values_list("sublot__code", flat=True)) == EXPECTED["quarantined"]


def test_third_number_of_two_housings_is_refused(shop: PumpShop) -> None:
    with pytest.raises(Shortage):
        give_number(
            shop.actor,
            shop.job(40).pk,
            lot=shop.lots["HSG-1"],
            location=shop.store,
            definition=shop.pump,
            serial="SN-0003",
            op_uuid=uuid.uuid4(),
        )
    assert not MaterialSublot.objects.filter(code="SN-0003").exists()


def test_p12_number_is_given_once(shop: PumpShop) -> None:
    with pytest.raises(InvalidInput, match="not right"):
        sublot_add(shop.actor, shop.pump.pk, kind=SublotKind.SERIAL, code="SN-0001", quantity=Decimal(1))


def test_component_is_in_one_product_at_a_time(shop: PumpShop) -> None:
    at = instant(INPUT["assembled_at"]) + timedelta(hours=1)
    first = Installation.objects.get(component=shop.pieces["I-78"])
    twice = Installation(
        site=shop.plant.site, product=shop.pieces["SN-0001"], component=first.component, installed_at=at
    )
    with pytest.raises(IntegrityError, match="one_place_at_a_time"), transaction.atomic(), acting():
        twice.save()


def test_swap_sent_twice_is_one_swap_and_a_removed_part_is_not_removed_again(shop: PumpShop) -> None:
    change = INPUT["swap"]
    job = shop.job(50)
    with shop.plant.clock_at(change["at"]):
        assert shop.swap(job, change).component == shop.pieces["I-79"]
    with pytest.raises(Conflict, match="taken out already"):
        shop.swap(job, change, uuid.uuid4())
