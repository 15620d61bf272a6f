"""A backup: whole, proven, told of; and nothing where it could not be made."""

import json
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from mom.core import audit, clock, long_work
from mom.core.actor import system_actor
from mom.core.backup import manifest as written
from mom.core.backup import prove, runs
from mom.core.backup.make import only_one
from mom.core.backup.manifest import BadBackup
from mom.core.backup.server import owner
from mom.core.errors import Conflict, MomError, Unavailable
from mom.core.models import AuditEntry, BackupRun, TaskRun
from mom.core.models.backup import BackupCause, BackupStatus
from mom.core.use_case import Subject, use_case
from tests.core.backup.conftest import BackUp

pytestmark = pytest.mark.django_db(transaction=True)


def act_once(site: str = "P1") -> None:
    with use_case(system_actor("test")) as act:
        act.record("test.done", subject=Subject("test", "1", "one"), site=site)


def test_backup_holds_every_row_and_is_proven(back_up: BackUp) -> None:
    act_once()
    made = back_up()
    assert made.proof is not None
    assert (made.proof.findings, made.findings) == ((), ())
    assert made.proof.asked_everything
    assert made.manifest.measure.tables["core_auditentry"] == AuditEntry.objects.count() - 1  # its end is told after it
    assert {head.chain: head.seq for head in made.manifest.measure.heads}["P1"] == 1
    assert made.manifest.measure.objects["triggers"] > 50


def test_backup_run_says_what_the_folder_says(back_up: BackUp) -> None:
    made = back_up()
    run = BackupRun.objects.get()
    assert (run.name, run.status, run.row_count) == (
        made.manifest.name,
        BackupStatus.PROVEN,
        made.manifest.measure.rows,
    )
    assert run.stored_at is not None
    assert written.proof_of(made.directory)["findings"] == []
    actions = AuditEntry.objects.filter(action__startswith="core.backup").values_list("action", flat=True)
    assert list(actions) == ["core.backup_started", "core.backup_ended"]


