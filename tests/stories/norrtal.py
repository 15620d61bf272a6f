"""Norrtal: bodies are bored on CNC-04 and pressed with two seals each to pumps on PRESS-02."""

import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from analytics.engine.machine_parts import MachineTotals
from analytics.selectors.machine_parts import Only, parts_total
from analytics.services.machine_rebuild import rebuild_next as rebuild_machine
from inventory.models import StockBalance, StorageLocation
from inventory.services import job_material, lots
from inventory.services.job_material import Taken
from inventory.services.lots import NewLot
from maintenance.models import PlanOccurrence
from maintenance.services.job_plan import NewStep
from mom.accounts.models import Site
from mom.core import relay
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import MachineListening
from mom.plant.engine.terms import EquipmentLevel, LossClass, TimeClass
from mom.plant.models import (
    BusinessPartner,
    Equipment,
    MaterialDefinition,
    MaterialLot,
    ReasonClassification,
    Shift,
    ShiftBreak,
    WorkCalendar,
)
from mom.work.engine.terms import GateLevel, JobOrderCommand, MaterialUse, QuantityKind
from mom.work.models import JobOrder
from mom.work.public import set_planned_times
from mom.work.services import gate_rule, job_order, quantity_report
from mom.work.services.quantity_report import Reported
from production.models import IdealCycle
from production.services import operations_definition
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment
from quality.models import Inspection
from quality.services import sample
from quality.services.sample import NewSample
from tests.accounts.signing import PASSWORD
from tests.factories.accounts import make_site, make_user
from tests.factories.maintenance import make_job_plan, make_plan, make_technician, repair, sign
from tests.factories.plant import make_equipment, make_reason
from tests.factories.quality import bore
from tests.factories.quality import make_plan as make_control_plan
from tests.factories.work import make_material
from tests.quality.signing import make_decider

DAY = date(2026, 4, 16)
PLANT = system_actor("plant")
D = Decimal
HourMinute = tuple[int, int]
SHIFT_LEAD = ("work.view", "work.override_gate", "accounts.sign_record")


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of that Thursday, in the plant's time."""
    return datetime.combine(DAY, time(hour, minute), ZoneInfo("Europe/Stockholm"))


def clock_shows(hour: int, minute: int = 0) -> Any:
    return time_machine.travel(at(hour, minute), tick=False)


