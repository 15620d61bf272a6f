"""A machine whose parts are measured: an approved control plan, a running job with lots, and the people's acts."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from inventory.models import StorageLocation
from inventory.services import job_material
from inventory.services.job_material import Made
from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.models import JobOrder
from mom.work.services import job_order, quantity_report
from mom.work.services.quantity_report import Reported
from quality.engine.terms import CharacteristicKind, ChartKind, InspectionCause, NonconformanceCommand
from quality.models import (
    Characteristic,
    ControlChart,
    ControlLimits,
    ControlPlan,
    Disposition,
    Inspection,
    Nonconformance,
    Sample,
)
from quality.services import control_plan, inspection, nonconformance, sample
from quality.services.control_limits import Basis, freeze
from quality.services.control_plan import NewCharacteristic, NewPlan
from quality.services.sample import NewSample
from tests.factories.plant import next_code
from tests.factories.work import job_of, make_machine, make_material, make_order

BOSS = system_actor("test")
STEADY = (("9.9", "10.1", "10.0"), ("10.0", "10.2", "9.9"), ("9.8", "10.0", "10.1"), ("10.1", "9.9", "10.0"))
"""Four samples of three around 10, mean range 0.25: control limits of about 9.74 and 10.26."""


def bore(**more: Any) -> NewCharacteristic:
    """A measured one with a chart of means of three: 10 +- 0.5 mm."""
    given: dict[str, Any] = {
        "code": "1", "name": "Bore", "nominal": Decimal(10), "lower_limit": Decimal("9.5"),
        "upper_limit": Decimal("10.5"), "unit": "MMT", "sample_size": 3, "chart": ChartKind.XBAR_R,
        "reaction": "Stop. Measure five. Call the setter.", **more,
    }  # fmt: skip
    return NewCharacteristic(**given)


def burr(**more: Any) -> NewCharacteristic:
    """One that is looked at."""
    return NewCharacteristic(code="2", name="Burr", kind=CharacteristicKind.VISUAL, sample_size=5, **more)


def make_plan(
    site: Site,
    code: str = "CP-1",
    *,
    material: MaterialDefinition | None = None,
    characteristics: Sequence[NewCharacteristic] = (),
    is_approved: bool = True,
) -> ControlPlan:
    """A control plan, in the test's own transaction."""
    product = material or make_material(site, next_code("PUMP"), tracking="lot")
    with acting() as act:
        plan = control_plan.add(act, site, NewPlan(code, product, characteristics or [bore(), burr()], name="Pump"))
        return control_plan.approved(act, plan) if is_approved else plan


