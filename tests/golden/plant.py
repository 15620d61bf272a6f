"""A plant in a few words, for the cases worked by hand: made and worked through the services that people use."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import time_machine

from inventory.models import StockBalance, StorageLocation
from inventory.services import stock
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition, MaterialLot
from mom.work.engine.terms import JobOrderCommand, MaterialUse
from mom.work.models import JobOrder, JobRequirement
from mom.work.services import job_order

HERE = Path(__file__).parent


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The input and the figures worked by hand."""
    read = [json.loads((HERE / name / file).read_text()) for file in ("input.json", "expected.json")]
    return read[0], read[1]


def instant(text: str) -> datetime:
    """An instant with its offset."""
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None, f"{text} names no offset"
    return at


class Plant:
    """One site, and the short way to what a case needs of it."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site, self.actor = site, actor

    @contextmanager
    def clock_at(self, text: str) -> Iterator[datetime]:
        """Everything inside happens at that instant."""
        at = instant(text)
        with time_machine.travel(at, tick=False):
            yield at

    def machine(self, code: str, level: str = "work_unit") -> Equipment:
        with acting():
            return Equipment.objects.create(site=self.site, code=code, name=code, level=level)

    def place(self, code: str, *, is_blending: bool = False) -> StorageLocation:
        return stock.storage_add(self.actor, self.machine(code, "storage_unit"), is_blending=is_blending)

    def material(self, code: str, unit: str = "C62", **fields: Any) -> MaterialDefinition:
        with acting():
            return MaterialDefinition.objects.create(site=self.site, code=code, name=code, unit=unit, **fields)

    def lot(self, material: MaterialDefinition, code: str, **fields: Any) -> MaterialLot:
        with acting():
            return MaterialLot.objects.create(site=self.site, definition=material, code=code, **fields)

    def supplier(self, code: str, *, is_customer: bool = False) -> BusinessPartner:
        with acting():
            return BusinessPartner.objects.create(
                site=self.site, code=code, name=code, is_supplier=not is_customer, is_customer=is_customer
            )

    def received(self, place: StorageLocation, lot: MaterialLot, quantity: str, at: str, **more: Any) -> None:
        stock.receive(
            self.actor,
            place,
            lot.definition,
            Decimal(quantity),
            lot=lot,
            at=instant(at),
            op_uuid=uuid.uuid4(),
            **more,
        )

    def job(self, code: str) -> JobOrder:
        return JobOrder.objects.select_related("site", "equipment", "work_request").get(site=self.site, code=code)

    def give(self, job: JobOrder, *commands: JobOrderCommand) -> JobOrder:
        for command in commands:
            job_order.command(self.actor, job.pk, command)
        return self.job(job.code)

    def output(self, job: JobOrder, use: MaterialUse = MaterialUse.PRODUCED) -> JobRequirement:
        return job.requirements.get(material_use=use)

    def there(self, place: StorageLocation, lot: MaterialLot) -> tuple[Decimal, Decimal]:
        """What lies on a place of a lot: nominal and active."""
        sums = StockBalance.objects.filter(location=place, lot=lot).values_list("quantity", "active_quantity")
        return (sum((each[0] for each in sums), Decimal(0)), sum((each[1] for each in sums), Decimal(0)))
