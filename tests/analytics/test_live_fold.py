"""The running shift of a machine, carried on message by message, is what the facts give at the same instant."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count as numbers
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics.engine.machine_lines import PARTS
from analytics.engine.machine_stretch import microseconds
from analytics.models import DirtyStretch, LiveShift, LossBucket, ShiftBucket
from analytics.selectors.facts import Calendar
from analytics.selectors.live import live_machines
from analytics.selectors.machine_parts import By, parts_by, parts_total
from analytics.services import live_fold_again, machine_rebuild, machine_sweep
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import MachineListening
from mom.floor.services.ingest import take_in
from mom.floor.services.timeline import sweep_silence
from mom.plant.models import Equipment, Shift, ShiftBreak, WorkCalendar
from mom.work.models import JobOrder, JobResponse
from tests.factories.plant import make_equipment, make_reason
from tests.factories.work import job_of, make_order

BOSS = system_actor("test")
START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # a Monday, 06:00 in Stockholm: the early shift begins
MINUTE = timedelta(minutes=1)
_codes = numbers(1)


@pytest.fixture
def plant(site: Site) -> Equipment:
    """A plant with an early and a late shift, with breaks."""
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="TWO")
        for code, starts, ends, pause in (("E", 6, 14, 9), ("L", 14, 22, 18)):
            shift = Shift.objects.create(
                site=site, calendar=calendar, code=code, name=code, starts_at=time(starts), ends_at=time(ends),
                weekdays=[1, 2, 3, 4, 5],
            )  # fmt: skip
            ShiftBreak.objects.create(site=site, shift=shift, starts_at=time(pause), ends_at=time(pause, 30))
        top = make_equipment(site, "TOP", level="site")
        top.calendar = calendar
        top.save()
    make_reason(site, "JAM")
    return top


def make_counting(plant: Equipment, *, source: str = "counters", modulus: Decimal | None = None) -> Equipment:
    """A machine with a counter."""
    machine = make_equipment(plant.site, f"M-{next(_codes)}", level="work_cell", parent=plant)
    with acting():
        MachineListening.objects.create(
            site=plant.site, equipment=machine, piece_source=source, heartbeat=30 * MINUTE, minor_stop=2 * MINUTE,
            counter_modulus=modulus, valid_from=START - timedelta(days=30),
        )  # fmt: skip
    return machine


def begin(machine: Equipment, at: datetime) -> JobOrder:
    """A job that runs on the machine from an instant on."""
    job = job_of(make_order(machine.site, f"WO-{next(_codes)}", machine=machine))
    with acting():
        JobOrder.objects.filter(pk=job.pk).update(status="running")
        JobResponse.objects.create(
            site=machine.site, job_order=job, equipment=machine, work_kind="production", started_at=at,
            op_uuid=uuid4(), recorded_at=at, recorded_by="test",
        )  # fmt: skip
    return job


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def say(machine: Equipment, *said: dict[str, Any], now: datetime) -> None:
    """Send messages, each with `at` in minutes since the shift's start."""
    batch = [
        {"machine": machine.code, **each, "at": at(each["at"]).isoformat(), "id": f"{machine.code}-{next(_codes)}"}
        for each in said
    ]
    take_in(BOSS, machine.site, "gateway", batch, now=now)


def state(minutes: float, word: str, reason: str = "") -> dict[str, Any]:
    return {"at": minutes, "kind": "state", "state": word, **({"reason": reason} if reason else {})}


def counted(minutes: float, value: int, name: str = "total") -> dict[str, Any]:
    return {"at": minutes, "kind": "count", "name": name, "value": value}


def stored(machine: Equipment) -> dict[str, Any]:
    """The live row, without its version."""
    row = LiveShift.objects.filter(equipment=machine).values().get()
    return {name: value for name, value in row.items() if name != "version"}


def made_again(machine: Equipment) -> dict[str, Any]:
    """The live row as the facts give it at the same instant."""
    as_of = LiveShift.objects.values_list("as_of", flat=True).get(equipment=machine)
    with acting() as act:
        calendar = Calendar(machine.site, as_of, as_of)
        live_fold_again.refold(act, machine.site, calendar, {machine.pk: microseconds(as_of)})
    return stored(machine)


