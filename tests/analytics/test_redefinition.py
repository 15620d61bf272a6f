"""Whatever changes what past time means, the figures become those that the facts give from nothing."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from analytics.models import (
    DayBucket,
    DirtyStretch,
    HourBucket,
    LiveShift,
    LossBucket,
    LossDay,
    Reckoning,
    Redefinition,
    ShiftBucket,
)
from analytics.selectors.redefinition import HEARD
from analytics.services import machine_rebuild, redefinition
from analytics.services.dirty import mark_stretches
from mom.accounts.models import Site
from mom.core import clock
from mom.core.testing import acting
from mom.floor.models import MachineListening, StateMapping
from mom.plant.models import (
    AssetAssignment,
    CavityBlock,
    Equipment,
    MouldCavity,
    PhysicalAsset,
    Reason,
    ReasonClassification,
    Shift,
    ShiftBreak,
    WorkCalendar,
    WorkCalendarEntry,
)
from mom.work.models import EquipmentReservation, JobOrder, JobRequirement
from production.models.ideal_cycle import IdealCycle
from tests.analytics.test_live_fold import BOSS, MINUTE, START, begin, counted, make_counting, plant, say, state
from tests.factories.plant import make_reason

__all__ = ["plant"]

BUCKETS: tuple[Any, ...] = (ShiftBucket, HourBucket, LossBucket, DayBucket, LossDay)
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=2, hours=2)  # Wednesday, two hours into the early shift


class Told:
    """Two days and two hours of a machine, told as they went, its buckets made; and a machine that nobody changes."""

    def __init__(self, plant: Equipment, set_clock: Callable[[datetime], None]) -> None:
        assert plant.calendar is not None
        self.site, self.calendar = plant.site, plant.calendar
        self.machine, self.other = make_counting(plant), make_counting(plant)
        self.reason = Reason.objects.get(code="JAM")
        with acting():
            ReasonClassification.objects.create(
                site=self.site, reason=self.reason, time_class="down", loss_class="breakdown",
                valid_from=START - timedelta(days=30),
            )  # fmt: skip
        self.job = begin(self.machine, START)
        self.product: int = JobRequirement.objects.filter(job_order=self.job).values_list("definition_id", flat=True)[0]
        with acting():
            self.cycle = IdealCycle.objects.create(
                site=self.site, definition_id=self.product, equipment=self.machine, duration=timedelta(seconds=30),
                valid_from=START - timedelta(days=30),
            )  # fmt: skip
        for machine in (self.machine, self.other):
            say(machine, state(0, "run"), counted(0, 0), now=START)
            for day in range(3):
                self._day(machine, day * 24 * 60)
        set_clock(NOW)
        with acting() as act:
            span = (START - timedelta(days=1), NOW)
            mark_stretches(act, self.site, {self.machine.pk: span, self.other.pk: span})
        sweep()

    def _day(self, machine: Equipment, offset: int) -> None:
        said: list[dict[str, Any]] = []
        for minute in range(0, 1440, 15):
            at = offset + minute
            if START + at * MINUTE > NOW - MINUTE:
                break
            said.append(counted(at, offset // 4 + minute // 4))
            if minute in (60, 300, 540, 1380):
                said.append(state(at + 1, "down", "JAM" if minute != 300 else ""))
            if minute in (75, 315, 600):
                said.append(state(at + 1, "run"))
            if minute == 120:
                said += [state(at + 2, "idle"), state(at + 5, "run")]
        last = max(each["at"] for each in said)
        say(machine, *said, now=START + last * MINUTE)


def sweep() -> None:
    """What the workers do, until nothing waits."""
    while redefinition.mark_next(BOSS):
        pass
    while machine_rebuild.rebuild_next(BOSS):
        pass
    assert not Redefinition.objects.exists()
    assert not DirtyStretch.objects.exists()


def figures() -> dict[str, list[str]]:
    """Every bucket and live row, without keys."""
    found = {}
    for model in (*BUCKETS, LiveShift):
        rows = model.objects.values()
        found[model.__name__] = sorted(
            str(sorted((name, value) for name, value in row.items() if name not in {"id", "version"})) for row in rows
        )
    return found


def from_nothing(told: Told) -> dict[str, list[str]]:
    """The same, computed again after all buckets are gone."""
    with acting() as act:
        for model in BUCKETS:
            model.objects.all().delete()
        span = (START - timedelta(days=1), NOW)
        mark_stretches(act, told.site, {told.machine.pk: span, told.other.pk: span})
    sweep()
    return figures()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    to(NOW)
    return to


@pytest.fixture
def told(plant: Equipment, set_clock: Callable[[datetime], None]) -> Told:
    return Told(plant, set_clock)


def _mould(told: Told) -> PhysicalAsset:
    mould = PhysicalAsset.objects.create(site=told.site, code="MLD", kind="mould")
    for number in (1, 2):
        MouldCavity.objects.create(site=told.site, asset=mould, number=number, definition_id=told.product)
    AssetAssignment.objects.create(site=told.site, asset=mould, equipment=told.machine, mounted_at=START + 3 * HOUR)
    return mould


def later_shift(told: Told) -> None:
    Shift.objects.filter(code="E").update(ends_at=time(15), name="Longer")
    Shift.objects.filter(code="L").update(starts_at=time(15))


def renamed_shift(told: Told) -> None:
    Shift.objects.filter(code="E").update(valid_until=date(2026, 3, 3))
    Shift.objects.create(site=told.site, calendar=told.calendar, code="EE", name="EE", starts_at=time(5),
                         ends_at=time(13, 30), weekdays=[1, 2, 3], valid_from=date(2026, 3, 3))  # fmt: skip


def night_shift(told: Told) -> None:
    Shift.objects.create(site=told.site, calendar=told.calendar, code="N", name="N", starts_at=time(22),
                         ends_at=time(6), weekdays=[1, 2, 3, 4])  # fmt: skip


def no_break(told: Told) -> None:
    ShiftBreak.objects.filter(shift__code="E").delete()


def holiday(told: Told) -> None:
    WorkCalendarEntry.objects.create(site=told.site, calendar=told.calendar, name="Holiday", kind="non_working",
                                     started_at=START, ended_at=START + 6 * HOUR)  # fmt: skip


def own_calendar(told: Told) -> None:
    mine = WorkCalendar.objects.create(site=told.site, code="ONE")
    Shift.objects.create(site=told.site, calendar=mine, code="D", name="D", starts_at=time(7), ends_at=time(16),
                         weekdays=[1, 2, 3, 4, 5])  # fmt: skip
    Equipment.objects.filter(pk=told.machine.pk).update(calendar=mine)


def other_zone(told: Told) -> None:
    WorkCalendar.objects.filter(pk=told.calendar.pk).update(time_zone="Europe/Helsinki")


def reason_class(told: Told) -> None:
    old = ReasonClassification.objects.get(reason=told.reason)
    ReasonClassification.objects.filter(pk=old.pk).update(valid_until=START + 20 * HOUR)
    ReasonClassification.objects.create(site=told.site, reason=told.reason, time_class="planned_maintenance",
                                        loss_class="none", valid_from=START + 20 * HOUR)  # fmt: skip


def reason_above(told: Told) -> None:
    above = make_reason(told.site, "CARE")
    ReasonClassification.objects.create(site=told.site, reason=above, time_class="planned_stop", loss_class="none",
                                        valid_from=START - timedelta(days=30))  # fmt: skip
    ReasonClassification.objects.filter(reason=told.reason).delete()
    Reason.objects.filter(pk=told.reason.pk).update(parent=above)


def mapping(told: Told) -> None:
    StateMapping.objects.create(site=told.site, state_model="own", code="down", state="down", time_class="delay",
                                time_class_without_order="planned_stop", loss_class="none",
                                valid_from=START)  # fmt: skip


def minor_stop(told: Told) -> None:
    MachineListening.objects.filter(equipment=told.machine).update(minor_stop=16 * MINUTE)


def pieces_reported(told: Told) -> None:
    old = MachineListening.objects.get(equipment=told.machine)
    MachineListening.objects.filter(pk=old.pk).update(valid_until=START + 24 * HOUR)
    old.pk, old.piece_source, old.valid_from = None, "reports", START + 24 * HOUR
    old.save(force_insert=True)


def cycle(told: Told) -> None:
    IdealCycle.objects.filter(pk=told.cycle.pk).update(valid_until=START + HOUR)
    IdealCycle.objects.create(site=told.site, definition_id=told.product, equipment=told.machine,
                              duration=timedelta(seconds=20), valid_from=START + HOUR)  # fmt: skip


def mounted(told: Told) -> None:
    _mould(told)


def cavity_closed(told: Told) -> None:
    cavity = _mould(told).cavities.first()
    assert cavity is not None
    sweep_later = CavityBlock(site=told.site, cavity=cavity, started_at=START + 5 * HOUR, ended_at=START + 30 * HOUR)
    sweep_later.save()


def reserved(told: Told) -> None:
    job = JobOrder.objects.get(pk=told.job.pk)
    EquipmentReservation.objects.create(site=told.site, equipment=told.other, job_order=job, started_at=START,
                                        ended_at=START + 2 * HOUR)  # fmt: skip


def reckoned(told: Told) -> None:
    Reckoning.objects.create(site=told.site, without_order="lost", valid_from=START + 20 * HOUR)


CHANGES = [
    later_shift, renamed_shift, night_shift, no_break, holiday, own_calendar, other_zone, reason_class, reason_above,
    mapping, minor_stop, pieces_reported, cycle, mounted, cavity_closed, reserved, reckoned,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_P17_sweep_after_a_change_gives_what_the_facts_give_from_nothing(
    told: Told, change: Callable[[Told], None]
) -> None:
    before = figures()
    with acting():
        change(told)
    assert Redefinition.objects.exists()
    sweep()
    swept = figures()
    assert swept != before
    assert swept == from_nothing(told)


def test_change_touches_no_figures_before_it_holds(told: Told) -> None:
    keys = {"equipment": told.machine, "ended_at__lte": START + 20 * HOUR}
    before = set(ShiftBucket.objects.filter(**keys).values_list("pk", flat=True))
    with acting():
        reason_class(told)
    while redefinition.mark_next(BOSS):
        pass
    assert min(DirtyStretch.objects.values_list("started_at", flat=True)) >= START + 20 * HOUR
    sweep()
    assert before
    assert set(ShiftBucket.objects.filter(**keys).values_list("pk", flat=True)) == before


def test_change_that_says_the_same_marks_nothing(told: Told) -> None:
    with acting():
        Equipment.objects.filter(pk=told.machine.pk).update(name="Other name")
        Shift.objects.filter(code="E").update(name="Other name")
    assert Redefinition.objects.count() == 2
    assert redefinition.mark_next(BOSS) == 2
    assert not Redefinition.objects.exists()
    assert not DirtyStretch.objects.exists()


def test_change_of_two_years_is_marked_and_made_newest_first(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction reads more than a month of a change or three weeks of a machine."""
    monkeypatch.setattr(redefinition, "PIECE", timedelta(hours=12))
    monkeypatch.setattr(machine_rebuild, "PIECE", timedelta(hours=12))
    with acting():
        minor_stop(told)
    reached: list[datetime] = []
    while redefinition.mark_next(BOSS):
        reached += [each.reached for each in Redefinition.objects.all() if each.reached is not None]
    assert reached == sorted(reached, reverse=True)
    assert len(reached) >= 4
    newest: list[datetime] = []
    while DirtyStretch.objects.exists():
        newest.append(max(DirtyStretch.objects.values_list("ended_at", flat=True)))
        machine_rebuild.rebuild_next(BOSS)
    assert newest == sorted(newest, reverse=True)
    assert len(newest) >= 4
    assert figures() == from_nothing(told)


