"""Months of shifts from the record alone, archived or not, agree with the buckets that were made one by one."""

import random
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import ShiftBucket
from analytics.selectors.history import differences, shift_history
from analytics.services import machine_rebuild
from mom.accounts.models import Site
from mom.core.testing import acting
from mom.floor.archive import due, live_rows
from mom.floor.archive.live_rows import live_columns
from mom.floor.models import FloorMessage
from mom.floor.services import archive
from mom.plant.models import Equipment
from tests.analytics.test_live_fold import START, at, begin, counted, make_counting, plant, say, state

__all__ = ["plant"]
pytestmark = pytest.mark.django_db
DAYS = 3
MINUTES = DAYS * 1440


@pytest.fixture
def worked(plant: Equipment, tmp_path: Path, settings: Any) -> list[Equipment]:
    """Two machines that worked three days: runs, stops with and without reason, silence, a counter that was reset."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    machines = [make_counting(plant), make_counting(plant)]
    for number, machine in enumerate(machines):
        begin(machine, at(-600))
        rng = random.Random(number)
        said, minute, total, bad = [state(-60, "run")], 0.0, 0, 0
        while minute < MINUTES:
            word = rng.choice(["run", "run", "down", "idle", "setup", "plan"])
            said.append(state(minute, word, "JAM" if word == "down" and rng.random() < 0.5 else ""))
            total = 0 if rng.random() < 0.02 else total + rng.randint(0, 5)
            bad += rng.random() < 0.2
            said += [counted(minute + 0.25, total), counted(minute + 0.5, bad, "reject")]
            minute += rng.choice([1, 3, 10, 25, 45])
        for start in range(0, len(said), 500):
            say(machine, *said[start : start + 500], now=at(MINUTES))
    with acting() as act:
        spans = {machine.pk: [(at(-120), at(MINUTES))] for machine in machines}
        machine_rebuild.rebuild_stretch(act, plant.site, spans)
    return machines


def compared(site: Site, machines: list[Equipment]) -> tuple[int, list[Any]]:
    return differences(site, [machine.pk for machine in machines], START, START + timedelta(days=2))


def test_history_of_the_record_is_what_the_buckets_say(site: Site, worked: list[Equipment]) -> None:
    many, found = compared(site, worked)
    assert many == 2 * 2 * 4, "two machines, two days: early, late, and what lies before and after midnight"
    assert found == []
    shifts = list(shift_history(site, [worked[0].pk], START, at(1440)))
    assert sum(each.parts["production"] for each in shifts) > 0
    assert sum(each.parts["good"] for each in shifts) > 0


def test_history_reads_days_that_left_the_database(site: Site, worked: list[Equipment]) -> None:
    for day in due.days_in_tables():
        due.mark_due(day, at(MINUTES + 20_000))
    archive.write_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for day in due.days_in_tables():
            cursor.execute("SELECT floor_drop_day(%s)", [day])
    assert not FloorMessage.objects.exists()
    many, found = compared(site, worked)
    assert (many, found) == (16, [])


def test_check_figures_finds_a_bucket_that_is_not_so(site: Site, worked: list[Equipment]) -> None:
    asked = (site.code, "2026-03-02", "2026-03-02")
    out = StringIO()
    call_command("check_figures", *asked, stdout=out)
    assert "shifts compared" in out.getvalue()
    row = ShiftBucket.objects.filter(equipment=worked[0], production__gt=0).earliest("started_at")
    ShiftBucket.objects.filter(pk=row.pk).update(production=row.production + 1)
    err = StringIO()
    with pytest.raises(CommandError, match="1 parts differ"):
        call_command("check_figures", *asked, stdout=out, stderr=err)
    assert "production" in err.getvalue()


@pytest.mark.django_db(transaction=True)
def test_messages_of_many_machines_are_read_the_same_grouped_by_hash(
    plant: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = [make_counting(plant), make_counting(plant)]
    for machine in machines:
        begin(machine, at(-600))
        say(machine, *(each for n in range(9) for each in (state(n, "run"), counted(n + 0.5, n))), now=at(10))
    asked = ([machine.pk for machine in machines], at(0), at(10), None)
    few = live_columns(*asked)

    monkeypatch.setattr(live_rows, "MANY", 1)
    with CaptureQueriesContext(connection) as statements:
        many = live_columns(*asked)

    assert any("enable_sort" in each["sql"] for each in statements)
    assert len(many) == len(few) == 36
    assert (many.occurred_at.tolist(), many.value.tolist()) == (few.occurred_at.tolist(), few.value.tolist())
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_sort")
        assert cursor.fetchone() == ("on",)
