"""The archive: a closed day of a machine is a file that says the same as the table, to us and to any other engine."""

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.floor.archive import due, sweeping, writing
from mom.floor.archive.day_file import SCHEMA, decoded, key_check, table_rows
from mom.floor.archive.store import the_store
from mom.floor.archive.sweeping import Swept
from mom.floor.engine.columns import Columns
from mom.floor.models import ArchivedDay
from mom.floor.selectors.record import message_rows, messages
from mom.floor.services import archive
from mom.plant.models import Equipment
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    """A machine with a code that a path has to escape."""
    return make_equipment(site, "CNC/7 ä=1")


def write_all() -> int:
    for day in due.days_that_changed():
        due.mark_due(day, LATER)
    return archive.write_waiting()[0]


def forget(day: str) -> None:
    """Drop the day as the database does it, which only does it where all of it is archived."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT floor_drop_day(%s)", [day])


def same(one: Columns, two: Columns) -> bool:
    labels = [[columns.labels[each] for each in columns.label] for columns in (one, two)]
    return (
        labels[0] == labels[1]
        and np.array_equal(one.equipment_id, two.equipment_id)
        and np.array_equal(one.occurred_at, two.occurred_at)
        and [int(v) for v in one.value] == [int(v) for v in two.value]
        and np.array_equal(one.has_value, two.has_value)
    )


def test_archive_of_a_day_reads_as_the_table_did(machine: Equipment) -> None:
    store(day_of(machine))
    before = messages([machine.pk], DAY, DAY + timedelta(days=1))
    rows = table_rows(machine.pk, DAY.date())
    assert write_all() == 1
    row = ArchivedDay.objects.get()
    assert (row.row_count, row.verified_at is not None, row.problem) == (48, True, "")
    assert decoded(the_store().read(row.address)).equals(rows)
    forget("2026-03-02")
    assert same(messages([machine.pk], DAY, DAY + timedelta(days=1)), before)
    assert message_rows(machine.pk, DAY, DAY + timedelta(days=1)).equals(rows)


def test_archive_is_read_by_another_engine(machine: Equipment, folder: Path) -> None:
    given = store(day_of(machine))
    write_all()
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        found = engine.execute(
            "SELECT site, machine, day::varchar, occurred_at, kind, code, value, key, source"
            f" FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
        ).fetchall()
    wanted = {
        (each.occurred_at, each.kind, each.code, each.value, each.key): ("P1", machine.code, "2026-03-02", "gateway")
        for each in given
    }
    assert {row[3:8]: (*row[:3], row[8]) for row in found} == wanted
    assert len(found) == len(given)
    total = sum((each.value for each in given if each.value is not None), Decimal(0))
    assert sum(row[6] for row in found if row[6] is not None) == total


def test_archive_waits_until_the_day_is_closed(site: Site, machine: Equipment) -> None:
    store([message(machine, DAY, code="run")])
    for hours, many in [(0, 0), (24 + 47, 0), (24 + 48, 1)]:
        assert due.mark_due(DAY.date(), DAY + timedelta(hours=hours)) == many, hours
    assert due.mark_due(DAY.date(), LATER) == 0, "it waits already"


def test_archive_of_a_day_twice_is_one_file(machine: Equipment, folder: Path) -> None:
    store(day_of(machine))
    assert [write_all(), write_all()] == [1, 0]
    assert len(list(folder.rglob("*.parquet"))) == 1


def test_late_message_of_an_archived_day_is_read_once_and_written_again(machine: Equipment, folder: Path) -> None:
    store(day_of(machine))
    write_all()
    store([message(machine, DAY + timedelta(minutes=30), code="setup")])
    whole = messages([machine.pk], DAY, DAY + timedelta(days=1))
    assert len(whole) == 49
    assert write_all() == 1
    assert len(list(folder.rglob("*.parquet"))) == 1
    forget("2026-03-02")
    assert same(messages([machine.pk], DAY, DAY + timedelta(days=1)), whole)


def test_late_message_of_a_dropped_day_is_read_once_and_written_again(machine: Equipment, folder: Path) -> None:
    stored = store(day_of(machine))
    write_all()
    forget("2026-03-02")
    repeated = message(
        machine, stored[3].occurred_at, stored[3].kind, stored[3].key, code=stored[3].code, reason=stored[3].reason
    )
    store([repeated, message(machine, DAY + timedelta(minutes=30), code="setup")])
    whole = messages([machine.pk], DAY, DAY + timedelta(days=1))
    assert len(whole) == 49
    assert message_rows(machine.pk, DAY, DAY + timedelta(days=1)).num_rows == 49
    assert write_all() == 1
    assert ArchivedDay.objects.get().row_count == 49
    assert len(list(folder.rglob("*.parquet"))) == 1
    assert same(messages([machine.pk], DAY, DAY + timedelta(days=1)), whole)
    forget("2026-03-02")
    assert same(messages([machine.pk], DAY, DAY + timedelta(days=1)), whole)


def test_window_over_archived_and_live_days_is_one_record(site: Site, machine: Equipment) -> None:
    other = make_equipment(site)
    for number in range(4):
        store([*day_of(machine, DAY + timedelta(days=number)), *day_of(other, DAY + timedelta(days=number))])
    window = (DAY + timedelta(hours=5), DAY + timedelta(days=3, hours=7))
    whole = messages([other.pk, machine.pk], *window)
    counts = messages([machine.pk], *window, ["count"])
    write_all()
    forget("2026-03-02")
    forget("2026-03-04")
    assert same(messages([other.pk, machine.pk], *window), whole)
    assert same(messages([machine.pk], *window, ["count"]), counts)


def test_key_check_of_a_file_is_that_of_the_database(machine: Equipment) -> None:
    store(day_of(machine))
    with connection.cursor() as cursor:
        cursor.execute("SELECT bit_xor(floor_key_check(key)) FROM floor_floormessage")
        assert cursor.fetchone()[0] == key_check(table_rows(machine.pk, DAY.date()))


def test_file_that_the_store_damaged_is_not_taken_for_verified(
    machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(day_of(machine))
    monkeypatch.setattr(type(the_store()), "read", lambda *_: b"PAR1")
    assert write_all() == 0
    row = ArchivedDay.objects.get()
    assert (row.verified_at, row.address) == (None, "")
    assert row.due_at is not None
    assert row.problem


def test_damaged_file_is_found_and_written_again_while_the_tables_have_it(machine: Equipment, folder: Path) -> None:
    store(day_of(machine))
    write_all()
    (file,) = folder.rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-9] + b"\0" * 9)
    assert not writing.verify(ArchivedDay.objects.get())
    assert ArchivedDay.objects.get().verified_at is None
    assert write_all() == 1
    assert writing.verify(ArchivedDay.objects.get())
    assert len(list(folder.rglob("*.parquet"))) == 1


def test_worker_that_was_overtaken_leaves_the_other_ones_file(machine: Equipment, folder: Path) -> None:
    store(day_of(machine))
    due.mark_due(DAY.date(), LATER)
    slow = writing.claim_next()
    assert slow is not None
    assert writing.claim_next() is None, "somebody is at it"
    ArchivedDay.objects.update(claimed_until=DAY)  # its time ran out
    fast = writing.claim_next()
    assert fast is not None
    assert writing.write(fast)
    assert not writing.write(slow)
    assert [str(path.relative_to(folder)) for path in folder.rglob("*.parquet")] == [ArchivedDay.objects.get().address]


def test_day_dropped_while_a_worker_writes_keeps_its_file(machine: Equipment) -> None:
    """The control of the compare-and-set: the slow worker read an empty table."""
    store(day_of(machine))
    write_all()
    ArchivedDay.objects.update(due_at=LATER)
    slow = writing.claim_next()
    assert slow is not None
    forget("2026-03-02")
    assert not writing.write(slow)
    assert len(messages([machine.pk], DAY, DAY + timedelta(days=1))) == 48


def test_files_of_dead_workers_are_swept(machine: Equipment, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(day_of(machine))
    write_all()
    (file,) = folder.rglob("*.parquet")
    shutil.copy(file, file.with_name("copy.parquet"))
    assert sweeping.sweep(machine.site.code) == Swept(0, ()), "it may still be at work"
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", timedelta(seconds=-60))
    assert sweeping.sweep(machine.site.code, removes=False) == Swept(0, ())
    assert sweeping.sweep(machine.site.code) == Swept(1, ())
    assert [file] == list(folder.rglob("*.parquet"))


def test_file_that_alone_holds_a_message_stays_after_an_older_database_was_restored(
    machine: Equipment, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The old database names the old file, which is gone; the archive has the day only in a file that nobody names."""
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", timedelta(seconds=-60))
    store(day_of(machine))
    write_all()
    (file,) = folder.rglob("*.parquet")
    newer, foreign = file.with_name("newer.parquet"), folder / f"site={machine.site.code}" / "notes.txt"
    file.rename(newer)
    foreign.write_text("of somebody else")
    archived = ArchivedDay.objects.filter(equipment=machine)
    archived.update(dropped_at=LATER)
    assert sweeping.sweep(machine.site.code).removed == 0
    assert newer.exists()
    assert foreign.exists()
    with pytest.raises(CommandError):
        call_command("verify_archive")
    said = capsys.readouterr().err
    assert f"{archived.get().address} ({machine.code}, 2026-03-02): missing or not as it was written" in said
    assert "put the file back from a backup of the archive" in said
    assert "newer.parquet: no archived day names this file" in said
    assert "notes.txt: no archived day names this file" in said
    newer.rename(file)
    call_command("verify_archive")
    assert "missing" not in capsys.readouterr().err


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
decimals = st.decimals(-(10**17), 10**17, places=6, allow_nan=False, allow_infinity=False)
contents = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["state", "count", "reading", "alarm"]),
        "name": words,
        "code": words,
        "mode": words,
        "reason": words,
        "text": words,
        "unit": st.sampled_from(["", "H87", "KGM"]),
        "value": st.none() | decimals | st.integers(-(10**6), 10**6).map(Decimal),
    }
)
moments = st.integers(0, 86_400_000_000 - 1).map(lambda micros: DAY + timedelta(microseconds=micros))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(moments, contents), min_size=1, max_size=12))
def test_archive_says_what_the_table_said(site: Site, said: list[tuple[object, dict[str, object]]]) -> None:
    machine = make_equipment(site)
    store([message(machine, at, **content) for at, content in said])
    day = (DAY, DAY + timedelta(days=1))
    before, rows = messages([machine.pk], *day), message_rows(machine.pk, *day)
    assert write_all() >= 1
    ArchivedDay.objects.filter(equipment=machine).update(dropped_at=LATER)  # in both: told apart message by message
    assert same(messages([machine.pk], *day), before)
    assert message_rows(machine.pk, *day).equals(rows)
    assert rows.schema.equals(SCHEMA)
