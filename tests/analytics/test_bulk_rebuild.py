"""Weeks of a machine made at once are what its shifts are when each is made alone, from tables and from the archive."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from analytics.models import DayBucket, DirtyStretch, HourBucket, LossBucket, LossDay, ShiftBucket
from analytics.services import machine_rebuild
from mom.core.testing import acting
from mom.floor.archive import due
from mom.floor.models import FloorMessage, MachineListening
from mom.floor.services import archive
from mom.plant.models import Equipment
from mom.work.models import JobResponse
from tests.analytics.test_live_fold import BOSS, at, begin, counted, make_counting, plant, say, state
from tests.factories.work import job_of, make_order

__all__ = ["plant"]
pytestmark = pytest.mark.django_db
DAYS = 9  # longer than a counter's last reading is looked for
MINUTES = DAYS * 1440
BUCKETS: tuple[type[models.Model], ...] = (HourBucket, ShiftBucket, LossBucket, DayBucket, LossDay)


def rows_of(machine: Equipment) -> dict[str, list[Any]]:
    """Every bucket of a machine, without its key."""
    found = {}
    for model in BUCKETS:
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
        rows = model._default_manager.filter(equipment=machine).values_list(*names)
        found[model.__name__] = sorted(rows, key=str)
    return found


def told(number: int) -> list[dict[str, Any]]:
    """Nine days with set-ups and scrap after them, energy, silence, a counter reset, two days without a word."""
    rng = random.Random(number)
    said, minute, total, bad, meter = (
        [state(-60, "run"), counted(-59, 990), counted(-58, 7, "reject")],
        0.0,
        990,
        7,
        5.0,
    )
    while minute < MINUTES:
        said.append(state(minute, rng.choice(["run", "run", "run", "down", "idle", "setup", "plan"])))
        total = rng.randint(0, 3) if rng.random() < 0.02 else (total + rng.randint(0, 9)) % 1000
        bad += rng.random() < 0.4
        meter += rng.random()
        said += [
            counted(minute + 0.25, total),
            counted(minute + 0.5, bad, "reject"),
            {"at": minute + 0.75, "kind": "energy", "name": "meter", "value": f"{meter:.3f}", "unit": "KWH"},
        ]
        if rng.random() < 0.3:
            said.append({"at": minute + 1, "kind": "energy", "name": "used", "value": "0.125", "unit": "KWH"})
        is_quiet = 3 * 1440 < minute < 4 * 1440
        minute += 2 * 1440 if is_quiet else rng.choice([2, 5, 12, 20, 45, 90])
    return said


def beside(machine: Equipment, start: datetime, end: datetime) -> None:
    """Another job at work at the same time."""
    job = job_of(make_order(machine.site, f"WO-{start:%d%H}", machine=machine))
    with acting():
        JobResponse.objects.create(
            site=machine.site, job_order=job, equipment=machine, work_kind="production", started_at=start, ended_at=end,
            duration=end - start, op_uuid=uuid4(), recorded_at=start, recorded_by="test",
        )  # fmt: skip


@pytest.fixture(params=["counters", "counters_less_scrap", "reports"])
def worked(request: pytest.FixtureRequest, plant: Equipment, tmp_path: Path, settings: Any) -> Equipment:
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    machine = make_counting(plant, source=request.param, modulus=Decimal(1000))
    begin(machine, at(-600))
    beside(machine, at(300), at(2000))
    beside(machine, at(7000), at(9000))
    said = told(len(request.param))
    for start in range(0, len(said), 500):
        say(machine, *said[start : start + 500], now=at(MINUTES))
    DirtyStretch.objects.all().delete()
    return machine


def all_at_once(machine: Equipment) -> dict[str, list[Any]]:
    with acting() as act:
        act.now = at(MINUTES)
        machine_rebuild.rebuild_stretch(act, machine.site, {machine.pk: [(at(-120), at(MINUTES))]})
    return rows_of(machine)


def one_by_one(machine: Equipment) -> dict[str, list[Any]]:
    """Whatever is there goes; then each shift alone, the last one first."""
    shifts = ShiftBucket.objects.filter(equipment=machine).order_by("-started_at")
    starts = list(shifts.values_list("started_at", flat=True).distinct())
    for model in BUCKETS:
        model._default_manager.filter(equipment=machine).delete()
    for start in starts:
        machine_rebuild.rebuild_shift(BOSS, machine.pk, start)
    return rows_of(machine)


def archived() -> None:
    for day in due.days_in_tables():
        due.mark_due(day, at(MINUTES + 20_000))
    archive.write_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for day in due.days_in_tables():
            cursor.execute("SELECT floor_drop_day(%s)", [day])
    assert not FloorMessage.objects.exists()


def test_many_shifts_made_at_once_are_the_shifts_made_alone(worked: Equipment) -> None:
    together = all_at_once(worked)
    counts = {name: len(rows) for name, rows in together.items()}

    assert one_by_one(worked) == together
    assert all(counts.values()), counts
    source = MachineListening.objects.get(equipment=worked).piece_source
    whole = ShiftBucket.objects.filter(equipment=worked).aggregate(
        scrap=models.Sum("startup_scrap"),
        meter=models.Sum("energy_production"),
        jobs=models.Count("job_order", distinct=True),
    )
    assert whole["meter"] > 0
    assert whole["jobs"] == 3
    assert (whole["scrap"] > 0) == (source == "counters")


def test_many_shifts_made_twice_or_from_the_archive_are_the_same(worked: Equipment) -> None:
    together = all_at_once(worked)

    assert all_at_once(worked) == together
    archived()
    assert all_at_once(worked) == together
    assert one_by_one(worked) == together


def test_many_shifts_take_as_many_statements_as_few(worked: Equipment) -> None:
    all_at_once(worked)

    with CaptureQueriesContext(connection) as few, acting() as act:
        machine_rebuild.rebuild_stretch(act, worked.site, {worked.pk: [(at(0), at(600))]})
    with CaptureQueriesContext(connection) as many, acting() as act:
        machine_rebuild.rebuild_stretch(act, worked.site, {worked.pk: [(at(0), at(MINUTES - 2000))]})

    assert len(many) <= len(few) + 4


def test_long_times_of_a_machine_are_left_for_the_next_task(worked: Equipment) -> None:
    together = all_at_once(worked)
    with acting() as act:
        machine_rebuild.mark_stretch(act, worked.site, worked.pk, at(-120), at(MINUTES) - timedelta(minutes=1))

    while machine_rebuild.rebuild_next(BOSS):
        pass

    assert rows_of(worked)["DayBucket"][:-1] == together["DayBucket"][:-1]
