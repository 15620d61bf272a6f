"""A plant with a store: materials in lots, an order that needs them, and the people's acts in a few words."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.engine.terms import MoveKind
from inventory.models import StockBalance, StockMove, StockReservation, StorageLocation
from inventory.services import job_material, stock, stock_reservation
from inventory.services.job_material import Made, Taken
from inventory.services.posting import Leg, Occasion, post
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.engine.terms import SublotKind
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot, MaterialSublot
from mom.plant.services.material import sublot_add
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder, JobRequirement
from mom.work.services import job_order
from production.models import OperationsDefinition
from production.services import batch
from tests.factories.plant import next_code
from tests.factories.work import job_of, make_material, make_order, make_routing

SOON = datetime.now(UTC) + timedelta(days=10)


class JobStore:
    """A store with one place, and a routing of four operations that takes two bars and two rings a piece."""

    def __init__(self, site: Site, actor: Actor, tag: str = "") -> None:
        self.site, self.actor, self.tag = site, actor, tag
        with acting():
            equipment = Equipment.objects.create(site=site, code=f"{tag}SHELF", level="storage_unit")
            self.shelf = StorageLocation.objects.create(site=site, equipment=equipment)
        self.bar = make_material(site, f"{tag}BAR", tracking="lot")
        self.ring = make_material(site, f"{tag}RING", tracking="lot")
        self.pump = make_material(site, f"{tag}PUMP", tracking="lot")

    def routing(self) -> OperationsDefinition:
        return make_routing(self.site, f"{self.tag}R-PUMP", inputs=[self.bar, self.ring], product=self.pump)

    def lot(self, material: MaterialDefinition, code: str, quantity: int, **fields: Any) -> MaterialLot:
        with acting():
            lot = MaterialLot.objects.create(site=self.site, definition=material, code=code, **fields)
        stock.receive(self.actor, self.shelf, material, Decimal(quantity), op_uuid=uuid.uuid4(), lot=lot)
        return lot

    def piece(self, material: MaterialDefinition, number: str, lot: MaterialLot | None = None) -> MaterialSublot:
        """A numbered piece on the shelf."""
        made = sublot_add(
            self.actor, material.pk, kind=SublotKind.SERIAL, code=number, quantity=Decimal(1),
            lot=lot,
        )  # fmt: skip
        stock.receive(self.actor, self.shelf, material, Decimal(1), op_uuid=uuid.uuid4(), lot=lot, sublot=made)
        return made

    def order(self, routing: OperationsDefinition, code: str = "WO-1", quantity: int = 10) -> list[JobOrder]:
        made = batch.create(self.actor, self.site, routing.pk, batch.NewBatch(code, quantity=Decimal(quantity)))
        return list(JobOrder.objects.filter(work_request=made.work_request).order_by("sequence"))

    def give(self, job: JobOrder, *commands: str) -> None:
        for each in commands:
            job_order.command(self.actor, job.pk, JobOrderCommand(each))

    def reserve(self, job: JobOrder) -> dict[str, Decimal]:
        found, _short = stock_reservation.reserve(self.actor, [job.pk])
        return {row.balance.lot.code: row.quantity for row in found if row.balance.lot}

    def short(self, job: JobOrder) -> dict[str, tuple[Decimal, Decimal]]:
        _found, short = stock_reservation.reserve(self.actor, [job.pk])
        return {each.material: (each.needed, each.reserved) for each in short}

    def consume(self, job: JobOrder, lot: MaterialLot | None = None, quantity: int = 0, **more: Any) -> list[StockMove]:
        taken = None if lot is None else [Taken(lot, self.shelf, Decimal(quantity))]
        return job_material.consume(self.actor, job.pk, taken, op_uuid=uuid.uuid4(), **more)

    def produce(self, job: JobOrder, code: str, quantity: int, **more: Any) -> MaterialLot:
        with acting():
            lot = MaterialLot.objects.create(site=self.site, definition=self.pump, code=code)
        output = job.requirements.get(definition=self.pump)
        made = Made(output, lot, self.shelf, Decimal(quantity))
        job_material.produce(self.actor, job.pk, [made], op_uuid=uuid.uuid4(), **more)
        return lot

    def balance(self, lot: MaterialLot) -> tuple[int, int]:
        row = StockBalance.objects.get(lot=lot)
        return int(row.quantity), int(row.reserved)

    def balance_at(self, place: StorageLocation, lot: MaterialLot) -> int:
        return int(StockBalance.objects.get(lot=lot, location=place).quantity)


def make_reservation(site: Site) -> StockReservation:
    """A reservation in a store of its own, in the test's own transaction."""
    tag = next_code("S")
    order = make_order(site, f"WO-{tag}", material=make_material(site, f"{tag}-PUMP"))
    bar = make_material(site, f"{tag}-BAR", tracking="lot")
    with acting() as act:
        equipment = Equipment.objects.create(site=site, code=f"{tag}-SHELF", level="storage_unit")
        shelf = StorageLocation.objects.create(site=site, equipment=equipment)
        lot = MaterialLot.objects.create(site=site, definition=bar, code=f"{tag}-LOT")
        post(act, [Leg(MoveKind.RECEIVED, shelf, bar, Decimal(50), lot=lot)], Occasion(uuid.uuid4(), act.now))
        need = JobRequirement.objects.create(
            site=site, job_order=job_of(order), position=100, resource_kind="material", material_use="consumed",
            definition=bar, quantity=20, unit=bar.unit,
        )  # fmt: skip
        return StockReservation.objects.create(
            site=site, requirement=need, balance=lot.stock_balances.get(), quantity=20, reserved_at=act.now,
            reserved_by=act.actor.label,
        )  # fmt: skip
