"""A furnace load of three orders: shared time and energy, one scrapped lot."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.models import WorkBucket
from analytics.services.rebuild import rebuild_days
from inventory.models import StorageLocation
from inventory.services import stock
from inventory.services.job_material import Made, produce
from mom.core.errors import Conflict, InvalidInput
from mom.plant.models import MaterialDefinition, MaterialLot
from mom.plant.services import master_data
from mom.work.engine.terms import EnergyCarrier, JobOrderCommand, QuantityKind, RunKind, ShareRule
from mom.work.models import JobResponse, Run
from mom.work.selectors.run import run_parts
from mom.work.services import quantity_report
from mom.work.services import run as runs
from mom.work.services.quantity_report import Reported
from mom.work.services.run import Loaded
from production.services import production_request
from production.services.production_request import NewOrder
from tests.factories.plant import make_reason
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("furnace_load")
ORDERS: list[dict[str, Any]] = INPUT["orders"]


class Furnace:
    """The furnace with three released orders."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.actor = plant, plant.actor
        self.machine = plant.machine(INPUT["furnace"])
        self.store: StorageLocation = plant.place("HARDENED")
        self.parts: dict[str, MaterialDefinition] = {}
        self.lots: dict[str, MaterialLot] = {}
        for order in ORDERS:
            part = self.parts[order["code"]] = plant.material(order["part"])
            new = NewOrder(order["code"], part, Decimal(order["pieces"]), equipment=self.machine)
            production_request.create(plant.actor, plant.site, new, is_released=True)

    def load(self) -> Run:
        jobs = [Loaded(self.plant.job(f"{order['code']}-10"), Decimal(order["kilograms"])) for order in ORDERS]
        with self.plant.clock_at(INPUT["loaded_at"]):
            return runs.start(
                self.actor,
                self.machine,
                jobs,
                kind=RunKind.LOAD,
                share_rule=ShareRule.MASS,
                op_uuid=uuid.uuid5(uuid.NAMESPACE_OID, "load"),
            )

    def draw(self, run: Run) -> None:
        with self.plant.clock_at(INPUT["drawn_at"]):
            runs.finish(self.actor, run.pk)
            energy = INPUT["energy"]
            runs.record_energy(
                self.actor,
                run.pk,
                carrier=EnergyCarrier(energy["carrier"]),
                quantity=Decimal(energy["quantity"]),
                unit=energy["unit"],
                op_uuid=uuid.uuid4(),
            )
            for order in ORDERS:
                self.judge(order)

    def judge(self, order: dict[str, Any]) -> None:
        """Each lot is put in stock and reported; the cracked one as scrap."""
        job, pieces = self.plant.job(f"{order['code']}-10"), Decimal(order["pieces"])
        lot = self.lots[order["lot"]] = self.plant.lot(self.parts[order["code"]], order["lot"])
        made = [Made(self.plant.output(job), lot, self.store, pieces)]
        produce(self.actor, job.pk, made, op_uuid=uuid.uuid4())
        is_scrap = order["code"] == INPUT["scrapped"]["order"]
        line = Reported(QuantityKind.GOOD, pieces, lot=lot)
        if is_scrap:
            reason = make_reason(self.plant.site, INPUT["scrapped"]["reason"], kind="scrap")
            line = Reported(QuantityKind.SCRAP, pieces, reason=reason, lot=lot)
            stock.scrap(self.actor, lot, self.store, pieces, op_uuid=uuid.uuid4(), reason="cracked")
            master_data.change(self.actor, MaterialLot, lot.pk, disposition="closed")
        quantity_report.report(self.actor, job.pk, [line], op_uuid=uuid.uuid4())


@pytest.fixture
def furnace(plant: Plant) -> Furnace:
    return Furnace(plant)


def test_furnace_load_shares_time_and_energy_by_mass(furnace: Furnace) -> None:
    run = furnace.load()
    furnace.draw(run)

    parts = {part.job_order.removesuffix("-10"): part for part in run_parts(run)}
    microsecond = timedelta(microseconds=1)
    assert {code: part.duration // microsecond for code, part in parts.items() if part.duration} == EXPECTED[
        "microseconds"
    ]
    meter = (INPUT["energy"]["carrier"], INPUT["energy"]["unit"])
    assert {code: part.energy[meter] for code, part in parts.items()} == {
        code: Decimal(value) for code, value in EXPECTED["energy"].items()
    }
    assert sum(part.energy[meter] for part in parts.values()) == Decimal(INPUT["energy"]["quantity"])


def test_furnace_load_counts_the_machine_once(furnace: Furnace) -> None:
    furnace.draw(furnace.load())
    day = instant(INPUT["loaded_at"]).date()
    rebuild_days(furnace.plant.site, [day])

    seconds = sum(bucket.production.total_seconds() for bucket in WorkBucket.objects.all())
    assert Decimal(str(seconds)) == Decimal(EXPECTED["machine_seconds"])


def test_furnace_load_scraps_one_lot_and_keeps_the_others(furnace: Furnace) -> None:
    furnace.draw(furnace.load())

    for order in ORDERS:
        total = furnace.plant.output(furnace.plant.job(f"{order['code']}-10")).total
        wanted = EXPECTED["quantities"][order["code"]]
        assert (total.good, total.scrap) == (Decimal(wanted["good"]), Decimal(wanted["scrap"])), order["code"]
        there, _active = furnace.plant.there(furnace.store, furnace.lots[order["lot"]])
        assert there == Decimal(EXPECTED["stock"][order["lot"]]), order["lot"]
    assert MaterialLot.objects.get(code="H-102").disposition == "closed"


def test_furnace_load_sent_twice_is_one_load(furnace: Furnace) -> None:
    first = furnace.load()

    assert furnace.load() == first
    assert JobResponse.objects.filter(run=first).count() == len(ORDERS)


def test_one_blocked_order_starts_none_of_the_load(furnace: Furnace) -> None:
    held = furnace.plant.job("WO-102-10").work_request
    from mom.work.engine.terms import WorkRequestCommand
    from mom.work.services import work_request_command

    work_request_command.command(furnace.actor, held.pk, WorkRequestCommand.HOLD, reason="drawing is wrong")

    with pytest.raises(Conflict):
        furnace.load()
    assert not Run.objects.exists()
    assert furnace.plant.job("WO-101-10").status == "ready"


def test_load_of_another_machine_s_job_is_refused(furnace: Furnace) -> None:
    other = NewOrder("WO-9", furnace.parts["WO-101"], Decimal(1), equipment=furnace.plant.machine("FURNACE-2"))
    production_request.create(furnace.actor, furnace.plant.site, other, is_released=True)
    jobs = [Loaded(furnace.plant.job("WO-9-10")), Loaded(furnace.plant.job("WO-101-10"), Decimal(0))]

    with pytest.raises(InvalidInput) as refused:
        runs.start(
            furnace.actor,
            furnace.machine,
            jobs,
            kind=RunKind.LOAD,
            share_rule=ShareRule.MASS,
            op_uuid=uuid.uuid4(),
        )
    assert len(refused.value.fields["jobs"]) == 2
    assert furnace.plant.give(furnace.plant.job("WO-101-10"), JobOrderCommand.START).status == "running"
