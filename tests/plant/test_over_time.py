"""What holds from one instant until another: mounted assets, skills, shifts, classifications."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.plant.engine.terms import CalendarEntryKind, LossClass, TimeClass
from mom.plant.models import (
    AssetAssignment,
    Equipment,
    PersonnelClass,
    PhysicalAsset,
    Qualification,
    ReasonClassification,
    Shift,
    WorkCalendar,
    WorkCalendarEntry,
)
from mom.plant.services import calendar as calendars
from mom.plant.services import master_data
from mom.plant.services.person import qualification_end, qualification_grant
from mom.plant.services.physical_asset import asset_dismount, asset_mount
from mom.plant.services.reason import reason_classify
from tests.bench.people import actor_with
from tests.factories.plant import make_equipment, make_person, make_reason
from tests.plant.refusals import refused

NOON = datetime(2026, 4, 16, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def asset(site: Site, actor: Actor) -> PhysicalAsset:
    return master_data.create(actor, PhysicalAsset, site, code="T14", kind="tool")


@pytest.fixture
def skill(site: Site, actor: Actor) -> PersonnelClass:
    return master_data.create(actor, PersonnelClass, site, code="CNC")


@pytest.fixture
def calendar(site: Site, actor: Actor) -> WorkCalendar:
    return master_data.create(actor, WorkCalendar, site, code="3-SHIFT")


def test_asset_mount_and_dismount_make_one_stretch(site: Site, actor: Actor, asset: PhysicalAsset) -> None:
    machine = make_equipment(site)

    asset_mount(actor, asset.pk, machine, at=NOON)
    stretch = asset_dismount(actor, asset.pk, at=NOON + HOUR)

    assert (stretch.equipment, stretch.mounted_at, stretch.dismounted_at) == (machine, NOON, NOON + HOUR)


def test_asset_mount_refuses_a_second_place(site: Site, actor: Actor, asset: PhysicalAsset) -> None:
    asset_mount(actor, asset.pk, make_equipment(site), at=NOON)

    with pytest.raises(InvalidInput) as refusal:
        asset_mount(actor, asset.pk, make_equipment(site), at=NOON + HOUR)

    assert (refusal.value.code, refusal.value.status) == ("asset_mounted_elsewhere", 409)


def test_asset_mounts_where_it_was_just_taken_off(site: Site, actor: Actor, asset: PhysicalAsset) -> None:
    asset_mount(actor, asset.pk, make_equipment(site), at=NOON)
    asset_dismount(actor, asset.pk, at=NOON + HOUR)

    assert asset_mount(actor, asset.pk, make_equipment(site), at=NOON + HOUR).pk


def test_asset_dismount_refuses_what_is_not_mounted(actor: Actor, asset: PhysicalAsset) -> None:
    with refused("asset_not_mounted"):
        asset_dismount(actor, asset.pk)


def test_asset_dismount_refuses_an_instant_before_the_mount(site: Site, actor: Actor, asset: PhysicalAsset) -> None:
    asset_mount(actor, asset.pk, make_equipment(site), at=NOON)

    with pytest.raises(InvalidInput):
        asset_dismount(actor, asset.pk, at=NOON)


def test_asset_mount_refuses_what_is_out_of_use(site: Site, actor: Actor, asset: PhysicalAsset) -> None:
    with refused("out_of_use"):
        asset_mount(actor, asset.pk, make_equipment(site, is_active=False))


def test_asset_mount_refuses_outsider(site: Site, other_site: Site, asset: PhysicalAsset) -> None:
    with pytest.raises(NotAllowed):
        asset_mount(actor_with(site="P2"), asset.pk, make_equipment(site))


def test_asset_in_two_places_is_refused_by_the_database(site: Site, asset: PhysicalAsset) -> None:
    stretch = {"site": site, "asset": asset, "mounted_at": NOON}
    with acting():
        AssetAssignment.objects.create(equipment=make_equipment(site), **stretch)

    with pytest.raises(IntegrityError, match="one_place_at_a_time"), acting():
        AssetAssignment.objects.create(equipment=make_equipment(site), **stretch)


def test_level_below_parent_is_held_by_the_database(site: Site) -> None:
    machine = make_equipment(site)

    with pytest.raises(IntegrityError, match="cannot stand below"), acting():
        Equipment.objects.bulk_create([Equipment(site=site, code="AREA", level="area", parent=machine)])


def test_level_moved_under_its_own_child_is_refused_by_the_database(site: Site) -> None:
    area = make_equipment(site, level="area")
    machine = make_equipment(site, parent=area)

    with pytest.raises(IntegrityError, match="cannot stand below"), acting():
        Equipment.objects.filter(pk=area.pk).update(parent=machine)


def test_equipment_of_another_site_is_no_parent_for_the_database(site: Site, other_site: Site) -> None:
    area = make_equipment(other_site, level="area")

    with pytest.raises(IntegrityError, match="cannot stand below"), transaction.atomic():
        make_equipment(site, parent=area)


def test_qualification_grant_and_end(site: Site, actor: Actor, skill: PersonnelClass) -> None:
    granted = qualification_grant(actor, make_person(site).pk, skill, valid_from=date(2026, 1, 1))

    assert qualification_end(actor, granted.pk, valid_until=date(2026, 6, 1)).valid_until == date(2026, 6, 1)
    with refused("qualification_ended"):
        qualification_end(actor, granted.pk, valid_until=date(2026, 7, 1))


def test_qualification_grant_refuses_overlap_and_takes_the_day_after(
    site: Site, actor: Actor, skill: PersonnelClass
) -> None:
    person = make_person(site)
    qualification_grant(actor, person.pk, skill, valid_from=date(2026, 1, 1), valid_until=date(2026, 6, 1))

    with pytest.raises(InvalidInput) as refusal:
        qualification_grant(actor, person.pk, skill, valid_from=date(2026, 5, 31))
    qualification_grant(actor, person.pk, skill, valid_from=date(2026, 6, 1))

    assert refusal.value.code == "qualification_overlaps"
    assert Qualification.objects.filter(person=person).count() == 2


def test_qualification_grant_refuses_a_skill_of_another_site(
    site: Site, other_site: Site, actor: Actor, skill: PersonnelClass
) -> None:
    elsewhere = make_person(other_site)

    with pytest.raises(NotAllowed):
        qualification_grant(actor, elsewhere.pk, skill, valid_from=date(2026, 1, 1))


def test_reason_classify_ends_the_classification_before(site: Site, actor: Actor) -> None:
    reason = make_reason(site)
    reason_classify(actor, reason.pk, TimeClass.DOWN, LossClass.BREAKDOWN, valid_from=NOON)
    reason_classify(actor, reason.pk, TimeClass.DELAY, LossClass.MINOR_STOP, valid_from=NOON + HOUR)

    held = ReasonClassification.objects.filter(reason=reason).order_by("valid_from")
    assert [(each.time_class, each.valid_from, each.valid_until) for each in held] == [
        ("down", NOON, NOON + HOUR),
        ("delay", NOON + HOUR, None),
    ]


def test_reason_classify_refuses_to_rewrite_the_past(site: Site, actor: Actor) -> None:
    reason = make_reason(site)
    reason_classify(actor, reason.pk, TimeClass.DOWN, LossClass.BREAKDOWN, valid_from=NOON)

    with refused("classification_overlaps"):
        reason_classify(actor, reason.pk, TimeClass.DELAY, LossClass.NONE, valid_from=NOON - HOUR)


def test_reason_classify_alike_changes_nothing(site: Site, actor: Actor) -> None:
    reason = make_reason(site)
    first = reason_classify(actor, reason.pk, TimeClass.DOWN, LossClass.BREAKDOWN, valid_from=NOON)

    assert reason_classify(actor, reason.pk, TimeClass.DOWN, LossClass.BREAKDOWN) == first


def _night(actor: Actor, calendar: WorkCalendar, **more: object) -> Shift:
    given = {"code": "N", "name": "Night", "starts_at": time(22), "ends_at": time(6), "weekdays": [1, 2, 3], **more}
    return calendars.shift_add(actor, calendar.pk, **given)  # type: ignore[arg-type]


def test_shift_add_with_breaks_over_midnight(actor: Actor, calendar: WorkCalendar) -> None:
    shift = _night(actor, calendar, breaks=[(time(23, 45), time(0, 15)), (time(3), time(3, 30))])

    assert shift.breaks.count() == 2


@pytest.mark.parametrize("pause", [(time(12), time(12, 30)), (time(5, 45), time(6, 15)), (time(21, 45), time(22, 15))])
def test_shift_add_refuses_a_break_outside(actor: Actor, calendar: WorkCalendar, pause: tuple[time, time]) -> None:
    with refused("break_outside_shift"):
        _night(actor, calendar, breaks=[pause])


def test_shift_add_refuses_taken_code_and_no_weekday(actor: Actor, calendar: WorkCalendar) -> None:
    _night(actor, calendar)

    with pytest.raises(InvalidInput) as taken:
        _night(actor, calendar)
    with pytest.raises(InvalidInput) as dayless:
        _night(actor, calendar, code="X", weekdays=[])

    assert list(taken.value.fields) == ["code"]
    assert list(dayless.value.fields) == ["weekdays"]


def test_shift_change_ends_the_old_times_and_begins_new_ones(actor: Actor, calendar: WorkCalendar) -> None:
    old = _night(actor, calendar)

    new = calendars.shift_change(
        actor, old.pk, since=date(2026, 5, 4), starts_at=time(21), ends_at=time(5), weekdays=[1, 2], breaks=[]
    )

    old.refresh_from_db()
    assert (old.valid_until, new.valid_from, new.code) == (date(2026, 5, 4), date(2026, 5, 4), "N")
    with refused("shift_ended"):
        calendars.shift_end(actor, old.pk, valid_until=date(2026, 6, 1))


def test_calendar_entry_is_added_and_removed(actor: Actor, calendar: WorkCalendar) -> None:
    entry = calendars.calendar_entry_add(
        actor, calendar.pk, name="Shutdown", kind=CalendarEntryKind.NON_WORKING, started_at=NOON, ended_at=NOON + HOUR
    )
    calendars.calendar_entry_remove(actor, entry.pk, reason="We work")

    assert not WorkCalendarEntry.objects.exists()


def test_calendar_entry_refuses_an_end_before_its_start(actor: Actor, calendar: WorkCalendar) -> None:
    with pytest.raises(InvalidInput):
        calendars.calendar_entry_add(
            actor, calendar.pk, name="Odd", kind=CalendarEntryKind.WORKING, started_at=clock.now(), ended_at=NOON
        )
