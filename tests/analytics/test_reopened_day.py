"""A day left the database, and something comes late for it: laid in, counted, archived with the rest, dropped again."""

from pathlib import Path
from typing import Any

import pytest

from analytics.models import ShiftBucket
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.floor.archive import due
from mom.floor.archive.store import DirectoryStore, the_store
from mom.floor.archive.writing import verify
from mom.floor.engine.message import Window
from mom.floor.models import ArchivedDay, ArchivePolicy, FloorMessage, LateMessage, StateInterval
from mom.floor.selectors.record import message_rows
from mom.floor.services import archive, late
from mom.floor.services.ingest import take_in_window
from mom.plant.models import Equipment
from tests.analytics.test_archived_figures import computed
from tests.analytics.test_live_fold import (
    START,
    at,
    begin,
    counted,
    make_counting,
    plant,
    rows_of,
    say,
    state,
    work_off,
)

__all__ = ["plant"]
pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(20 * 1440)
DAY = START.date()
EARLY = (at(10), at(470))
STOOD = int(4.5 * 60_000_000)  # microseconds


@pytest.fixture
def machines(plant: Equipment, tmp_path: Path, settings: Any) -> list[Equipment]:
    """Two machines that ran a shift and whose day then left the database."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    made = [make_counting(plant), make_counting(plant)]
    for machine in made:
        begin(machine, at(-60))
        said = [each for n in range(0, 480, 15) for each in (state(n, "run"), counted(n + 1, 100 + n))]
        say(machine, *said, state(480, "idle"), now=at(481))
    work_off()
    with acting():
        ArchivePolicy.objects.create(site=plant.site, keep_days=3)
    due.mark_due(DAY, NOW)
    assert archive.write_waiting() == (2, 0)
    assert archive.drop_past_horizon(NOW) == [DAY]
    assert not FloorMessage.objects.exists()
    return made


def figures(machine: Equipment) -> dict[str, Any]:
    return ShiftBucket.objects.filter(equipment=machine, day=DAY, shift="E").values().get()


def send_late(actor: Actor, site: Site, machine: Equipment) -> None:
    """It stood until it said that it ran, and its counter showed more at the end."""
    said = [("state", 100.5, {"state": "down"}), ("count", 479, {"name": "total", "value": 600})]
    batch = [
        {"machine": machine.code, "kind": kind, "at": at(minute).isoformat(), "id": f"late-{minute}", **fields}
        for kind, minute, fields in said
    ]
    receipt = take_in_window(actor, site, "gateway", batch, Window.history(NOW), "", NOW)
    assert (receipt.accepted, receipt.late) == (0, 2)


def timeline(machine: Equipment) -> list[tuple[float, str]]:
    rows = StateInterval.objects.filter(equipment=machine).order_by("started_at")
    return [((row.started_at - START).total_seconds() / 60, row.state) for row in rows]


def everything(machines: list[Equipment]) -> list[Any]:
    return [message_rows(machine.pk, at(-300), at(1140)) for machine in machines]


def test_P21_day_that_was_reopened_counts_what_came_and_leaves_again_with_all_of_it(
    actor: Actor, site: Site, machines: list[Equipment], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machines
    before, others = figures(one), rows_of(other)
    told = [rows.num_rows for rows in everything(machines)]
    send_late(actor, site, one)
    assert late.merge_waiting() == late.Merged(new=2)
    assert not LateMessage.objects.exists()
    assert due.days_in_tables() == [DAY], "the day is open again"
    assert FloorMessage.objects.count() == 2, "and holds only what came"
    work_off()
    after = figures(one)
    assert after["production"] == before["production"] - STOOD
    assert after["down"] == before["down"] + STOOD
    assert after["good"] == before["good"] + 35
    assert rows_of(other) == others
    made = rows_of(one)
    assert computed(one, EARLY) == made, "what the facts of tables and archive say together"
    assert timeline(one) == [(0, "run"), (100.5, "down"), (105, "run"), (480, "off")], (
        "what the file tells behind it too"
    )

    assert archive.drop_past_horizon(NOW) == [], "no file holds what came"
    assert FloorMessage.objects.count() == 2
    read: list[str] = []
    real = DirectoryStore.read

    def spied(self: DirectoryStore, address: str) -> bytes:
        read.append(address)
        return real(self, address)

    monkeypatch.setattr(DirectoryStore, "read", spied)
    assert archive.write_waiting() == (1, 0), "only the machine that something came for"
    assert len(read) == 2, "its old file, and the new one back"
    read.clear()
    assert archive.drop_past_horizon(NOW) == [DAY]
    assert sorted(read) == sorted(ArchivedDay.objects.values_list("address", flat=True)), "every machine's file once"
    assert due.days_in_tables() == []
    assert [rows.num_rows for rows in everything(machines)] == [told[0] + 2, told[1]]
    assert computed(one, EARLY) == made
    assert rows_of(other) == others


def test_P21_reopened_day_stays_while_another_machines_file_is_damaged(
    actor: Actor, site: Site, machines: list[Equipment]
) -> None:
    one, other = machines
    send_late(actor, site, one)
    late.merge_waiting()
    due.mark_due(DAY, NOW)
    archive.write_waiting()
    row = ArchivedDay.objects.get(equipment=other)
    path = Path(the_store().path(row.address))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert archive.drop_past_horizon(NOW) == []
    assert FloorMessage.objects.count() == 2
    path.write_bytes(whole)
    assert verify(ArchivedDay.objects.get(pk=row.pk))
    assert archive.drop_past_horizon(NOW) == [DAY]
