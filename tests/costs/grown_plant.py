"""A plant that can grow: more of every noun, and more children of the one that each page and resource shows."""

import itertools
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analytics.services.rebuild import rebuild_days
from mom.accounts.models import Membership, Role, SavedView, Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock, long_work
from mom.core.actor import system_actor
from mom.core.models import AuditEntry, StoredBlob, TaskRun, TaskRunIssue
from mom.core.testing import acting
from mom.core.web.long_exports import EXPORT
from mom.erp.models import ImportRun, StagedRow
from mom.erp.services import import_run
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import CalendarEntryKind, EquipmentLevel, LossClass, ReasonKind, SublotKind, TimeClass
from mom.plant.models import (
    BusinessPartner,
    EquipmentClass,
    MaterialClass,
    MaterialLot,
    PersonnelClass,
    PhysicalAsset,
    WorkCalendar,
)
from mom.plant.services import calendar, master_data, material, person, physical_asset, reason
from mom.work.engine.terms import GateLevel, QuantityKind
from mom.work.models import JobOrder, JobResponse
from mom.work.services import equipment_reservation, gate_rule, job_order, quantity_report, stop
from mom.work.services.job_order import Output
from mom.work.services.quantity_report import Reported
from tests.costs.grown_alerts import GrownAlerts
from tests.costs.grown_deliveries import GrownDeliveries
from tests.costs.grown_devices import GrownDevices
from tests.costs.grown_files import GrownFiles
from tests.costs.grown_known import GrownKnown
from tests.costs.grown_maintenance import GrownMaintenance
from tests.costs.grown_messages import GrownMessages
from tests.costs.grown_now import GrownNow
from tests.costs.grown_production import GrownInstruction
from tests.costs.grown_quality import GrownQuality
from tests.costs.grown_shift import GrownShift
from tests.costs.grown_stock import GrownStock
from tests.costs.grown_stops import GrownStops
from tests.erp.importing import MAPPINGS
from tests.factories.accounts import LONG_AGO, make_site
from tests.factories.erp import make_table
from tests.factories.plant import make_equipment, make_material, make_person, make_reason
from tests.factories.signatures import make_approval, make_rule, make_signature
from tests.factories.work import give, job_of, make_order

SYSTEM = system_actor("test")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = import_run.NamedMapping("log.yml", (MAPPINGS / "execution_log_4tu.yml").read_text())


