"""Named things: added, changed from the version that was read, taken out of use."""

import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed, NotFound, Stale
from mom.core.models import AuditEntry
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import (
    Equipment,
    EquipmentClass,
    MaterialDefinition,
    MaterialLot,
    PhysicalAsset,
    Reason,
    WorkCalendar,
)
from mom.plant.selectors.history import change_list
from mom.plant.services import master_data
from mom.plant.services.physical_asset import asset_mount
from tests.bench.people import actor_with
from tests.factories.plant import make_equipment, make_material
from tests.plant.refusals import refused


def test_equipment_create_adds_row_classes_and_audit_entry(site: Site, actor: Actor) -> None:
    area = master_data.create(actor, Equipment, site, code="MACH", name="Machining", level=EquipmentLevel.AREA)
    kind = master_data.create(actor, EquipmentClass, site, code="5AX")

    machine = master_data.create(
        actor, Equipment, site, code="CNC-01", level=EquipmentLevel.WORK_UNIT, parent=area, classes=[kind]
    )

    entry = AuditEntry.objects.get(subject_type="plant.equipment", subject_id=str(machine.pk))
    assert (entry.action, entry.chain, entry.actor_label) == ("plant.equipment_added", "P1", "Test")
    assert (entry.after["parent"], entry.after["classes"]) == ("MACH", ["5AX"])
    assert list(machine.classes.all()) == [kind]


def test_equipment_create_refuses_taken_code(site: Site, actor: Actor) -> None:
    make_equipment(site, "CNC-01")

    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, Equipment, site, code="CNC-01", level="work_unit")

    assert (refusal.value.code, refusal.value.status, list(refusal.value.fields)) == ("code_taken", 409, ["code"])


def test_equipment_create_takes_the_code_of_another_site(site: Site, other_site: Site, actor: Actor) -> None:
    make_equipment(other_site, "CNC-01")

    assert master_data.create(actor, Equipment, site, code="CNC-01", level="work_unit").pk


def test_equipment_create_refuses_level_that_does_not_go_down(site: Site, actor: Actor) -> None:
    machine = make_equipment(site, "CNC-01")

    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, Equipment, site, code="AREA", level="area", parent=machine)

    assert refusal.value.code == "level_not_below_parent"


def test_equipment_create_refuses_capacity_without_its_number(site: Site, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, Equipment, site, code="HT-01", level="work_unit", capacity_kind="places")

    assert list(refusal.value.fields) == ["capacity_kind"]


def test_equipment_create_refuses_parent_of_another_site(site: Site, other_site: Site, actor: Actor) -> None:
    elsewhere = make_equipment(other_site, level="area")

    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, Equipment, site, code="CNC-01", level="work_unit", parent=elsewhere)

    assert list(refusal.value.fields) == ["parent"]


def test_equipment_create_refuses_calendar_and_class_of_another_site(
    site: Site, other_site: Site, actor: Actor
) -> None:
    elsewhere = actor_with(site="P2")
    calendar = master_data.create(elsewhere, WorkCalendar, other_site, code="3-SHIFT")
    kind = master_data.create(elsewhere, EquipmentClass, other_site, code="5AX")

    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, Equipment, site, code="CNC-01", level="work_unit", calendar=calendar, classes=[kind])

    assert set(refusal.value.fields) == {"calendar", "classes"}


def test_equipment_create_says_every_wrong_field_at_once(site: Site, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, MaterialDefinition, site, code="X" * 65, unit="XXX", tracking="by mood")

    assert set(refusal.value.fields) == {"code", "unit", "tracking"}


def test_equipment_create_refuses_outsider(site: Site, other_site: Site) -> None:
    with pytest.raises(NotAllowed):
        master_data.create(actor_with(site="P2"), Equipment, site, code="CNC-01", level="work_unit")


def test_equipment_create_refuses_who_may_only_look(site: Site) -> None:
    with pytest.raises(NotAllowed):
        master_data.create(actor_with("plant.view"), Equipment, site, code="CNC-01", level="work_unit")


def test_equipment_change_keeps_who_what_and_why(site: Site, actor: Actor) -> None:
    machine = make_equipment(site, "CNC-01", name="Mill")

    changed = master_data.change(actor, Equipment, machine.pk, version=1, reason="Typo", name="Milling centre")

    latest = change_list(changed)[0]
    assert (changed.version, latest.by, latest.reason) == (2, "Test", "Typo")
    assert [(str(each.label), each.old, each.new) for each in latest.differences] == [
        ("name", "Mill", "Milling centre")
    ]
    entry = AuditEntry.objects.get(action="plant.equipment_changed")
    assert (entry.before, entry.after) == ({"name": "Mill"}, {"name": "Milling centre"})


