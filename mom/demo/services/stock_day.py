"""What the demo's store does: lots come, go into work, are shipped, held, promised and counted."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from inventory.models import CycleCount, StockBalance, StorageLocation
from inventory.services import cycle_count, job_material, lot_hold, lots, stock, stock_reservation, stock_transfer
from inventory.services.cycle_count import Counted
from inventory.services.job_material import Taken
from inventory.services.lots import NewLot
from mom.core import clock
from mom.core.actor import system_actor
from mom.demo.engine import stock_day
from mom.demo.services.plant import DemoPlant
from mom.plant.models import MaterialLot
from mom.work.engine.terms import GateLevel, JobOrderCommand
from mom.work.models import JobOrder
from mom.work.services import gate_rule
from mom.work.services import job_order as job_orders

ACTOR = system_actor("demo")
KEY = uuid.UUID("1f6c1f0b-58a9-4b12-9a5e-8f9c8f0a5b77")
MINUTE = timedelta(minutes=1)


class Store:
    """The places, lots and jobs of the demo, found by their codes."""

    def __init__(self, built: DemoPlant) -> None:
        self.built, self.now = built, clock.now()
        rows = StorageLocation.objects.filter(site=built.site).select_related("equipment", "site")
        self.places = {row.equipment.code: row for row in rows}

    def lot(self, code: str) -> MaterialLot:
        return MaterialLot.objects.select_related("site", "definition").get(site=self.built.site, code=code)

    def job(self, order: str, machine: str) -> JobOrder:
        return JobOrder.objects.get(site=self.built.site, work_request__code=order, equipment__code=machine)

    def key(self, of: str) -> uuid.UUID:
        return uuid.uuid5(KEY, f"{self.built.site.pk}:{of}")

    def take(self, job: JobOrder, lot: str, place: str, quantity: Decimal, at: datetime) -> None:
        """A lot is scanned into a job."""
        taken = Taken(self.lot(lot), self.places[place], quantity)
        job_material.consume(ACTOR, job.pk, [taken], op_uuid=self.key(f"{job.code}:{lot}:{at.isoformat()}"), at=at)

    def make(self, job: JobOrder, lot: str, place: str, many: int, at: datetime) -> None:
        """A lot comes off a job."""
        lots.produce_lot(ACTOR, job.pk, self.places[place], Decimal(many), NewLot(lot), op_uuid=self.key(lot), at=at)


def add_castings(built: DemoPlant) -> None:
    """What suppliers brought, and the lot of castings that was poured of it."""
    store = Store(built)
    with clock.telling(store.now - timedelta(hours=stock_day.RECEIVED_HOURS_AGO)):
        for code, material, place, quantity, supplier, theirs, days in stock_day.RECEIVED:
            expires = None if days is None else store.now + timedelta(days=days)
            lots.receive_lot(
                ACTOR, store.places[place], built.materials[material], Decimal(quantity), NewLot(code, theirs, expires),
                op_uuid=store.key(code), partner=built.partners[supplier],
            )  # fmt: skip
    order, machine, melt, weight, castings, many, ago = stock_day.CAST
    job, at = store.job(order, machine), store.now - ago * MINUTE
    store.take(job, melt, "YARD-B2", Decimal(weight), at)
    store.make(job, castings, "RACK-R3", many, at)


def add_stock_day(built: DemoPlant) -> None:
    """Pumps of these housings, a shipment, a hold, promises, and two counts. Within an enclosing transaction."""
    store = Store(built)
    _assemble_and_ship(store)
    material, rack = stock_day.HOME
    stock_transfer.set_home(ACTOR, built.materials[material], store.places[rack])
    lot, reason = stock_day.HELD
    lot_hold.hold(ACTOR, [store.lot(lot).pk], reason)
    gate_rule.set_level(ACTOR, built.site, "inventory.material", GateLevel.BLOCK)
    jobs = JobOrder.objects.filter(site=built.site, work_request__code=stock_day.RESERVED_FOR)
    stock_reservation.reserve(ACTOR, list(jobs.values_list("pk", flat=True)))
    _count_with_a_difference(store)
    place, counted, many = stock_day.BEING_COUNTED
    going_on = _begin_count(store, place)
    _say(store, going_on, counted, Decimal(many))


def _assemble_and_ship(store: Store) -> None:
    order, station, pumps, many, ago = stock_day.ASSEMBLED
    job, at = store.job(order, station), store.now - ago * MINUTE
    for lot, place in stock_day.TAKEN:
        store.take(job, lot, place, Decimal(many), at)
    store.make(job, pumps, stock_day.FINISHED, many, at)
    customer, shipped, ago = stock_day.SHIPPED
    stock.ship(
        ACTOR, store.lot(pumps), store.places[stock_day.FINISHED], Decimal(shipped), op_uuid=store.key("ship"),
        partner=store.built.partners[customer], at=store.now - ago * MINUTE,
    )  # fmt: skip


def _count_with_a_difference(store: Store) -> None:
    place, differs, by, why, hours = stock_day.COUNTED
    with clock.telling(store.now - timedelta(hours=hours)):
        count = _begin_count(store, place)
        there = StockBalance.objects.filter(location=store.places[place]).exclude(quantity=0)
        for code, quantity in there.values_list("lot__code", "quantity"):
            _say(store, count, code, quantity + (Decimal(by) if code == differs else 0))
        job_orders.command(ACTOR, count.job_order_id, JobOrderCommand.FINISH)
        cycle_count.post_count(ACTOR, count.pk, why)


def _begin_count(store: Store, place: str) -> CycleCount:
    count = cycle_count.ask(ACTOR, store.places[place])
    job_orders.command(ACTOR, count.job_order_id, JobOrderCommand.START)
    return count


def _say(store: Store, count: CycleCount, lot: str, quantity: Decimal) -> None:
    line = count.lines.get(lot__code=lot)
    cycle_count.enter(ACTOR, count.pk, [Counted(quantity, store.key(f"{count.code}:{lot}"), line_id=line.pk)])