class Norrtal:
    """The plant: two machines, a store, what is bought and what is made of it, and who works there."""

    def __init__(self) -> None:
        self.site: Site = make_site("P1")
        top = make_equipment(self.site, "PLANT", level=EquipmentLevel.SITE, calendar=_calendar(self.site))
        self.cnc = make_equipment(self.site, "CNC-04", parent=top)
        self.press = make_equipment(self.site, "PRESS-02", parent=top)
        with acting():
            shelf = Equipment.objects.create(site=self.site, code="STORE", level="storage_unit")
            self.store = StorageLocation.objects.create(site=self.site, equipment=shelf)
            self.customer = BusinessPartner.objects.create(
                site=self.site, code="KUND-1", name="Vattenverket", is_customer=True
            )
        self.casting = make_material(self.site, "CASTING", tracking="lot")
        self.body = make_material(self.site, "BODY", tracking="lot")
        self.seal = make_material(self.site, "SEAL", tracking="lot")
        self.pump = make_material(self.site, "PUMP", tracking="lot")
        self.valve = make_material(self.site, "VALVE-640", tracking="lot")
        self.eva, self.tomasz = make_decider(self.site), make_technician(self.site)
        self.nora = make_user("nora", site=self.site, permissions=SHIFT_LEAD, password=PASSWORD)
        self._prepare()

    def _prepare(self) -> None:
        """What was settled long before: how pumps are made, what is measured, what the press tells."""
        steps = [NewSegment("Press", [NewMaterial(self.body, D(10)), NewMaterial(self.seal, D(20)),
                                      NewMaterial(self.pump, D(10), MaterialUse.PRODUCED)], self.press,
                            run_duration=timedelta(minutes=1))]  # fmt: skip
        draft = operations_definition.create(PLANT, self.site, NewDefinition("PUMP", self.pump, D(10), steps))
        operations_definition.approve(PLANT, draft.pk)
        self.plan = make_control_plan(self.site, "CP-BODY", material=self.body, characteristics=[bore(every_pieces=50)])
        gate_rule.set_level(PLANT, self.site, "inventory.material", GateLevel.BLOCK)
        broken = make_reason(self.site, "HYDRAULICS")
        long_ago = at(5) - timedelta(days=30)
        with acting():
            ReasonClassification.objects.create(site=self.site, reason=broken, time_class=TimeClass.DOWN,
                                                loss_class=LossClass.BREAKDOWN, valid_from=long_ago)  # fmt: skip
            IdealCycle.objects.create(site=self.site, definition=self.pump, equipment=self.press,
                                      duration=timedelta(minutes=1), valid_from=long_ago)  # fmt: skip
            MachineListening.objects.create(
                site=self.site, equipment=self.press, piece_source="counters", heartbeat=timedelta(minutes=5),
                minor_stop=timedelta(minutes=2), valid_from=long_ago,
            )  # fmt: skip

        look = make_job_plan(self.site, steps=(NewStep("Look and grease", is_required=False),))
        for machine, hours in ((self.cnc, 4), (self.press, 3)):
            make_plan(machine, job_plan=look, rule="FREQ=MONTHLY", starts_at=at(6), tolerance=timedelta(hours=hours),
                      takes_machine=False)  # fmt: skip

    # What people do

    def plans(self, job: JobOrder, start: datetime, end: datetime) -> None:
        """Whoever plans gives a job that came from the ERP its times; nobody had said how long it takes."""
        with acting() as act:
            set_planned_times(act, job.work_request, [job], {job.pk: (start, end)})

    def serves(self, machine: Equipment) -> None:
        """Tomasz does what is due on a machine, and signs."""
        due = PlanOccurrence.objects.get(plan__equipment=machine)
        assert due.job is not None
        sign(repair(due.job), self.tomasz)

    def receives(self, material: MaterialDefinition, lot: str, quantity: int) -> MaterialLot:
        lots.receive_lot(PLANT, self.store, material, D(quantity), NewLot(lot), op_uuid=uuid.uuid4())
        return self.lot(lot)

    def lot(self, code: str) -> MaterialLot:
        return MaterialLot.objects.select_related("site", "definition").get(code=code)

    def job(self, order: str) -> JobOrder:
        return JobOrder.objects.select_related("site", "work_request", "equipment").get(work_request__code=order)

    def gives(self, job: JobOrder, *commands: str) -> JobOrder:
        for each in commands:
            job_order.command(PLANT, job.pk, JobOrderCommand(each))
        job.refresh_from_db()
        return job

    def scans_in(self, job: JobOrder, **lots_and_quantities: int) -> None:
        taken = [Taken(self.lot(code), self.store, D(many)) for code, many in lots_and_quantities.items()]
        job_material.consume(PLANT, job.pk, taken, op_uuid=uuid.uuid4())

    def makes(self, job: JobOrder, lot: str, quantity: int) -> None:
        lots.produce_lot(PLANT, job.pk, self.store, D(quantity), NewLot(lot), op_uuid=uuid.uuid4())

    def reports(self, job: JobOrder, good: int, scrap: int = 0) -> None:
        lines = [Reported(QuantityKind.GOOD, D(good))] if good else []
        lines += [Reported(QuantityKind.SCRAP, D(scrap))] if scrap else []
        quantity_report.report(PLANT, job.pk, lines, op_uuid=uuid.uuid4())

    def measures(self, job: JobOrder, *values: str, inspection: Inspection | None = None) -> Any:
        new = NewSample(self.plan.characteristics.select_related("control_plan__material", "site").get(),
                        values=[D(value) for value in values], job_order=job, equipment=self.cnc)  # fmt: skip
        return sample.record(PLANT, new, op_uuid=uuid.uuid4(), inspection_id=inspection.pk if inspection else None)

    def there(self, lot: str) -> Decimal:
        found = StockBalance.objects.filter(lot__code=lot).first()
        return D(0) if found is None else found.quantity

    def may_use(self, lot: str) -> bool:
        return self.lot(lot).disposition == "unrestricted"

    def figures(self) -> MachineTotals:
        """The press's early shift as its buckets say, once the workers have worked."""
        relay.drain(50)
        while rebuild_machine(system_actor("analytics")):
            pass
        return parts_total(self.site, DAY, DAY, Only(equipment=self.press.pk, shift="E"))


class Press:
    """The press tells what it does: its state where that changes, and its counters every minute."""

    def __init__(self, api: Any) -> None:
        self.api, self.number, self.made = api, 0, 0

    def tells(self, start: HourMinute, end: HourMinute, state: str, *, reason: str = "", reject: int = 0) -> None:
        """What happened from `start` until `end`; told at its end."""
        first, minutes = at(*start), int((at(*end) - at(*start)) / timedelta(minutes=1))
        said = [self._note(first, "state", state=state, reason=reason)]
        if self.number == 1:  # what its counters show in the morning
            said += [self._note(first, "count", name=name, value=0) for name in ("total", "reject")]
        for minute in range(minutes):  # a pump is done in the middle of a minute
            self.made += state == "run"
            instant = first + timedelta(minutes=minute, seconds=30)
            said.append(self._note(instant, "count", name="total", value=self.made))
        if reject:
            said.append(self._note(at(*end) - timedelta(seconds=20), "count", name="reject", value=reject))
        body = {"site": "P1", "source": "gateway-1", "session": "boot-1", "messages": said}
        answer = self.api.send("post", "/api/v1/floor/messages", body)
        assert answer.status_code in {200, 201}, answer.content
        assert answer.json()["quarantined"] == 0, answer.json()

    def _note(self, instant: datetime, kind: str, **content: Any) -> dict[str, Any]:
        self.number += 1
        return {"machine": "PRESS-02", "kind": kind, "at": instant.isoformat(), "sequence": self.number, **content}


def _calendar(site: Site) -> WorkCalendar:
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="1S")
        shift = Shift.objects.create(
            site=site, calendar=calendar, code="E", name="Early shift", starts_at=time(6), ends_at=time(14),
            weekdays=[1, 2, 3, 4, 5, 6, 7],
        )  # fmt: skip
        for start, end in ((time(9), time(9, 15)), (time(12), time(12, 15))):
            ShiftBreak.objects.create(site=site, shift=shift, starts_at=start, ends_at=end)
    return calendar