def assert_fold_is_rebuild(machine: Equipment) -> None:
    folded = stored(machine)
    again = made_again(machine)
    assert folded == again


def parts(machine: Equipment) -> dict[str, Any]:
    row = stored(machine)
    return {name: row[name] for name in PARTS if row[name]}


def minutes(of: dict[str, Any], name: str) -> float:
    return of.get(name, 0) / 60_000_000


def test_live_shift_carries_on_in_order(plant: Equipment) -> None:
    machine = make_counting(plant)
    begin(machine, at(0))
    say(machine, state(0, "run"), counted(0, 100), now=at(1))
    for minute in range(1, 30):
        say(machine, counted(minute, 100 + minute), now=at(minute))
    say(machine, state(30, "down"), now=at(30))
    say(machine, state(31, "run"), now=at(31))
    say(machine, state(40, "down"), counted(40, 140), now=at(40))
    say(machine, state(50, "run"), now=at(50))
    found = parts(machine)
    assert minutes(found, "production") == 39
    assert minutes(found, "down") == 10
    assert minutes(found, "minor_stop") == 1
    assert found["stop_count"] == 1
    assert found["minor_stop_count"] == 1
    assert found["failure_count"] == 1
    assert found["good"] == 40
    assert_fold_is_rebuild(machine)


MESSAGE = st.one_of(
    st.builds(lambda m, w, r: state(m, w, r), st.integers(-200, 1000).map(lambda n: n / 2),
              st.sampled_from(["run", "run", "idle", "down", "setup", "plan"]), st.sampled_from(["", "", "JAM"])),
    st.builds(lambda m, v, n: counted(m, v, n), st.integers(-200, 1000).map(lambda n: n / 2), st.integers(0, 999),
              st.sampled_from(["total", "total", "reject", "total_added", "reject_added"])),
    st.builds(lambda m, v, n: {"at": m, "kind": "energy", "value": v, "name": n},
              st.integers(-200, 1000).map(lambda n: n / 2), st.integers(0, 9), st.sampled_from(["", "meter"])),
    st.builds(lambda m: {"at": m, "kind": "heartbeat"}, st.integers(-200, 1000).map(lambda n: n / 2)),
)  # fmt: skip
SOURCES = st.sampled_from(["counters", "counters", "counters_less_scrap", "reports"])


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(messages=st.lists(MESSAGE, min_size=1, max_size=40), lateness=st.randoms(use_true_random=False), source=SOURCES,
       has_job=st.booleans())  # fmt: skip
def test_P17_fold_equals_rebuild_whatever_the_order(
    plant: Equipment, messages: Sequence[dict[str, Any]], lateness: Any, source: str, has_job: bool
) -> None:
    """Mostly in order, some late, some in batches: after each batch the live row is what the facts say."""
    machine = make_counting(plant, source=source, modulus=Decimal(1000))
    if has_job:
        begin(machine, at(-30))
    coming = sorted(messages, key=lambda each: each["at"] + (lateness.choice([0, 0, 0, 0, 90])))
    now = -1000.0
    while coming:
        size = lateness.choice([1, 1, 2, 5])
        batch, coming = coming[:size], coming[size:]
        now = max(now, *(each["at"] for each in batch))
        say(machine, *batch, now=at(now))
        assert_fold_is_rebuild(machine)
    sweep_silence(BOSS, machine.site, at(now + 61))
    assert_fold_is_rebuild(machine)


def rows_of(machine: Equipment) -> list[Any]:
    """All buckets of a machine, without their keys."""
    found: list[Any] = []
    for model in (ShiftBucket, LossBucket):
        rows = [{k: v for k, v in row.items() if k != "id"} for row in model.objects.filter(equipment=machine).values()]
        found += sorted(str(sorted(row.items(), key=str)) for row in rows)
    return found


