"""The can-start gate: all sources at once, each off, warning or forbidding by area, and only what forbids stops."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from inventory.models import StorageLocation
from inventory.services import stock
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.floor.engine.terms import MachineState
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import (
    DocumentReader,
    Equipment,
    EquipmentClass,
    EquipmentClassSkill,
    EquipmentInClass,
    MaterialLot,
    PersonnelClass,
    Qualification,
)
from mom.work import gate
from mom.work.engine.terms import GateLevel
from mom.work.models import EquipmentReservation, GateRule, JobOrder
from mom.work.public import Input, Output
from mom.work.services import gate_rule, job_order
from tests.bench.statements import counting
from tests.factories.accounts import make_site
from tests.factories.files import make_confirmation, make_document, make_version
from tests.factories.floor import make_stop
from tests.factories.work import give, job_of, make_machine, make_material, make_order, make_person

pytestmark = pytest.mark.django_db
ACTOR = system_actor("test")


def codes(job: JobOrder, person: Any = None) -> dict[str, str]:
    """What stands in the way, by code, and how much it counts."""
    return {each.code: each.level.value for each in gate.in_the_way(job, clock.now(), person)}


@pytest.fixture
def area(site: Site) -> Equipment:
    with acting():
        return Equipment.objects.create(site=site, code="HALL-1", level="area")


@pytest.fixture
def machine(site: Site, area: Equipment) -> Equipment:
    return make_machine(site, parent=area)


@pytest.fixture
def job(site: Site, machine: Equipment) -> JobOrder:
    found = job_of(make_order(site))
    with acting():
        found.equipment = machine
        found.save()
    return found


def test_nothing_in_the_way_of_a_released_job(job: JobOrder) -> None:
    assert codes(job) == {}


def test_machine_down_warns_and_forbids_where_the_area_says_so(site: Site, area: Equipment, job: JobOrder) -> None:
    make_stop(site, job.equipment, state=MachineState.DOWN.value, ended_at=None)
    assert codes(job) == {"equipment_down": "warn"}
    assert gate.blockers(job, clock.now()) == []

    gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.BLOCK, equipment=area)

    assert codes(job) == {"equipment_down": "block"}
    with pytest.raises(Conflict, match="is down"):
        give(job, "start")


def test_nearest_rule_holds(site: Site, area: Equipment, machine: Equipment, job: JobOrder) -> None:
    make_stop(site, machine, state=MachineState.DOWN.value, ended_at=None)
    gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.BLOCK)
    gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.OFF, equipment=area)
    assert codes(job) == {}

    gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.WARN, equipment=machine)

    assert codes(job) == {"equipment_down": "warn"}


def test_rule_of_another_area_does_not_count(site: Site, job: JobOrder) -> None:
    elsewhere = make_machine(site, "CNC-99")
    make_stop(site, job.equipment, state=MachineState.DOWN.value, ended_at=None)

    gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.BLOCK, equipment=elsewhere)

    assert codes(job) == {"equipment_down": "warn"}


def test_machine_reserved_for_another_job_says_until_when(site: Site, job: JobOrder) -> None:
    other, now = job_of(make_order(site, "WO-OTHER")), clock.now()
    with acting():
        EquipmentReservation.objects.create(
            site=site, equipment=job.equipment, job_order=other, started_at=now - timedelta(hours=1),
            ended_at=now + timedelta(hours=1),
        )  # fmt: skip

    (found,) = gate.in_the_way(job, now)

    assert (found.code, found.subject, found.clears_at) == ("equipment_reserved", "CNC-01", now + timedelta(hours=1))
    assert other.code in found.sentence
    assert gate.in_the_way(job, now + timedelta(hours=1)) == []


def test_skill_that_is_missing_expired_or_not_held_well_enough(site: Site, job: JobOrder) -> None:
    person, today = make_person(site, "ID7"), clock.now().date()
    with acting():
        turning = PersonnelClass.objects.create(site=site, code="TURN", name="Turning")
        lathes = EquipmentClass.objects.create(site=site, code="LATHE")
        EquipmentInClass.objects.create(equipment=job.equipment, equipment_class=lathes)
        EquipmentClassSkill.objects.create(site=site, equipment_class=lathes, personnel_class=turning, least_level=3)
    assert codes(job) == {}  # who begins is not known
    assert codes(job, person) == {"not_qualified": "warn"}

    with acting():
        held = Qualification.objects.create(
            site=site, person=person, personnel_class=turning, level=2, valid_from=date(2020, 1, 1)
        )
    assert [each.sentence for each in gate.in_the_way(job, clock.now(), person)] == [
        f"{person.name or person.code} may not do Turning alone yet."
    ]
    with acting():
        Qualification.objects.filter(pk=held.pk).update(level=3)
    assert codes(job, person) == {}
    with acting():
        Qualification.objects.filter(pk=held.pk).update(valid_until=today)
    assert codes(job, person) == {"not_qualified": "warn"}


def test_document_that_was_not_read(site: Site, area: Equipment, job: JobOrder) -> None:
    person, other = make_person(site, "ID7"), make_person(site, "ID8")
    document = make_document(site, "SOP-1")
    with acting():
        DocumentReader.objects.create(site=site, document=document, equipment=area)
    version = make_version(document, needs_reading=True)
    make_confirmation(version, other)

    assert codes(job) == {}
    assert codes(job, person) == {"document_unread": "warn"}
    assert codes(job, other) == {}


class Store:
    """A released job that needs 10 kg of RAW, and a shelf on which two lots of it may lie."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.raw, made = make_material(site, "RAW", "KGM", tracking="lot"), make_material(site, "PUMP")
        order = make_order(site, "WO-RAW")
        with acting() as act:
            self.job = job_order.add(
                act, order=order.work_request, operation="Assemble", sequence=99,
                outputs=[Output(made, Decimal(1), "C62")], inputs=[Input(self.raw, Decimal(10), "KGM")],
            )  # fmt: skip
            shelf = Equipment.objects.create(site=site, code="SHELF", level="storage_unit")
            self.shelf = StorageLocation.objects.create(site=site, equipment=shelf)
        self.job = give(self.job, "release")

    def lot(self, code: str, quantity: str, **fields: Any) -> None:
        with acting():
            lot = MaterialLot.objects.create(site=self.site, definition=self.raw, code=code)
        stock.receive(ACTOR, self.shelf, self.raw, Decimal(quantity), op_uuid=uuid4(), lot=lot)
        with acting():
            MaterialLot.objects.filter(pk=lot.pk).update(**fields)

    def sentences(self) -> list[tuple[str, str]]:
        return [(each.code, each.sentence) for each in gate.in_the_way(self.job, clock.now())]