def test_trigger_hears_what_the_worker_reads(site: Site) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'analytics_redefinition'")
        (body,) = cursor.fetchone()
    assert all(f"'{table}'" in body for table in HEARD)


def test_gaps_between_shifts_in_one_hour_are_told_apart(told: Told) -> None:
    """06:00 to 06:20, 06:30 to 06:40, 06:50 to 14:00: two gaps of ten minutes in one hour of the clock."""
    with acting():
        Shift.objects.filter(code="E").update(starts_at=time(6, 50))
        for code, starts, ends in (("A", time(6), time(6, 20)), ("B", time(6, 30), time(6, 40))):
            Shift.objects.create(site=told.site, calendar=told.calendar, code=code, name=code, starts_at=starts,
                                 ends_at=ends, weekdays=[1, 2, 3])  # fmt: skip
    sweep()
    hour = HourBucket.objects.filter(equipment=told.machine, hour=START)
    gaps = hour.filter(shift="").values_list("started_at", flat=True).distinct()
    assert sorted(gaps) == [START + 20 * MINUTE, START + 40 * MINUTE]
    parts = F("production") + F("setup") + F("delay") + F("down") + F("planned_stop") + F("off_shift") + F("unknown")
    minutes = sum(hour.annotate(all=parts).values_list("all", flat=True)) / 60_000_000
    assert minutes == 60
    assert sum(hour.values_list("good", flat=True), Decimal(0)) > 0
    assert figures() == from_nothing(told)
