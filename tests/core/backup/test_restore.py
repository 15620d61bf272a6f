"""A restore: the data of then, whole; the data of now, kept; and nothing changed where it fails."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from mom.accounts.models import Site
from mom.core import invariants
from mom.core.backup import manifest as written
from mom.core.backup import restore as restoring
from mom.core.backup import runs
from mom.core.backup.manifest import BadBackup
from mom.core.backup.server import owner
from mom.core.models import AuditEntry, BackupRun, SendingPause, TaskRun
from mom.core.testing import acting
from tests.bench.database import ROOT, Bench
from tests.core.backup.conftest import BackUp
from tests.factories.accounts import make_site

pytestmark = pytest.mark.django_db(transaction=True)


def restore_here(made: runs.Made, home: Path) -> restoring.Restored:
    from mom.core.actor import system_actor

    return restoring.restore(
        made.directory, server=owner(), data=home, root=home / "backups", actor=system_actor("restore")
    )


def codes() -> set[str]:
    return set(Site.objects.values_list("code", flat=True))


@pytest.fixture
def made(back_up: BackUp) -> runs.Made:
    """A backup with one site in it, after which another site and another photo came."""
    with acting():
        make_site("THEN")
    made = back_up()
    with acting():
        make_site("NOW")
    return made


def test_restore_brings_back_the_data_of_then_and_keeps_those_of_now(made: runs.Made, home: Path) -> None:
    (home / "files" / "photos" / "a.jpg").write_bytes(b"another photo")
    done = restore_here(made, home)
    assert codes() == {"THEN"}
    assert list(invariants.violations()) == []
    assert (home / "files" / "photos" / "a.jpg").read_bytes() == b"a photo"
    assert done.kept_files is not None
    assert (done.kept_files / "photos" / "a.jpg").read_bytes() == b"another photo"
    kept = owner().named(done.kept_database)
    with pytest.raises(psycopg2.OperationalError, match="not currently accepting connections"), kept.cursor():
        pass
    with owner().named("postgres").cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{done.kept_database}" WITH ALLOW_CONNECTIONS true')
    with kept.cursor() as cursor:
        cursor.execute("SELECT code FROM accounts_site")
        assert {code for (code,) in cursor.fetchall()} == {"THEN", "NOW"}


def test_P31_restore_pauses_sending_and_ends_open_ends(made: runs.Made, home: Path) -> None:
    restore_here(made, home)
    pause = SendingPause.objects.get()
    assert pause.resumed_at is None
    assert made.manifest.name in pause.reason
    assert not TaskRun.objects.filter(kind=runs.BACKUP, finished_at__isnull=True).exists()
    assert BackupRun.objects.get().status == "proven"
    entry = AuditEntry.objects.get(action="core.backup_restored")
    assert entry.subject_id == made.manifest.name


def test_restored_database_has_the_rights_of_the_living_one(made: runs.Made, home: Path) -> None:
    rights = (
        "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_schema = 'public' ORDER BY 1, 2, 3"
    )
    functions = (
        "SELECT proname, proacl::text, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2"
    )

    def told() -> list[Any]:
        with owner().cursor() as cursor:
            cursor.execute(rights)
            found = cursor.fetchall()
            cursor.execute(functions)
            return [*found, *cursor.fetchall()]

    before = told()
    restore_here(made, home)
    assert told() == before


def test_restore_of_a_harmed_backup_changes_nothing(made: runs.Made, home: Path) -> None:
    data = max((made.directory / "database").glob("*.dat.gz"), key=lambda path: path.stat().st_size)
    data.write_bytes(data.read_bytes()[:-9])
    with pytest.raises(BadBackup, match="is not what was written"):
        restore_here(made, home)
    assert codes() == {"THEN", "NOW"}


def test_restore_that_fails_half_way_changes_nothing(
    made: runs.Made, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise BadBackup("It does not hold together.")

    monkeypatch.setattr(restoring, "_bring_up_to_date", refuse)
    with pytest.raises(BadBackup, match="does not hold together"):
        restore_here(made, home)
    assert codes() == {"THEN", "NOW"}
    assert owner().names_like(rf"{owner().database}_.*") == []
    assert not SendingPause.objects.exists()
    assert not list(home.glob("files*.*"))


def test_failed_swap_gives_the_living_database_its_name_back(made: runs.Made, home: Path) -> None:
    server = owner()
    server.create(restoring.scratch_name(server.database, "restoring"))
    with pytest.raises(psycopg2.Error):
        restoring.swap(server, server.named("no_such_database"))
    connection.close()  # it was cut off for the swap
    assert codes() == {"THEN", "NOW"}


def test_backup_of_a_newer_version_is_refused(made: runs.Made, home: Path) -> None:
    path = made.directory / "manifest.json"
    body = json.loads(path.read_text())
    body["measure"]["migrations"].append(["core", "9999_from_the_future"])
    path.write_text(json.dumps(body))
    with pytest.raises(BadBackup, match=r"newer than this software: it holds core\.9999_from_the_future"):
        restore_here(made, home)
    assert codes() == {"THEN", "NOW"}


def test_archive_with_a_path_that_leaves_is_refused(made: runs.Made, home: Path) -> None:
    archive = made.directory / "files.tar"
    (home / "bad").write_text("x")
    with tarfile.open(archive, "w") as opened:
        opened.add(home / "bad", arcname="../escaped")
    manifest = written.read(made.directory)
    files = {**manifest.files, "files.tar": written.sum_of(archive)}
    written.write(made.directory, written.Manifest(**{**vars(manifest), "files": files}))
    with pytest.raises(BadBackup, match="no file of ours"):
        restore_here(made, home)
    assert codes() == {"THEN", "NOW"}
    assert not (home.parent / "escaped").exists()


def test_restore_brings_secrets_where_they_differ_and_keeps_the_others(made: runs.Made, home: Path) -> None:
    (home / "pin_pepper").write_text("the pepper of a new machine")
    done = restore_here(made, home)
    assert done.changed_secrets == ("pin_pepper",)
    assert (home / "pin_pepper").read_text() == "the pepper of this installation"
    kept = next(home.glob("pin_pepper.before-*"))
    assert kept.read_text() == "the pepper of a new machine"


def test_backups_of_a_history_given_up_raise_no_alarm(made: runs.Made, back_up: BackUp, home: Path) -> None:
    later = back_up()  # its ends are beyond what the restore goes back to
    anchors = home / "audit-anchors"
    anchors.mkdir()
    (anchors / "anchor-20990101T000000Z.jsonl").write_text("{}")
    restore_here(made, home)
    again = back_up()
    assert again.findings == ()
    assert written.is_superseded(home / "backups", later.manifest)
    assert not written.is_superseded(home / "backups", made.manifest)
    assert [path.name for path in anchors.rglob("*.jsonl")] == ["anchor-20990101T000000Z.jsonl"]
    assert not list(anchors.glob("*.jsonl"))


def test_command_asks_first_and_restores_with_yes(made: runs.Made, home: Path, bench: Bench) -> None:
    environment = {
        **os.environ,
        "MOM_ENVIRONMENT": "system",
        "DATABASE_URL": bench.url(),
        "MOM_DATA_DIR": str(home),
        "BACKUP_DIR": str(home / "backups"),
    }
    connection.close()

    def manage(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    refused = manage("restore", "latest")
    assert refused.returncode == 1
    assert "say so with --yes" in refused.stderr
    assert codes() == {"THEN", "NOW"}
    unknown = manage("restore", "20200101T000000Z-person", "--yes")
    assert "is no backup of ours" in unknown.stderr
    connection.close()
    done = manage("restore", made.manifest.name, "--yes")
    assert done.returncode == 0, done.stderr
    assert "DROP DATABASE" in done.stdout
    connection.close()
    assert codes() == {"THEN"}