class Floor:
    """A machine, a product in lots with its control plan, and a job that runs on it."""

    def __init__(
        self, site: Site, *characteristics: NewCharacteristic, actor: Actor = BOSS, tag: str = "", is_begun: bool = True
    ) -> None:
        self.site, self.actor, self.tag = site, actor, tag
        self.machine = make_machine(site, f"{tag}CNC-03")
        self.product = make_material(site, f"{tag}PUMP", tracking="lot")
        with acting():
            place = Equipment.objects.create(site=site, code=f"{tag}RACK", level="storage_unit")
            self.rack = StorageLocation.objects.create(site=site, equipment=place)
        self.plan = make_plan(site, f"{tag}CP-1", material=self.product, characteristics=characteristics)
        self.job = self.order(f"{tag}WO-1")
        if is_begun:
            self.give(self.job, "start")

    def order(self, code: str, quantity: int = 1000) -> JobOrder:
        """A released order at the machine."""
        return job_of(make_order(self.site, code, material=self.product, quantity=quantity, machine=self.machine))

    def give(self, job: JobOrder, *commands: str) -> JobOrder:
        for each in commands:
            job_order.command(self.actor, job.pk, JobOrderCommand(each))
        job.refresh_from_db()
        return job

    def about(self, code: str = "1") -> Characteristic:
        rows = Characteristic.objects.select_related("control_plan__material", "site", "equipment")
        return rows.get(control_plan=self.plan, code=code)

    def measure(self, *values: str, code: str = "1", inspection: Inspection | None = None, **more: Any) -> Sample:
        """A sample of the job's parts, at the machine."""
        new = {"values": [Decimal(value) for value in values], "job_order": self.job, "equipment": self.machine, **more}
        key = new.pop("op_uuid", None) or uuid.uuid4()
        found = sample.record(
            self.actor, NewSample(self.about(code), **new), op_uuid=key,
            inspection_id=inspection.pk if inspection else None,
        )  # fmt: skip
        found.refresh_from_db()
        return found

    def steady(self) -> ControlLimits:
        """Four steady samples, and limits frozen of them."""
        for values in STEADY:
            self.measure(*values)
        return freeze(self.actor, self.chart().pk, Basis(1, len(STEADY)), "First run")

    def chart(self) -> ControlChart:
        return ControlChart.objects.get(site=self.site, plan_code=self.plan.code, characteristic_code="1")

    def produce(self, code: str, quantity: int = 10, job: JobOrder | None = None) -> MaterialLot:
        """A lot of the product comes off the job."""
        job = job or self.job
        with acting():
            lot = MaterialLot.objects.create(site=self.site, definition=self.product, code=code)
        output = job.requirements.get(definition=self.product)
        made = Made(output, lot, self.rack, Decimal(quantity))
        job_material.produce(self.actor, job.pk, [made], op_uuid=uuid.uuid4())
        return lot

    def report(self, quantity: int, job: JobOrder | None = None) -> None:
        line = Reported(QuantityKind.GOOD, Decimal(quantity))
        quantity_report.report(self.actor, (job or self.job).pk, [line], op_uuid=uuid.uuid4())


def make_sample(site: Site, plan: ControlPlan | None = None, *values: str) -> Sample:
    """A sample of a product of its own, in the test's own transaction."""
    plan = plan or make_plan(site, next_code("CP"))
    about = plan.characteristics.select_related("control_plan__material", "site", "equipment").get(code="1")
    read = [Decimal(value) for value in values or ("10", "10.1", "9.9")]
    with acting() as act:
        return sample.add(act, NewSample(about, read), op_uuid=uuid.uuid4())


def make_chart(site: Site) -> ControlChart:
    """A chart with a sample."""
    return make_sample(site).chart


def make_inspection(site: Site, job: JobOrder | None = None, plan: ControlPlan | None = None) -> Inspection:
    """An inspection that is due, of a job of its own."""
    plan = plan or make_plan(site, next_code("CP"))
    job = job or job_of(make_order(site, next_code("WO"), material=plan.material))
    with acting() as act:
        made = inspection.come_due(
            act,
            job,
            InspectionCause.MANUAL,
            next_code("manual"),
            list(plan.characteristics.select_related("control_plan")),
        )
    assert made is not None
    return made


def make_nonconformance(site: Site, **more: Any) -> Nonconformance:
    """One that a person opened, of a product of its own, in the test's own transaction."""
    product = more.pop("material", None) or make_material(site, next_code("PUMP"))
    new = nonconformance.NewNonconformance(
        **{"title": "Scratched", "material": product, "quantity": Decimal(5), **more}
    )
    with acting() as act:
        return nonconformance.contain(act, nonconformance.opened(act, site, new), [], loose=new.quantity)


def make_disposed(site: Site) -> Nonconformance:
    """One whose parts are decided: what is left is to close it."""
    from tests.factories.signatures import make_signature

    ncr = make_nonconformance(site)
    line = ncr.lines.get()
    with acting() as act:
        Disposition.objects.create(
            site=site, nonconformance=ncr, line=line, kind="use_as_is", quantity=line.quantity, unit=line.unit,
            reason="Fits all the same", signature=make_signature(site), decided_by="Eva", decided_at=act.now,
        )  # fmt: skip
        nonconformance.move(act, ncr, NonconformanceCommand.DISPOSE)
    return ncr
