"""An archive that is away is not damaged: who asks is told so, nothing is noted, dropped, deleted or begun anew."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from mom.accounts.models import Site, User
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.floor.archive import due, sweeping, writing
from mom.floor.archive.at_hand import require_whole
from mom.floor.archive.damage import ArchiveDamaged
from mom.floor.archive.store import DirectoryStore, StoreAway, the_store
from mom.floor.models import ArchivedDay, ArchivePolicy, FloorMessage
from mom.floor.services import archive
from mom.floor.tasks import archive_closed_days, verify_archive
from mom.plant.models import Equipment
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store
from tests.floor.s3_server import s3_server

NOW = DAY + timedelta(days=40)
durable = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site)


@pytest.fixture(params=["missing", "not mounted"])
def archived(machine: Equipment, folder: Path, request: pytest.FixtureRequest) -> Iterator[Equipment]:
    """A machine with two archived days whose store then goes away."""
    store([*day_of(machine), *day_of(machine, DAY + timedelta(days=1))])
    write_all()
    away = folder.rename(folder.with_name("away"))
    if request.param == "not mounted":
        folder.mkdir()
    yield machine
    assert len(list(away.rglob("*.parquet"))) == 2, "nothing was deleted"


def write_all() -> tuple[int, int]:
    for day in due.days_in_tables():
        due.mark_due(day, NOW)
    return archive.write_waiting()


def noted() -> list[tuple[Any, ...]]:
    return list(ArchivedDay.objects.order_by("day").values_list("verified_at", "due_at", "problem", "dropped_at"))


@durable
def test_verification_of_an_archive_that_is_away_says_so_and_notes_nothing(archived: Equipment, folder: Path) -> None:
    before = noted()
    with pytest.raises(CommandError, match=f"The archive is not in {folder}.*Mount its disk") as told:
        call_command("verify_archive")
    assert "damaged" not in str(told.value)
    assert noted() == before
    with pytest.raises(StoreAway):
        sweeping.sweep(archived.site.code)
    if folder.exists():
        folder.rmdir()
    folder.with_name("away").rename(folder)
    call_command("verify_archive")
    folder.rename(folder.with_name("away"))


@durable
def test_verification_task_of_an_archive_that_is_away_fails_in_its_words(archived: Equipment, folder: Path) -> None:
    site = archived.site
    asker = Actor("user", "1", "Test", {site.code: frozenset({"floor.manage_archive"})})
    run, before = archive.request_verify(asker, site), noted()
    verify_archive(run.pk)
    run.refresh_from_db()
    assert (run.status, run.issues.count()) == ("failed", 0)
    assert run.error.startswith(f"The archive is not in {folder}")
    assert noted() == before


@durable
def test_P21_no_day_leaves_while_the_archive_is_away(archived: Equipment) -> None:
    with acting():
        ArchivePolicy.objects.create(site=archived.site, keep_days=3)
    before = noted()
    with pytest.raises(StoreAway, match="Nothing was deleted"):
        archive_closed_days()
    with pytest.raises(CommandError, match="The archive is not in"):
        call_command("archive_days", "--drop")
    assert FloorMessage.objects.count() == 96
    assert noted() == before


@durable
def test_second_archive_is_not_begun_where_the_first_should_be_mounted(archived: Equipment, folder: Path) -> None:
    store(day_of(archived, DAY + timedelta(days=2)))
    assert write_all() == (0, 1)
    assert not list(folder.rglob("*"))
    waits = ArchivedDay.objects.get(address="")
    assert waits.due_at is not None
    assert waits.problem.startswith("Not written: The archive is not in")


@durable
def test_file_is_called_missing_only_where_the_archive_is_there(archived: Equipment, folder: Path) -> None:
    (row, _other) = ArchivedDay.objects.order_by("day")
    with pytest.raises(StoreAway):
        require_whole(the_store(), [row])
    (folder / "lost").mkdir(parents=True)  # what the words say where all of it is lost for good
    with pytest.raises(ArchiveDamaged, match="is missing"):
        require_whole(the_store(), [row])
    (folder / row.address).mkdir(parents=True)
    with pytest.raises(ArchiveDamaged, match="can't be read"):
        require_whole(the_store(), [row])
    (folder / row.address).rmdir()
    with pytest.raises(CommandError, match="2 files are damaged"):
        call_command("verify_archive")
    assert write_all() == (2, 0)


@pytest.mark.django_db
def test_pages_of_figures_say_that_the_archive_is_away(machine: Equipment, folder: Path, owner: User) -> None:
    store(day_of(machine))
    write_all()
    ArchivedDay.objects.update(dropped_at=NOW)
    folder.rename(folder.with_name("away"))
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    asked = {"from": DAY.isoformat(), "to": (DAY + timedelta(hours=9)).isoformat()}
    answer = client.get(reverse("analytics:machine_messages", args=[machine.code]), asked)
    assert answer.status_code == 503
    assert "stands only in the archive" in answer.content.decode().replace("&#x27;", "'")
    assert str(folder) not in answer.content.decode(), "where the server keeps it is for who runs it"


@pytest.mark.django_db
def test_bucket_that_is_not_there_is_not_a_damaged_file(
    machine: Equipment, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ACCESS_KEY_ID": "reader", "SECRET_ACCESS_KEY": "x", "EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with s3_server() as (host, _objects):
        rest = f"endpoint_override={host}&scheme=http&region=eu-north-1"
        settings.ARCHIVE_URL = f"s3://plant/archive?{rest}"
        store(day_of(machine))
        assert write_all() == (1, 0)
        call_command("verify_archive")
        before = noted()
        settings.ARCHIVE_URL = f"s3://planet/archive?{rest}"
        with pytest.raises(CommandError, match="in the bucket planet doesn't answer: there is no such bucket"):
            call_command("verify_archive")
        assert noted() == before


@pytest.mark.django_db
def test_replaced_file_that_the_store_keeps_undoes_nothing(
    machine: Equipment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(day_of(machine))
    write_all()
    (old,) = folder.rglob("*.parquet")
    store([message(machine, DAY + timedelta(minutes=30), code="setup")])

    def refuse(_self: DirectoryStore, _address: str) -> None:
        raise PermissionError("read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryStore, "delete", refuse)
        assert write_all() == (1, 0)
        monkeypatch.setattr(sweeping, "ORPHAN_AFTER", timedelta(seconds=-60))
        assert sweeping.sweep(machine.site.code) == sweeping.Swept(0, ())
    row = ArchivedDay.objects.get()
    assert (row.row_count, row.due_at, row.problem) == (49, None, "")
    assert writing.verify(row)
    assert old.exists()
    assert sweeping.sweep(machine.site.code) == sweeping.Swept(1, ())
    assert not old.exists()
