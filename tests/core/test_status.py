"""Status: each line says how it is, what is wrong and what to do; page, API and command say the same."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from mom.accounts.models import Site, User
from mom.core import clock, health, status, tasks
from mom.core.backup import runs
from mom.core.backup.manifest import Manifest, Measure
from mom.core.backup.manifest import write as write_manifest
from mom.core.models import BackupRun, OutboxEvent, SendingPause, TaskRun, WorkerHeartbeat
from tests.factories.accounts import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def well(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system in which every part is well and last night's backup was proven."""
    from mom.celery import QUEUES

    settings.DATA_DIR = tmp_path
    settings.BACKUP = {**settings.BACKUP, "DIRECTORY": tmp_path / "backups"}
    monkeypatch.setattr(health, "_broker", lambda: {"ok": True})
    monkeypatch.setattr(status, "LEAST_FREE", 1)
    monkeypatch.setattr(status, "LEAST_SHARE", 0)
    for queue in QUEUES:
        tasks.stamp_heartbeat(queue)
    WorkerHeartbeat.objects.update(rung_at=clock.now())
    backed_up(tmp_path, hours=3)
    return tmp_path


def backed_up(home: Path, *, hours: float, state: str = "proven") -> BackupRun:
    began = clock.now() - timedelta(hours=hours)
    name = f"{began:%Y%m%dT%H%M%SZ}-schedule"
    directory = home / "backups" / name
    directory.mkdir(parents=True)
    measure = Measure({"t": 7}, {}, {}, (), (), (), ())
    write_manifest(
        directory, Manifest(name, "schedule", began, began, "0.1.0", "18.6", 18, measure, {}, (), (), {"all": 1.0})
    )
    return BackupRun.objects.create(
        name=name, cause="schedule", status=state, directory=str(directory), started_at=began, stored_at=began,
        ended_at=began, row_count=7, size=100,
    )  # fmt: skip


def line(key: str) -> status.Line:
    """The worst line of that key."""
    rank = [status.BAD, status.WARN, status.OK, status.INFO]
    return min((line for line in status.status().lines if line.key == key), key=lambda found: rank.index(found.state))


def test_status_is_ok_when_every_part_is(well: Path) -> None:
    found = status.status()
    assert [line for line in found.lines if line.state not in {status.OK, status.INFO}] == []
    assert found.is_ok
    assert {line.key for line in found.lines} == {
        "database", "schema", "disk", "backup", "anchor", "broker", "workers", "outbox", "sending", "time", "versions",
        "archive",
    }  # fmt: skip


def test_status_without_a_backup_says_make_one(well: Path) -> None:
    BackupRun.objects.all().delete()
    assert line("backup").state == status.WARN
    assert "manage.py backup" in line("backup").todo


def test_status_with_an_old_backup_is_bad(well: Path) -> None:
    BackupRun.objects.all().delete()
    backed_up(well, hours=30)
    assert (line("backup").state, "too old" in line("backup").todo) == (status.BAD, True)


def test_status_counts_no_backup_whose_folder_is_gone(well: Path) -> None:
    run = BackupRun.objects.get()
    (Path(run.directory) / "manifest.json").unlink()
    assert line("backup").state == status.BAD


@pytest.mark.parametrize(("state", "word"), [("broken", "Can't be restored"), ("failed", "Failed")])
def test_status_tells_a_bad_last_try_also_where_an_older_one_is_good(well: Path, state: str, word: str) -> None:
    run = backed_up(well, hours=1, state=state)
    BackupRun.objects.filter(pk=run.pk).update(error="The disk is full.")
    assert line("backup").state == status.BAD
    assert word in line("backup").text
    assert "The disk is full." in line("backup").text


def test_status_without_a_schedule_warns(well: Path, settings: Any) -> None:
    settings.BACKUP = {**settings.BACKUP, "IS_SCHEDULED": False}
    assert "BACKUP_SCHEDULED=1" in line("backup").todo


def test_status_with_a_full_disk_is_bad(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "LEAST_FREE", 1 << 62)
    assert (line("disk").state, line("disk").todo) == (status.BAD, "Make room now: a full disk stops every entry.")