def test_equipment_change_without_difference_writes_nothing(site: Site, actor: Actor) -> None:
    machine = make_equipment(site, "CNC-01", name="Mill")

    assert master_data.change(actor, Equipment, machine.pk, version=1, name="Mill").version == 1
    assert not AuditEntry.objects.filter(action="plant.equipment_changed").exists()


def test_equipment_change_refuses_outdated_version_and_names_who_was_faster(site: Site, actor: Actor) -> None:
    machine = make_equipment(site, "CNC-01")
    master_data.change(actor, Equipment, machine.pk, version=1, name="First")

    with pytest.raises(Stale) as refusal:
        master_data.change(actor, Equipment, machine.pk, version=1, name="Second")

    assert "Test changed CNC-01" in refusal.value.sentence


def test_equipment_change_refuses_what_is_not_there(site: Site, actor: Actor) -> None:
    with pytest.raises(NotFound):
        master_data.change(actor, Equipment, 987_654, version=1, name="Nothing")


def test_equipment_change_refuses_outsider(site: Site, other_site: Site) -> None:
    machine = make_equipment(site)

    with pytest.raises(NotAllowed):
        master_data.change(actor_with(site="P2"), Equipment, machine.pk, version=1, name="Mine")


def test_equipment_change_to_a_level_above_its_children_is_refused(site: Site, actor: Actor) -> None:
    area = make_equipment(site, level="area")
    make_equipment(site, level="work_center", parent=area)

    with pytest.raises(InvalidInput):
        master_data.change(actor, Equipment, area.pk, version=1, level="unit")


def test_equipment_retires_and_comes_back(site: Site, actor: Actor) -> None:
    machine = make_equipment(site)

    master_data.change(actor, Equipment, machine.pk, version=1, is_active=False)
    master_data.change(actor, Equipment, machine.pk, version=2, is_active=True)

    actions = list(AuditEntry.objects.filter(actor_label="Test").order_by("pk").values_list("action", flat=True))
    assert actions == ["plant.equipment_retired", "plant.equipment_restored"]


def test_equipment_retire_refuses_while_it_holds_others(site: Site, actor: Actor) -> None:
    area = make_equipment(site, "MACH", level="area")
    make_equipment(site, "CNC-01", parent=area)

    with refused("still_in_use") as found:
        master_data.change(actor, Equipment, area.pk, version=1, is_active=False)

    assert "CNC-01" in found.value.sentence


def test_equipment_retire_refuses_while_an_asset_is_mounted(site: Site, actor: Actor) -> None:
    machine = make_equipment(site, "CNC-01")
    asset = master_data.create(actor, PhysicalAsset, site, code="T14", kind="tool")
    asset_mount(actor, asset.pk, machine)

    with refused("still_in_use"):
        master_data.change(actor, Equipment, machine.pk, version=1, is_active=False)
    with refused("still_in_use"):
        master_data.change(actor, PhysicalAsset, asset.pk, version=1, is_active=False)


def test_calendar_retire_refuses_while_it_is_worked_by(site: Site, actor: Actor) -> None:
    calendar = master_data.create(actor, WorkCalendar, site, code="2-SHIFT")
    make_equipment(site, calendar=calendar)

    with refused("still_in_use"):
        master_data.change(actor, WorkCalendar, calendar.pk, version=1, is_active=False)


def test_calendar_create_refuses_unknown_time_zone(site: Site, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        master_data.create(actor, WorkCalendar, site, code="C", time_zone="Europe/Nowhere")

    assert list(refusal.value.fields) == ["time_zone"]


def test_reason_create_refuses_third_level_and_other_kind(site: Site, actor: Actor) -> None:
    top = master_data.create(actor, Reason, site, code="MACHINE", kind="stop")
    below = master_data.create(actor, Reason, site, code="COOLANT", kind="stop", parent=top)

    for kind, parent in (("stop", below), ("scrap", top)):
        with pytest.raises(InvalidInput) as refusal:
            master_data.create(actor, Reason, site, code="DEEP", kind=kind, parent=parent)
        assert list(refusal.value.fields) == ["parent"]


def test_reason_code_is_free_in_another_kind(site: Site, actor: Actor) -> None:
    master_data.create(actor, Reason, site, code="SIZE", kind="scrap")

    assert master_data.create(actor, Reason, site, code="SIZE", kind="rework").pk


def test_lot_keeps_its_material(site: Site, actor: Actor) -> None:
    lot = master_data.create(actor, MaterialLot, site, code="C-1", definition=make_material(site))

    with refused("field_is_fixed"):
        master_data.change(actor, MaterialLot, lot.pk, version=1, definition=make_material(site))


def test_lot_disposition_changes_with_its_version(site: Site, actor: Actor) -> None:
    lot = master_data.create(actor, MaterialLot, site, code="C-1", definition=make_material(site))

    assert master_data.change(actor, MaterialLot, lot.pk, version=1, disposition="restricted").version == 2