def test_backup_is_closed_to_others_and_tells_no_secret(back_up: BackUp, home: Path) -> None:
    made = back_up()
    for path in (made.directory.parent, made.directory, *made.directory.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert made.manifest.secrets == ("secret_key", "pin_pepper")
    assert json.loads((made.directory / "secrets.json").read_text())["pin_pepper"] == "the pepper of this installation"
    assert "of this installation" not in (made.directory / "manifest.json").read_text()


def test_backup_names_the_secrets_that_lie_elsewhere(back_up: BackUp, home: Path) -> None:
    (home / "secret_key").unlink()
    (home / "pin_pepper").unlink()
    made = back_up()
    assert made.manifest.secrets == ()
    assert len(made.manifest.not_inside) == 2
    assert not (made.directory / "secrets.json").exists()


def test_no_scratch_database_and_no_unfinished_folder_stays(back_up: BackUp, home: Path) -> None:
    (home / "backups" / "20260101T000000Z-person.unfinished").mkdir(parents=True)
    back_up()
    assert [path.name for path in (home / "backups").iterdir()] == [BackupRun.objects.get().name]
    assert owner().names_like(rf"{owner().database}_.*") == []


@pytest.mark.parametrize("harm", ["changed", "missing", "added", "cut", "linked"])
def test_check_finds_every_harm_to_a_backup(back_up: BackUp, harm: str) -> None:
    directory = back_up().directory
    data = next(iter((directory / "database").glob("*.dat.gz")))
    if harm == "changed":
        content = bytearray(data.read_bytes())
        content[-1] ^= 1
        data.write_bytes(content)
    elif harm == "missing":
        data.unlink()
    elif harm == "added":
        (directory / "database" / "more.dat.gz").write_bytes(b"x")
    elif harm == "cut":
        data.write_bytes(data.read_bytes()[:-1])
    else:
        target = data.rename(directory.parent / "elsewhere")
        data.symlink_to(target)
    with pytest.raises(BadBackup, match=r"\.dat\.gz"):
        written.check(directory)


def test_proof_finds_a_row_that_is_not_in_the_backup(back_up: BackUp) -> None:
    made = back_up()
    measure = made.manifest.measure
    claimed = {**measure.tables, "core_auditentry": measure.tables["core_auditentry"] + 1}
    forged = written.Manifest(
        **{**vars(made.manifest), "measure": written.Measure(**{**vars(measure), "tables": claimed})}
    )
    found = prove.prove(owner(), made.directory, forged).findings
    assert found == (
        f"core_auditentry: {measure.tables['core_auditentry']:,} rows instead of {claimed['core_auditentry']:,}",
    )


def test_proof_finds_a_guard_that_is_gone_and_a_broken_chain(back_up: BackUp, owner_cursor: Any) -> None:
    act_once()
    expected = back_up().manifest
    owner_cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER ALL")
    owner_cursor.execute("UPDATE core_auditentry SET reason = 'forged' WHERE action = 'test.done'")
    forged = back_up()
    assert forged.proof is not None
    assert any(finding.startswith("core.audit_chain") for finding in forged.proof.findings)
    assert BackupRun.objects.get(name=forged.manifest.name).status == BackupStatus.BROKEN
    assert expected.name != forged.manifest.name


def test_P21_cut_tail_shows_against_the_ends_of_an_earlier_backup(back_up: BackUp, owner_cursor: Any) -> None:
    act_once()
    act_once()
    first = back_up()
    for table in ("core_auditentry", "core_auditseal"):
        owner_cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    owner_cursor.execute(
        "DELETE FROM core_auditentry e USING core_auditseal s WHERE s.entry_id = e.id AND s.chain = 'P1' AND s.seq = 2"
    )
    owner_cursor.execute("DELETE FROM core_auditseal WHERE chain = 'P1' AND seq = 2")
    assert audit.verify() == []  # the chain itself can't know
    made = back_up()
    assert made.findings == (f"audit trail cut: chain P1, number 2 ({first.manifest.name})",)


def test_second_backup_at_the_same_time_is_refused(back_up: BackUp) -> None:
    with only_one(owner()), pytest.raises(Conflict, match="Another backup"):
        back_up()
    assert not BackupRun.objects.exists()


def test_full_disk_stops_a_backup_before_it_writes(
    back_up: BackUp, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr("mom.core.backup.make.LEAST_FREE", 1 << 62)
    with pytest.raises(Unavailable, match="no room"):
        back_up()
    run = BackupRun.objects.get()
    assert run.status == BackupStatus.FAILED
    assert "no room" in run.error
    assert list((home / "backups").iterdir()) == []


def test_failed_program_leaves_a_failed_run_with_its_words(
    back_up: BackUp, monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bin"
    bad.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (bad / name).write_text(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo '(x) 99' && exit 0\necho no such luck >&2; exit 3\n"
        )
        (bad / name).chmod(0o755)
    monkeypatch.setattr("mom.core.backup.programs._directories", lambda: iter([bad]))
    with pytest.raises(MomError, match="no such luck"):
        back_up()
    assert BackupRun.objects.get().status == BackupStatus.FAILED
    assert list((home / "backups").iterdir()) == []


def test_missing_programs_are_one_sentence_that_says_what_to_install(
    back_up: BackUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mom.core.backup.programs._directories", lambda: iter(()))
    with pytest.raises(Unavailable, match="postgresql-client-"):
        back_up()


def test_cancelled_backup_leaves_nothing(home: Path) -> None:
    def tell(_share: int, stage: str) -> None:
        if stage == "Copying the database":
            raise long_work.Cancelled

    with pytest.raises(long_work.Cancelled):
        runs.back_up(BackupCause.PERSON, system_actor("test"), tell)
    assert BackupRun.objects.get().status == BackupStatus.FAILED
    assert list((home / "backups").iterdir()) == []


def test_long_work_makes_the_backup_and_tells_how_far_it_is(home: Path) -> None:
    with use_case(system_actor("test")) as act:
        task = runs.start(act, BackupCause.SCHEDULE)
    long_work.work(task.pk, runs.run)
    task.refresh_from_db()
    assert (task.status, task.done, task.total) == ("succeeded", 100, 100)
    assert BackupRun.objects.get().task_run_id == task.pk
    assert task.result["findings"] == []


def test_schedule_queues_a_due_backup_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    assert not runs.start_if_due()  # the database was made a moment ago
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert runs.start_if_due()
    assert not runs.start_if_due()
    assert TaskRun.objects.filter(kind=runs.BACKUP).count() == 1


def test_schedule_can_be_switched_off(home: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.BACKUP = {**settings.BACKUP, "IS_SCHEDULED": False}
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not runs.start_if_due()


def test_old_backups_go_and_the_last_proven_one_never(back_up: BackUp, home: Path, settings: Any) -> None:
    settings.BACKUP = {**settings.BACKUP, "KEEP_DAILY": 1, "KEEP_WEEKLY": 0}
    made, now = back_up(), clock.now()
    proven, older, newest = (_as_of(made, now - timedelta(days=days)) for days in (9, 6, 3))
    (proven / written.PROOF).write_bytes((made.directory / written.PROOF).read_bytes())
    shutil.rmtree(made.directory)
    assert runs.let_go(system_actor("test")) == [older.name]
    assert [manifest.name for manifest in written.stored(home / "backups")] == [newest.name, proven.name]


def _as_of(made: runs.Made, at: datetime) -> Path:
    """A backup as if it had been made then, and not proven."""
    directory = made.directory.with_name(f"{at:%Y%m%dT%H%M%SZ}-person")
    directory.mkdir()
    written.write(directory, written.Manifest(**{**vars(made.manifest), "name": directory.name, "started_at": at}))
    return directory


def test_command_makes_and_lists(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backup")
    told = capsys.readouterr().out
    assert "Proven: restored in" in told
    assert "It holds secrets (secret_key, pin_pepper)" in told
    assert TaskRun.objects.get(kind=runs.BACKUP).status == "succeeded"
    call_command("backup", "--list")
    assert "proven" in capsys.readouterr().out


def test_command_fails_with_one_sentence_where_no_backup_came_of_it(home: Path, settings: Any) -> None:
    settings.BACKUP = {**settings.BACKUP, "DIRECTORY": home / "secret_key" / "backups"}
    with pytest.raises(CommandError, match="The backup failed"):
        call_command("backup")
    assert TaskRun.objects.get(kind=runs.BACKUP).status == "failed"


@pytest.fixture
def owner_cursor(home: Path) -> Any:
    """A cursor of the owner of the tables; each statement commits."""
    with owner().cursor() as cursor:
        yield cursor


def test_server_hands_no_password_to_an_argument() -> None:
    from mom.core.backup.server import Server

    server = Server((("dbname", "mom"), ("host", "db"), ("password", "hush"), ("user", "owner")))
    assert server.environment()["PGPASSWORD"] == "hush"
    assert server.named("other").database == "other"
    assert psycopg2.__version__
