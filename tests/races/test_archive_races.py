"""Archiving beside others: workers never take one day twice, and a message that comes while a day goes is kept."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from mom.accounts.models import Site
from mom.floor.archive import due, writing
from mom.floor.models import ArchivedDay, FloorMessage
from mom.floor.selectors.record import messages
from mom.floor.services import archive
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


def test_workers_share_the_days_and_write_each_once(site: Site, folder: Path) -> None:
    for _ in range(6):
        store(day_of(make_equipment(site)))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    outcomes = together(*[archive.write_waiting] * 3)
    assert failures(outcomes) == []
    assert sum(outcome[0] for outcome in outcomes if isinstance(outcome, tuple)) == 6
    assert len(list(folder.rglob("*.parquet"))) == 6
    assert not ArchivedDay.objects.filter(verified_at=None).exists()


def test_workers_without_claims_write_twice_and_one_throws_its_file_away(site: Site, folder: Path) -> None:
    """The control: the same day in two hands; the compare-and-set leaves one file, and that is the one named."""
    store(day_of(make_equipment(site)))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    claim = writing.claim_next()
    assert claim is not None
    outcomes = together(lambda: writing.write(claim), lambda: writing.write(claim))
    assert sorted(map(str, outcomes)) == ["False", "True"]
    assert [str(path.relative_to(folder)) for path in folder.rglob("*.parquet")] == [ArchivedDay.objects.get().address]


def test_message_that_comes_while_its_day_goes_is_kept(site: Site) -> None:
    machine = make_equipment(site)
    store(day_of(machine))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    archive.write_waiting()
    late = message(machine, DAY + timedelta(minutes=7), code="setup")

    def drop() -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT floor_drop_day(%s)", [DAY.date()])
        except DatabaseError:
            return False
        return True

    def send() -> bool:
        for _ in range(3):  # a writer that found the day's table gone opens it again
            try:
                with transaction.atomic():
                    store([late])
            except DatabaseError:
                continue
            return True
        return False

    outcomes = together(drop, send)
    assert failures(outcomes) == []
    assert outcomes[1] is True
    assert len(messages([machine.pk], DAY, DAY + timedelta(days=1))) == 49


def test_message_with_a_smaller_number_that_is_committed_later_is_found(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = make_equipment(site)
    store(day_of(machine))
    slow, quick = (message(machine, DAY + timedelta(minutes=minute), code="setup") for minute in (7, 9))
    has_number, may_commit = threading.Event(), threading.Event()

    def take_long() -> None:
        try:
            with transaction.atomic():
                FloorMessage.objects.bulk_create([slow])
                has_number.set()
                assert may_commit.wait(30)
        finally:
            connections.close_all()

    sender = threading.Thread(target=take_long)
    sender.start()
    try:
        assert has_number.wait(30)
        store([quick])
        due.mark_due(DAY.date(), DAY + timedelta(days=9))
        assert archive.write_waiting() == (1, 0)
        assert due.days_that_changed() == []
    finally:
        may_commit.set()
        sender.join(30)
    archived = ArchivedDay.objects.get()
    assert slow.pk < archived.last_id == FloorMessage.objects.latest("id").pk, "the newest number shows nothing"
    with monkeypatch.context() as without:
        without.setattr(due, "COUNTED_FOR", timedelta(0))
        assert due.days_that_changed() == [], "the control: without counting nobody sees it"
    assert due.days_that_changed() == [DAY.date()]
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    assert archive.write_waiting() == (1, 0)
    assert ArchivedDay.objects.get().row_count == 50
    assert due.days_that_changed() == []