class GrownPlant:
    """One of each thing that has a page of its own; `grow(n)` adds n of every noun and n children to those."""

    def __init__(self, site: Site, user: User) -> None:
        self.site, self.user = site, user
        self.numbers = itertools.count(1)
        self.role = Role.objects.get(memberships__user=user)
        self.calendar = self.add(WorkCalendar, "CAL-01")
        self.area = make_equipment(site, "AREA-01", level=EquipmentLevel.AREA, calendar=self.calendar)
        self.machine = make_equipment(site, "CNC-01", parent=self.area)
        self.person = make_person(site, "ID-01", user=user)
        self.material = make_material(site, "PART-01")
        self.lot = self.add(MaterialLot, "LOT-01", definition=self.material)
        self.asset = self.add(PhysicalAsset, "TOOL-01", kind="tool")
        self.reason = make_reason(site, "R-01")
        self.scrap = make_reason(site, "R-02", kind=ReasonKind.SCRAP)
        self.equipment_class = self.add(EquipmentClass, "CLASS-01")
        self.material_class = self.add(MaterialClass, "CLASS-01")
        self.skill = self.add(PersonnelClass, "SKILL-01")
        self.partner = self.add(BusinessPartner, "PARTNER-01", is_customer=True)
        order = make_order(site, "WO-01", material=self.material, machine=self.machine)
        self.job = give(job_of(order), "start", person=self.person)
        self.order = order.work_request
        self.production_request = order
        with acting():
            self.saved_view = SavedView.objects.create(
                site=site, page="production:order_list", name="Mine", query="q=N", owner=user, created_at=clock.now()
            )
        self.run = self.add_import()
        self.table = make_table(self.site)
        self.export = self.add_export()
        self.deliveries = GrownDeliveries(site.code)
        things = [self.machine, self.material, self.lot, self.asset, self.job, self.order]
        self.devices = GrownDevices(site, self.machine, self.area)
        self.files = GrownFiles(site, self.person, self.skill, things)
        self.known = GrownKnown(
            site,
            {
                "equipment": self.machine, "asset": self.asset, "person": self.person, "material": self.material,
                "lot": self.lot, "job": self.job,
            },
        )  # fmt: skip
        self.shift_words = GrownShift(site)
        self.machines_now = GrownNow(self.machine, self.job)
        self.messages = GrownMessages(site)
        self.stops = GrownStops(site, self.machine, self.machines_now.stop, self.reason)
        self.alerts = GrownAlerts(site, self.machine)
        self.stock = GrownStock(site, self.partner)
        self.quality = GrownQuality(site)
        self.instruction = GrownInstruction(site)
        self.maintenance = GrownMaintenance(site)
        self.grow(1)

    def add(self, model: Any, code: str, **values: Any) -> Any:
        return master_data.create(SYSTEM, model, self.site, code=code, **values)

    def grow(self, count: int) -> None:
        """That many more of every noun and of every child."""
        for number in itertools.islice(self.numbers, count):
            self._add_master_data(number)
            self._add_children_of_the_plant(number)
            self._add_order(number)
            self._add_children_of_the_job(number)
            self._add_import_rows(number)
            self.deliveries.grow(number)
            self.files.grow(number)
            self.devices.grow(number)
            self.known.grow(number, self.new_class, self.new_skill)
            self.shift_words.grow(self.new_machine, self.material, self.reason)
            self.machines_now.grow(self.new_machine)
            self.messages.grow()
            self.stock.grow()
            self.quality.grow()
            self.instruction.grow()
            self.maintenance.grow()
            self.stops.grow(self.new_machine)
            self.alerts.grow(number, self.new_person, self.new_machine)
            self._add_signatures()
        with acting():
            rebuild_days(self.site, [local_day(clock.now(), self.site.zone)])

    def _add_master_data(self, number: int) -> None:
        code = f"N-{number:03}"
        with acting():
            elsewhere = make_site(f"X{number}")
            Membership.objects.create(user=self.user, role=self.role, site=elsewhere, valid_from=LONG_AGO)
        self.new_class = self.add(EquipmentClass, code)
        self.new_machine = make_equipment(self.site, f"M-{code}", parent=self.area)
        self.new_machine.classes.add(self.new_class)
        self.machine.classes.add(self.new_class)
        self.new_material = make_material(self.site, code)
        kind = self.add(MaterialClass, code)
        for row in (self.new_material, self.material):
            row.classes.add(kind)
        self.new_lot = self.add(MaterialLot, code, definition=self.new_material)
        self.new_person = make_person(self.site, code)
        self.new_skill = self.add(PersonnelClass, code)
        self.new_asset = self.add(PhysicalAsset, code, kind="tool")
        self.new_calendar = self.add(WorkCalendar, code)
        make_reason(self.site, code, parent=self.reason)
        make_reason(self.site, code, kind=ReasonKind.SCRAP)
        self.add(BusinessPartner, code, is_supplier=True)

    def _add_signatures(self) -> None:
        self.signature, self.approval = make_signature(self.site), make_approval(self.site)
        self.rule = make_rule(self.site, "plant.document")
        self.audit_entry = AuditEntry.objects.filter(chain=self.site.code).latest("pk")

    def _add_children_of_the_plant(self, number: int) -> None:
        code, day = f"N-{number:03}", date(2026, 1, 1) + timedelta(days=number)
        at = NEW_YEAR + timedelta(days=number)
        for holder, skill in ((self.person, self.new_skill), (self.new_person, self.skill)):
            self.qualification = person.qualification_grant(SYSTEM, holder.pk, skill, valid_from=day)
        for asset, machine in ((self.asset, self.machine), (self.new_asset, self.new_machine)):
            physical_asset.asset_mount(SYSTEM, asset.pk, machine, at=at)
        physical_asset.asset_dismount(SYSTEM, self.asset.pk, at=at + timedelta(hours=1))
        with acting():
            PhysicalAsset.objects.create(site=self.site, code=f"PART-{number}", kind="tool", parent=self.asset)
        times: dict[str, Any] = {"starts_at": time(6), "ends_at": time(14), "weekdays": [1]}
        for owner in (self.calendar, self.new_calendar):
            self.shift = calendar.shift_add(
                SYSTEM, owner.pk, code=code, name=code, breaks=[(time(9), time(9, 15))], **times
            )
            self.entry = calendar.calendar_entry_add(
                SYSTEM,
                owner.pk,
                name=code,
                kind=CalendarEntryKind.NON_WORKING,
                started_at=at,
                ended_at=at + timedelta(hours=8),
            )
        reason.reason_classify(SYSTEM, self.reason.pk, [*TimeClass][number % 2], LossClass.NONE, valid_from=at)
        material.material_unit_add(SYSTEM, self.material.pk, f"BOX{number}", Fraction(number, 3))
        lots = ((self.material, self.lot), (self.new_material, self.new_lot))
        for definition, lot in lots:
            self.sublot = material.sublot_add(SYSTEM, definition.pk, kind=SublotKind.SUBLOT, code=code, lot=lot)
        self.add(MaterialLot, f"LOT-{code}", definition=self.material)

    def _add_order(self, number: int) -> None:
        """One that ran on the machine and is done, one that runs late elsewhere, one that is held, one that waits."""
        new: dict[str, Any] = {"material": self.material, "due_at": clock.now() - timedelta(hours=1)}
        done = give(job_of(make_order(self.site, f"DONE-{number}", machine=self.machine, **new)), "start")
        self.report(done)
        give(done, "finish")
        late = give(
            job_of(make_order(self.site, f"LATE-{number}", machine=self.new_machine, **new)),
            "start",
            person=self.new_person,
        )
        self.late_job = late
        self.report(late)
        give(job_of(make_order(self.site, f"HELD-{number}", machine=self.machine, **new)), "start", "hold")
        make_order(self.site, f"NEW-{number}", machine=self.machine, is_released=False, **new)
        with acting() as act:
            job_order.add(
                act,
                order=self.order,
                operation=f"Step {number}",
                sequence=100 + number,
                equipment=self.machine,
                outputs=[Output(self.material, Decimal(10), "C62"), Output(self.new_material, Decimal(10), "C62")],
            )

    def _add_children_of_the_job(self, number: int) -> None:
        self.quantity_report = self.report(self.job)
        back = self.report(self.job)
        quantity_report.reverse(SYSTEM, back.pk, reason="Wrong", op_uuid=uuid.uuid4())
        give(self.job, "pause", "resume", person=self.person)
        give(self.job, "pause")
        give(self.job, "resume", person=self.new_person)
        self.stop = stop.begin(SYSTEM, self.machine, reason=self.reason, op_uuid=uuid.uuid4(), job_order_id=self.job.pk)
        stop.end(SYSTEM, self.stop.pk)
        at = NEW_YEAR + timedelta(days=number)
        self.reservation = equipment_reservation.reserve(
            SYSTEM, self.job.pk, start=at, end=at + timedelta(hours=1), equipment=self.machine
        )
        self.response = JobResponse.objects.filter(job_order=self.job).latest("pk")
        self.gate_rule = gate_rule.set_level(SYSTEM, self.site, "floor.machine", GateLevel.WARN, equipment=self.machine)

    def report(self, job: JobOrder) -> Any:
        lines = [
            Reported(QuantityKind.GOOD, Decimal(1)),
            Reported(QuantityKind.SCRAP, Decimal(1), reason=self.scrap),
        ]
        return quantity_report.report(SYSTEM, job.pk, lines, op_uuid=uuid.uuid4(), person=self.person)[0]

    def add_export(self) -> TaskRun:
        """A finished export of this person's, with its file."""
        with acting(actor_for_user(self.user)) as act:
            run = long_work.start(act, EXPORT, self.site.code, "Export", parameters={"address": "/orders/?export=csv"})
        blob = StoredBlob.objects.create(sha256="f" * 64, size=1, content=b"x", created_at=clock.now())
        result = {"file": "orders.csv", "blob": blob.pk}
        TaskRun.objects.filter(pk=run.pk).update(status="succeeded", result=result, finished_at=clock.now())
        return run

    def add_import(self) -> ImportRun:
        return import_run.request(
            SYSTEM,
            self.site,
            file_name="log.csv",
            content=b"a,b\n1,2\n",
            mapping=MAPPING,
            how=import_run.HowToRun(waits_for_start=True),
        )

    def _add_import_rows(self, number: int) -> None:
        self.add_import()
        TaskRunIssue.objects.create(run=self.run.check_task, line=number, code="bad", message="Not a number.")
        StagedRow.objects.create(
            run=self.run, line=number, digest=b"x", occurrence=number, raw="", order_code="A", operation="Turn",
            unit="C62", started_at=NEW_YEAR, ended_at=NEW_YEAR, work_kind="production",
            good=1, scrap=0, rework=0, review=0, is_rework=False,
        )  # fmt: skip