def test_status_with_a_silent_broker_is_bad(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> Any:
        raise ConnectionError

    monkeypatch.setattr(health, "_broker", silent)
    assert line("broker").state == status.BAD


def test_status_names_the_queue_without_a_worker(well: Path) -> None:
    WorkerHeartbeat.objects.filter(queue="backups").update(stamped_at="2020-01-01T00:00:00Z")
    assert line("workers").text == "No worker answers for: backups."


def test_status_without_beat_is_bad(well: Path) -> None:
    WorkerHeartbeat.objects.update(rung_at=clock.now() - timedelta(minutes=10))
    assert line("workers").todo == "Start beat again."


def test_status_tells_dead_letters_and_lag(well: Path) -> None:
    long_ago = clock.now() - timedelta(hours=1)
    given: dict[str, Any] = {
        "topic": "t",
        "payload": {},
        "actor": "a",
        "created_at": long_ago,
        "available_at": long_ago,
    }
    OutboxEvent.objects.create(key="a", seq=1, dead_at=long_ago, **given)
    assert line("outbox").text == "1 event was given up."
    OutboxEvent.objects.update(dead_at=None)
    assert re.search(r"has waited 3[56]\d\d s", line("outbox").text)


def test_status_tells_that_sending_is_paused(well: Path) -> None:
    SendingPause.objects.create(reason="Restored from backup X.", paused_at=clock.now(), paused_by="restore")
    assert (line("sending").state, "Restored from backup X." in line("sending").text) == (status.WARN, True)


def test_status_with_a_drifting_clock_is_bad(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = clock.now
    monkeypatch.setattr(clock, "now", lambda: there() + timedelta(seconds=90))
    assert line("time").state == status.BAD


def test_status_looks_at_the_rest_where_one_part_breaks(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_found: Any) -> Any:
        raise OSError("a detail that stays in the house")

    monkeypatch.setattr(status.written, "stored", broken)
    found = status.status()
    assert len({line.key for line in found.lines}) == 12
    assert line("anchor").text == "This could not be looked at (OSError)."


def test_command_prints_lines_and_ends_with_1_where_something_is_bad(
    well: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("status")
    assert "ok    Database" in capsys.readouterr().out
    BackupRun.objects.all().delete()
    backed_up(well, hours=30)
    with pytest.raises(SystemExit, match="1"):
        call_command("status", "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is False


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def at_site(well: Path) -> Site:
    return make_site("P1")


def test_page_shows_what_is_wrong_first(at_site: Site) -> None:
    SendingPause.objects.create(reason="Restored.", paused_at=clock.now(), paused_by="restore")
    user = make_user("admin1", site=at_site, permissions=["core.view_status", "core.make_backup"])
    text = signed_in(user).get("/setup/status/").content.decode()
    assert text.index('data-check="sending"') < text.index('data-check="database"')
    assert "1 thing needs you" in text
    assert "Back up now" in text


def test_page_is_closed_without_the_right_and_the_button_without_its_own(at_site: Site) -> None:
    outsider = signed_in(make_user("outsider", site=at_site, permissions=["work.view"]))
    assert outsider.get("/setup/status/").status_code == 403
    assert outsider.post("/setup/status/back-up/").status_code == 403
    looker = signed_in(make_user("looker", site=at_site, permissions=["core.view_status"]))
    assert "Back up now" not in looker.get("/setup/status/").content.decode()
    assert looker.post("/setup/status/back-up/").status_code == 403
    assert not TaskRun.objects.filter(kind=runs.BACKUP).exists()


def test_api_says_the_same(at_site: Site) -> None:
    user = make_user("monitor", site=at_site, permissions=["core.view_status"])
    answer = signed_in(user).get("/api/v1/status/")
    assert answer.status_code == 200
    body = answer.json()
    assert body["ok"] is True
    assert {each["key"] for each in body["lines"]} == {each.key for each in status.status().lines}


@pytest.mark.django_db(transaction=True)
def test_button_queues_a_backup_that_is_followed_on_its_page(at_site: Site) -> None:
    user = make_user("admin2", site=at_site, permissions=["core.view_status", "core.make_backup", "core.view_task_run"])
    client = signed_in(user)
    answer = client.post("/setup/status/back-up/")
    run = TaskRun.objects.get(kind=runs.BACKUP)
    assert answer.headers["Location"] == f"/long-work/{run.pk}/"
    assert "Back up now" not in client.get("/setup/status/").content.decode()  # one is under way
