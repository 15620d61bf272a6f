"""Messages for days that only the archive has: acknowledged at once, laid in by a worker, counted once (P15, P21)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.floor.archive import due
from mom.floor.archive.store import DirectoryStore, the_store
from mom.floor.engine.message import Window
from mom.floor.models import ArchivedDay, FloorMessage, LateMessage, MachineListening, QuarantinedMessage, StateInterval
from mom.floor.selectors.record import message_rows, messages
from mom.floor.services import archive, late
from mom.floor.services.ingest import Receipt, take_in_window
from mom.plant.models import Equipment
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY

pytestmark = pytest.mark.django_db(transaction=True)
NOW = DAY + timedelta(days=20)
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of the test's own, which is never read while a transaction is open."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    read = DirectoryStore.read

    def outside(self: DirectoryStore, address: str) -> bytes:
        if self is the_store():
            assert not connection.in_atomic_block, "no network inside a transaction"
        return read(self, address)

    monkeypatch.setattr(DirectoryStore, "read", outside)
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_machine(site)


def make_machine(site: Site) -> Equipment:
    """A machine that may be silent for a day."""
    machine = make_equipment(site)
    with acting():
        MachineListening.objects.create(
            site=site, equipment=machine, piece_source="counters", heartbeat=ONE_DAY, minor_stop=timedelta(minutes=2),
            valid_from=DAY - ONE_DAY,
        )  # fmt: skip
    return machine


def state(machine: Equipment, at: datetime, state: str, name: str = "", **fields: Any) -> dict[str, Any]:
    """A state that is known by an id: its instant, unless it is named."""
    name = name or f"{machine.code} {at.isoformat()}"
    return {"machine": machine.code, "kind": "state", "at": at.isoformat(), "state": state, "id": name, **fields}


def day_of(machine: Equipment, day: datetime = DAY) -> list[dict[str, Any]]:
    """A day that changes every two hours."""
    return [state(machine, day + n * timedelta(hours=2), ("run", "down")[n % 2]) for n in range(12)]


def sent(actor: Actor, site: Site, batch: list[Any], session: str = "") -> Receipt:
    return take_in_window(actor, site, "gw", batch, Window.history(NOW), session, NOW)


def write_all() -> None:
    for day in due.days_in_tables():
        due.mark_due(day, NOW)
    archive.write_waiting()


def drop(day: datetime = DAY) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT floor_drop_day(%s)", [day.date()])


def timeline(machine: Equipment) -> list[tuple[Any, ...]]:
    rows = StateInterval.objects.filter(equipment=machine).order_by("started_at")
    return list(rows.values_list("started_at", "ended_at", "state"))


def test_P15_repeat_of_a_dropped_day_counts_once(actor: Actor, site: Site, machine: Equipment) -> None:
    batch = day_of(machine)
    assert sent(actor, site, batch).accepted == 12
    before = timeline(machine)
    write_all()
    drop()
    again = sent(actor, site, [*batch, batch[3]])
    assert (again.accepted, again.repeated, again.late, again.quarantined) == (0, 0, 13, 0)
    assert late.merge_waiting() == late.Merged(repeated=13)
    assert not FloorMessage.objects.exists()
    assert not LateMessage.objects.exists()
    assert timeline(machine) == before
    assert len(messages([machine.pk], DAY, DAY + ONE_DAY)) == 12


def test_P15_late_message_of_a_dropped_day_counts_as_if_it_had_stayed(
    actor: Actor, site: Site, machine: Equipment
) -> None:
    sent(actor, site, [*day_of(machine), *day_of(machine, DAY + ONE_DAY)])
    write_all()
    drop()
    extra = DAY + timedelta(hours=5)
    assert sent(actor, site, [state(machine, extra, "idle")]).late == 1
    assert late.merge_waiting() == late.Merged(new=1)
    found = [each for each in timeline(machine) if each[0] < DAY + timedelta(hours=9)]
    hours = [(round((start - DAY) / timedelta(hours=1)), state) for start, _end, state in found]
    assert hours == [(0, "run"), (2, "down"), (4, "run"), (5, "idle"), (6, "down"), (8, "run")]
    assert len(messages([machine.pk], DAY, DAY + ONE_DAY)) == 13
    write_all()
    drop()
    assert ArchivedDay.objects.get(equipment=machine, day=DAY.date()).row_count == 13
    assert message_rows(machine.pk, DAY, DAY + ONE_DAY).num_rows == 13
    assert sent(actor, site, [state(machine, extra, "idle")]).late == 1
    assert late.merge_waiting() == late.Merged(repeated=1)


def test_P15_other_content_under_a_known_identity_waits_for_a_person(
    actor: Actor, site: Site, machine: Equipment
) -> None:
    sent(actor, site, day_of(machine))
    write_all()
    drop()
    other = state(machine, DAY, "down", f"{machine.code} {DAY.isoformat()}")
    assert sent(actor, site, [other, other]).late == 2
    assert late.merge_waiting() == late.Merged(conflicting=2)
    assert QuarantinedMessage.objects.get().problem == "conflicting"
    assert sent(actor, site, [other]).late == 1
    late.merge_waiting()
    assert QuarantinedMessage.objects.count() == 1
    assert not FloorMessage.objects.exists()


def test_P15_number_of_a_dropped_day_is_known_for_ever(actor: Actor, site: Site, machine: Equipment) -> None:
    def numbered(number: int, hour: float) -> dict[str, Any]:
        at = DAY + timedelta(hours=hour)
        return {"machine": machine.code, "kind": "state", "at": at.isoformat(), "state": "run", "sequence": number}

    batch = [numbered(n, n) for n in range(5) if n != 3]
    sent(actor, site, batch, "s")
    write_all()
    drop()
    assert sent(actor, site, [*batch, numbered(2, 2.5), numbered(3, 3)], "s").late == 6
    assert late.merge_waiting() == late.Merged(new=1, repeated=4, conflicting=1)
    assert sent(actor, site, [numbered(3, 3)], "s").late == 1
    assert late.merge_waiting() == late.Merged(repeated=1)
    assert len(messages([machine.pk], DAY, DAY + ONE_DAY)) == 5


def test_batch_is_answered_while_the_archive_is_away(
    actor: Actor, site: Site, machine: Equipment, folder: Path
) -> None:
    sent(actor, site, day_of(machine))
    write_all()
    drop()
    away = folder.rename(folder.with_name("away"))
    receipt = sent(actor, site, [*day_of(machine), state(machine, NOW, "run")])
    assert (receipt.accepted, receipt.late) == (1, 12)
    assert late.merge_waiting().failed == 1
    assert LateMessage.objects.count() == 12
    away.rename(folder)
    assert late.merge_waiting() == late.Merged(repeated=12)


def test_damaged_file_holds_only_its_own_messages_up(
    actor: Actor, site: Site, machine: Equipment, folder: Path
) -> None:
    other = make_machine(site)
    sent(actor, site, [*day_of(machine), *day_of(other)])
    write_all()
    drop()
    row = ArchivedDay.objects.get(equipment=machine)
    path = folder / row.address
    content = path.read_bytes()
    path.write_bytes(content[:-50])
    sent(actor, site, [*day_of(machine), *day_of(other)])
    assert late.merge_waiting() == late.Merged(repeated=12, failed=1)
    assert set(LateMessage.objects.values_list("equipment", flat=True)) == {machine.pk}
    path.write_bytes(content)
    assert late.merge_waiting() == late.Merged(repeated=12)


def test_late_message_whose_stretch_begins_in_the_archive_is_laid_in_by_a_worker(
    actor: Actor, site: Site, machine: Equipment
) -> None:
    """Its own day is in the tables, but the state that it cuts began on a day that is not."""
    begun = [("run", 1), ("down", 23), ("down", 35), ("run", 45)]
    sent(actor, site, [state(machine, DAY + timedelta(hours=hour), code) for code, hour in begun])
    write_all()
    drop()
    receipt = sent(actor, site, [state(machine, DAY + timedelta(hours=40), "idle")])
    assert (receipt.accepted, receipt.late) == (0, 1)
    assert late.merge_waiting() == late.Merged(new=1)
    hours = [(round((start - DAY) / timedelta(hours=1)), code) for start, _end, code in timeline(machine)]
    assert hours[:4] == [(1, "run"), (23, "down"), (40, "idle"), (45, "off")]


def test_released_message_of_a_dropped_day_is_laid_in(actor: Actor, site: Site, machine: Equipment) -> None:
    from mom.floor.services.quarantine import release

    sent(actor, site, day_of(machine))
    write_all()
    drop()
    at = DAY + timedelta(hours=3)
    unknown = {**state(machine, at, "idle"), "machine": "NOBODY"}
    assert sent(actor, site, [unknown]).quarantined == 1
    release(actor, site.code, QuarantinedMessage.objects.get().pk, {"machine": machine.code})
    assert LateMessage.objects.count() == 1
    assert late.merge_waiting() == late.Merged(new=1)
    assert FloorMessage.objects.get().occurred_at == at.astimezone(UTC)


def test_late_message_that_can_no_longer_be_read_waits_for_a_person(
    actor: Actor, site: Site, machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(actor, site, day_of(machine))
    write_all()
    drop()
    assert sent(actor, site, [state(machine, DAY + timedelta(hours=3), "idle", "new")]).late == 1
    monkeypatch.setattr("mom.floor.engine.message_reading._KINDS", {})  # as if a later version knew no such kind
    assert late.merge_waiting() == late.Merged(conflicting=1)
    assert QuarantinedMessage.objects.get().problem == "unreadable"
    assert not LateMessage.objects.exists()
