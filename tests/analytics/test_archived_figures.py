"""A figure is the same to the digit whether the messages that it is made of stand in the tables or in the archive."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from analytics.selectors import facts_before
from analytics.services import machine_rebuild
from mom.core.db.at_hand import fetching
from mom.core.testing import acting
from mom.floor.archive import due
from mom.floor.archive.store import DirectoryStore, the_store
from mom.floor.models import ArchivedDay, FloorMessage
from mom.floor.services import archive
from mom.plant.models import Equipment
from tests.analytics.test_live_fold import at, begin, counted, make_counting, plant, rows_of, say, state

__all__ = ["plant"]
pytestmark = pytest.mark.django_db
DAYS = 3


def metered(minutes: float, value: int) -> dict[str, Any]:
    return {"at": minutes, "kind": "energy", "name": "meter", "value": value, "unit": "KWH"}


@pytest.fixture
def machine(plant: Equipment, tmp_path: Path, settings: Any) -> Equipment:
    """It worked three days in the early shift alone: over night its counters and its meter stand."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    machine = make_counting(plant)
    begin(machine, at(-600))
    rng = random.Random(5)
    total = reject = meter = 100
    for day in range(DAYS):
        said = []
        for step in range(40):
            minute = day * 1440 + 30 + step * 10 + rng.random()
            total, reject, meter = total + rng.randint(0, 9), reject + rng.randint(0, 2), meter + rng.randint(0, 4)
            said.append(state(minute, rng.choice(["run", "run", "down", "idle"])))
            said += [counted(minute + 1, total), counted(minute + 2, reject, "reject"), metered(minute + 3, meter)]
        say(machine, *said, now=at(day * 1440 + 500))
    return machine


WHOLE = (at(-1440), at(DAYS * 1440))
SECOND_SHIFT = (at(1440), at(1920))


def computed(machine: Equipment, span: tuple[datetime, datetime] = WHOLE) -> list[Any]:
    """Every row of the machine's figures, made again from the facts within a span, as a worker does it."""

    def make() -> None:
        with acting() as act:
            machine_rebuild.rebuild_stretch(act, machine.site, {machine.pk: [span]})

    fetching(make)()
    return rows_of(machine)


def write_all() -> None:
    for day in due.days_in_tables():
        due.mark_due(day, at(20_000))
    archive.write_waiting()


def drop(days: Sequence[date]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for day in days:
            cursor.execute("SELECT floor_drop_day(%s)", [day])


def test_figures_are_the_same_after_each_day_left_the_tables(machine: Equipment) -> None:
    before = computed(machine)
    assert "good" in str(before)
    write_all()
    for day in due.days_in_tables():
        drop([day])
        assert computed(machine) == before, day
    assert not FloorMessage.objects.exists()


def test_figures_after_a_dropped_day_know_how_its_counters_stood(
    machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = computed(machine)
    write_all()
    first = due.days_in_tables()[0]
    drop([first])
    with monkeypatch.context() as without:
        without.setattr(facts_before, "archived_readings", lambda *_: {})
        assert computed(machine, SECOND_SHIFT) != before, "the control: what stood at the end of the day is needed"
    assert computed(machine, SECOND_SHIFT) == before
    ArchivedDay.objects.filter(day=first).update(last_readings=None)
    assert computed(machine, SECOND_SHIFT) == before, "a day of which nobody noted it is read"


def test_shift_after_a_dropped_day_needs_no_file(machine: Equipment, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all()
    first = due.days_in_tables()[0]
    drop([first])
    monkeypatch.setattr(DirectoryStore, "read", lambda *_: pytest.fail("read"))
    monkeypatch.setattr(type(the_store()), "path", lambda *_: pytest.fail("read"))
    starts = [(machine.pk, at(1440))]
    found = facts_before.readings_before(starts, {machine.pk}, {machine.pk})
    assert [set(each) for each in found.values()] == [{"total", "reject", "meter"}]


def test_reading_of_more_than_a_week_ago_does_not_count(machine: Equipment) -> None:
    write_all()
    drop(due.days_in_tables())
    last = at((DAYS - 1) * 1440 + 450)
    for days, many in ((6, 1), (8, 0)):
        start = last + timedelta(days=days)
        found = facts_before.readings_before([(machine.pk, start)], {machine.pk}, set())
        assert len([each for each in found.values() if "total" in each]) == many, days
