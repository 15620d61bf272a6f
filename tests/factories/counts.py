"""A count of a place and a job that moves stock, in a few words."""

import uuid
from decimal import Decimal

from inventory.models import CountEntry, CycleCount, LotHold, StockTransfer, StorageLocation
from inventory.services import cycle_count, lot_hold, stock_transfer
from inventory.services.cycle_count import Counted
from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialLot
from mom.work.engine.terms import JobOrderCommand
from mom.work.services import job_order
from tests.factories.plant import next_code
from tests.factories.work import make_material


def make_place(site: Site, code: str = "SHELF-2", **fields: object) -> StorageLocation:
    """A place that holds stock."""
    with acting():
        equipment = Equipment.objects.create(site=site, code=code, level="storage_unit")
        return StorageLocation.objects.create(site=site, equipment=equipment, **fields)


class Counting:
    """A count that was asked for and started."""

    def __init__(self, place: StorageLocation, actor: Actor | None = None) -> None:
        self.actor = actor or system_actor("test")
        self.count = cycle_count.ask(self.actor, place)
        job_order.command(self.actor, self.count.job_order_id, JobOrderCommand.START)

    def say(self, lot: MaterialLot, quantity: int, **more: object) -> CountEntry:
        """So much of a lot was counted."""
        line = self.count.lines.filter(lot=lot).first()
        where = {"line_id": line.pk} if line else {"found": (lot.definition, lot, None)}
        said = Counted(Decimal(quantity), **{"op_uuid": uuid.uuid4(), **where, **more})  # type: ignore[arg-type]
        return cycle_count.enter(self.actor, self.count.pk, [said])[0]

    def finish(self) -> CycleCount:
        """The job is finished."""
        job_order.command(self.actor, self.count.job_order_id, JobOrderCommand.FINISH)
        self.count.refresh_from_db()
        return self.count

    def post(self, reason: str = "Miscounted at receipt") -> CycleCount:
        """Somebody says why."""
        self.count = cycle_count.post_count(self.actor, self.count.pk, reason)
        return self.count


def make_count(site: Site) -> CycleCount:
    """A count in a place of its own, in the test's own transaction."""
    place = make_place(site, next_code("CP"))
    with acting() as act:
        return cycle_count.add(act, place)


def make_move_job(site: Site) -> StockTransfer:
    """A job that is to move twenty pieces, in the test's own transaction."""
    source, target = make_place(site, next_code("MP")), make_place(site, next_code("MP"))
    with acting() as act:
        return stock_transfer.add(act, make_material(site, next_code("MM")), source, target, Decimal(20))


def make_hold(site: Site) -> LotHold:
    """A hold of one lot, in the test's own transaction."""
    material = make_material(site, next_code("HM"), tracking="lot")
    with acting() as act:
        lot = MaterialLot.objects.create(site=site, definition=material, code=next_code("HL"))
        return LotHold.objects.get(pk=lot_hold.hold_lots(act, [lot.pk], "Drift on bore").hold_id)