@pytest.fixture
def store(site: Site) -> Store:
    return Store(site)


def test_material_that_the_ledger_does_not_keep_is_not_short(store: Store) -> None:
    assert store.sentences() == []


def test_material_short_says_how_much_is_there(store: Store) -> None:
    store.lot("L-1", "7.5")
    assert store.sentences() == [("material_short", "RAW is short: 7.5 of 10 at hand.")]

    store.lot("L-2", "2.5")

    assert store.sentences() == []


def test_material_on_hold_or_expired_is_told_apart_from_short(store: Store) -> None:
    store.lot("L-1", "4", disposition=LotDisposition.RESTRICTED.value)
    store.lot("L-2", "5", expires_at=clock.now() - timedelta(days=1))
    store.lot("L-3", "3")
    assert store.sentences() == [("material_on_hold", "RAW: 9 on hold or expired, 3 of 10 may be used.")]
    MaterialLot.objects.filter(code="L-2").update(expires_at=clock.now() + timedelta(days=1))
    assert [code for code, _sentence in store.sentences()] == ["material_on_hold"]
    store.lot("L-4", "2")
    assert store.sentences() == []


def test_gate_refuses_a_source_that_is_not_there_or_fixed_and_an_area_elsewhere(site: Site) -> None:
    def refused(source: str, **more: Any) -> dict[str, list[str]]:
        with pytest.raises(InvalidInput) as refusal:
            gate_rule.set_level(ACTOR, site, source, GateLevel.OFF, **more)
        return dict(refusal.value.fields)

    assert "floor.machine" in refused("moon.phase")["source"][0]
    assert "always forbids" in refused("work.order")["source"][0]
    assert list(refused("floor.machine", equipment=make_machine(make_site("P2")))) == ["equipment"]
    assert not GateRule.objects.exists()


def test_rule_set_again_is_the_same_row_and_the_same_level_says_nothing(site: Site) -> None:
    first = gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.BLOCK)
    again = gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.BLOCK)
    changed = gate_rule.set_level(ACTOR, site, "floor.machine", GateLevel.OFF)

    assert first.pk == again.pk == changed.pk
    assert AuditEntry.objects.filter(action="work.gate_rule_set").count() == 2


def test_gate_is_set_by_who_may(site: Site, make_actor: Any) -> None:
    with pytest.raises(NotAllowed):
        gate_rule.set_level(make_actor("work.view"), site, "floor.machine", GateLevel.OFF)
    gate_rule.set_level(make_actor("work.view", "work.set_gate"), site, "floor.machine", GateLevel.OFF)


def test_all_sources_answer_at_once_at_a_constant_cost(site: Site, store: Store) -> None:
    """Sources of four apps answer in one call, and twice as much in the way costs no statement more."""
    machine, person = make_machine(site), make_person(site, "ID7")
    with acting():
        store.job.equipment = machine
        store.job.save()
    make_stop(site, machine, state=MachineState.DOWN.value, ended_at=None)
    store.lot("L-1", "1")

    def more(number: int) -> None:
        with acting():
            skill = PersonnelClass.objects.create(site=site, code=f"S-{number}")
            klass = EquipmentClass.objects.create(site=site, code=f"C-{number}")
            EquipmentInClass.objects.create(equipment=machine, equipment_class=klass)
            EquipmentClassSkill.objects.create(site=site, equipment_class=klass, personnel_class=skill)
            document = make_document(site, f"SOP-{number}")
            DocumentReader.objects.create(site=site, document=document)
        make_version(document, needs_reading=True)

    def asked() -> int:
        job = JobOrder.objects.select_related("site", "work_request", "equipment").get(pk=store.job.pk)
        with counting() as count:
            gate.in_the_way(job, clock.now(), person)
        return len(count.statements)

    more(1)
    few = asked()
    assert sorted(codes(store.job, person)) == ["document_unread", "equipment_down", "material_short", "not_qualified"]
    more(2)

    assert asked() == few <= 12
    assert len({source.name for source in gate.sources()}) >= 8