def work_off() -> int:
    """What the workers do: until nothing waits."""
    made = 0
    while piece := machine_rebuild.rebuild_next(BOSS):
        made += piece
    return made


def test_P17_buckets_are_the_same_in_any_order_and_made_again(plant: Equipment) -> None:
    """Two machines are told the same, one in order and one backwards; what the workers make of it is the same."""
    told = [state(0, "run"), counted(0, 10), counted(30, 40), state(60, "down", "JAM"), state(61, "run"),
            counted(90, 95), state(170, "idle"), state(230, "run"), counted(300, 120), counted(500, 150),
            state(500, "down"), state(520, "run")]  # fmt: skip
    in_order, backwards = make_counting(plant), make_counting(plant)
    for each in told:
        say(in_order, each, now=at(each["at"]))
    for each in reversed(told):
        say(backwards, each, now=at(530))
    assert work_off() > 0
    assert DirtyStretch.objects.count() == 0
    mine, other = rows_of(in_order), rows_of(backwards)
    assert len(mine) == len(other) >= 2
    told_of = {str(in_order.pk): "M", str(backwards.pk): "M"}
    assert [_unnamed(each, told_of) for each in mine] == [_unnamed(each, told_of) for each in other]
    machine_rebuild.rebuild_shift(BOSS, in_order.pk, at(100))
    machine_rebuild.rebuild_shift(BOSS, in_order.pk, at(100))
    assert rows_of(in_order) == mine
    early = [each for each in ShiftBucket.objects.filter(equipment=in_order) if each.shift == "E"]
    assert sum(each.production + each.delay + each.down + each.planned_stop + each.unknown for each in early) == (
        8 * 60 * 60_000_000
    )


def _unnamed(row: str, names: dict[str, str]) -> str:
    for key in names:
        row = row.replace(f"('equipment_id', {key})", "machine")
    return row


def test_late_event_makes_its_closed_shift_again(plant: Equipment) -> None:
    machine = make_counting(plant)
    begin(machine, at(-60))
    say(machine, state(0, "run"), now=at(0))
    for hour in range(1, 20):
        say(machine, {"at": hour * 30, "kind": "heartbeat"}, now=at(hour * 30))
    work_off()
    bucket = ShiftBucket.objects.filter(equipment=machine, shift="E")
    assert sum(bucket.values_list("down", flat=True)) == 0
    say(machine, state(100, "down"), state(110, "run"), now=at(600))
    assert DirtyStretch.objects.filter(equipment=machine).exists()
    work_off()
    assert sum(bucket.values_list("down", flat=True)) == 10 * 60_000_000
    assert sum(bucket.values_list("failure_count", flat=True)) == 1


def test_live_machines_advance_to_now(plant: Equipment) -> None:
    machine, silent = make_counting(plant), make_counting(plant)
    begin(machine, at(0))
    say(machine, state(0, "run"), counted(0, 0), now=at(0))
    say(machine, counted(30, 30), now=at(30))
    by_machine = {each.equipment_id: each for each in live_machines(plant.site, at(40))}
    found = by_machine[machine.pk]
    assert (found.state, found.shift, found.good) == ("run", "E", 30)
    assert found.totals.production == 40 * 60_000_000
    assert by_machine[silent.pk].state == "off"
    assert by_machine[silent.pk].as_of is None


def test_shift_end_closes_the_live_row_into_buckets(plant: Equipment) -> None:
    machine = make_counting(plant)
    begin(machine, at(0))
    say(machine, state(0, "run"), now=at(0))
    say(machine, {"at": 479, "kind": "heartbeat"}, now=at(479))
    assert machine_sweep.close_shifts(BOSS, plant.site, at(481)) == 1
    assert LiveShift.objects.get(equipment=machine).shift == "L"
    work_off()
    first = date(2026, 3, 2)
    whole = parts_total(plant.site, first, first)
    by_shift = {each.key: each.totals for each in parts_by(plant.site, first, first, By.SHIFT)}
    assert by_shift["E"].calendar == 8 * 60 * 60_000_000
    assert sum(each.production for each in by_shift.values()) == whole.production
