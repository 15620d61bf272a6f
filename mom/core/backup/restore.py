"""A backup becomes the living data again: made whole beside them first, then swapped in by two renames.

Until the swap the living database is not touched, so a restore that fails changes nothing. What was living is kept
under another name, closed to everybody, until a person drops it.
"""

import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path, PurePosixPath

import psycopg2
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _
from psycopg2 import sql

from mom.core import clock, invariants
from mom.core.actor import Actor
from mom.core.audit import anchor
from mom.core.backup import manifest as written
from mom.core.backup.make import FILES, SECRETS, Tell, only_one, tell_nobody
from mom.core.backup.manifest import BadBackup, Manifest
from mom.core.backup.measure import differences, measure, unknown_migrations
from mom.core.backup.prove import forget_scratch, put_back, scratch_name
from mom.core.backup.runs import BACKUP
from mom.core.backup.server import Server
from mom.core.delivery import pausing
from mom.core.engine.task_run import TaskRunStatus
from mom.core.models import BackupRun, TaskRun
from mom.core.models.backup import BackupStatus
from mom.core.use_case import Subject, use_case

_EMPTY_WITHIN = 20.0  # seconds for the last connection to go


@dataclass(frozen=True)
class Restored:
    """What a restore did, for the person who asked for it."""

    manifest: Manifest
    kept_database: str
    """The name of what was living before; empty where that was an empty database, which is dropped."""
    kept_files: Path | None
    changed_secrets: tuple[str, ...]


def restore(
    directory: Path, *, server: Server, data: Path, root: Path, actor: Actor, tell: Tell = tell_nobody
) -> Restored:
    """Put a backup in the place of the living data, brought to the schema of this code; sending pauses.

    For a command with one thread: Django's connection is turned to the new database for a while.
    Raises: BadBackup, Conflict (a backup is running), Unavailable, ProgramFailed. Nothing is changed then.
    """
    tell(1, _("Checking the backup"))
    manifest = written.check(directory)
    if unknown := unknown_migrations(manifest.measure):
        raise BadBackup(
            _("The backup is newer than this software: it holds %(first)s and %(more)s more that are not known here.")
            % {"first": unknown[0], "more": len(unknown) - 1}
        )
    with only_one(server):
        forget_scratch(server)
        name = scratch_name(server.database, "restoring")
        files = data / "files.restoring"
        try:
            fresh = put_back(server, directory, manifest, name, tell)
            tell(75, _("Comparing"))
            _require_equal(fresh, manifest)
            tell(80, _("Bringing it to this version"))
            with django_on(fresh):
                _bring_up_to_date()
                _close_open_ends(manifest, actor)
            _unpack(directory / FILES, files)
            tell(95, _("Taking the place of the living data"))
            kept = swap(server, fresh)
        except BaseException:
            with suppress(psycopg2.Error):
                server.drop(name)
            shutil.rmtree(files, ignore_errors=True)
            raise
        now = clock.now()
        kept_files = _swap_files(data / "files", files, f"{now:%Y%m%dT%H%M%SZ}")
        changed = _put_secrets(directory / SECRETS, data, f"{now:%Y%m%dT%H%M%SZ}")
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        written.note_restore(root, manifest, now)
        _set_anchors_aside(manifest, f"{now:%Y%m%dT%H%M%SZ}")
    cache.clear()
    return Restored(manifest, kept, kept_files, changed)


@contextmanager
def django_on(server: Server) -> Iterator[None]:
    """Django's connection on another database, as the owner and without time limits. For commands: one thread."""
    before = dict(connection.settings_dict)
    told = dict(server.parameters)
    limits = {"options": "-c statement_timeout=0 -c lock_timeout=0 -c timezone=UTC"}
    connection.close()
    connection.settings_dict.update(
        NAME=server.database,
        USER=told.get("user", ""),
        PASSWORD=told.get("password", ""),
        HOST=told.get("host", ""),
        PORT=told.get("port", ""),
        OPTIONS={**before["OPTIONS"], **limits},
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def swap(server: Server, fresh: Server) -> str:
    """Give the fresh database the living one's name; the living one is kept under a name with the time.

    Gives that name, or "" where the living one held nothing. Raises: psycopg2.Error, BadBackup; all is as before then.
    """
    kept = f"{server.database[:40]}_before_{clock.now():%Y%m%d_%H%M%S}"
    with server.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        was_empty = cursor.fetchone() == (0,)
    living, new, old = (sql.Identifier(name) for name in (server.database, fresh.database, kept))
    with server.named("postgres").cursor() as cursor:
        _close(cursor, server.database, is_closed=True)
        try:
            _wait_empty(cursor, [server.database, fresh.database])
            cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(living, old))
            try:
                cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(new, living))
            except psycopg2.Error:
                cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, living))
                raise
        except BaseException:
            _close(cursor, server.database, is_closed=False)
            raise
    if was_empty:
        server.drop(kept)
    return "" if was_empty else kept


def _close(cursor: object, name: str, *, is_closed: bool) -> None:
    statement = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    cursor.execute(statement.format(sql.Identifier(name), sql.Literal(not is_closed)))  # type: ignore[attr-defined]


def _wait_empty(cursor: object, names: list[str]) -> None:
    """Cut every connection to these databases; what is under way there is rolled back. Raises: BadBackup."""
    until = time.monotonic() + _EMPTY_WITHIN
    while True:
        cursor.execute(  # type: ignore[attr-defined]
            "SELECT count(*), count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            [names],
        )
        if cursor.fetchone()[0] == 0:  # type: ignore[attr-defined]
            return
        if time.monotonic() > until:
            raise BadBackup(_("Somebody stays connected to the database. Stop what uses it and try again."))
        time.sleep(0.1)


def _require_equal(fresh: Server, manifest: Manifest) -> None:
    """Raises: BadBackup where the restored database is not what was backed up."""
    with fresh.cursor() as cursor:
        if told := differences(manifest.measure, measure(cursor)):
            raise BadBackup(_("The restored data are not what was backed up: %(first)s.") % {"first": told[0]})


def _bring_up_to_date() -> None:
    """This code's migrations and rights, then every promise asked. Raises: BadBackup where one does not hold."""
    call_command("migrate", interactive=False, verbosity=0)
    broken = list(invariants.violations())
    if broken:
        names = ", ".join(f"{violation.invariant.name} ({violation.count})" for violation in broken)
        raise BadBackup(_("The restored data do not hold together: %(names)s.") % {"names": names})


def _close_open_ends(manifest: Manifest, actor: Actor) -> None:
    """Nothing old goes out (P31), everybody signs in anew, the backup's own work is not done again."""
    reason = _("Restored from backup %(name)s.") % {"name": manifest.name}
    with use_case(actor, reason=reason) as act:
        pausing.pause(act, reason)
        waiting = [TaskRunStatus.QUEUED.value, TaskRunStatus.RUNNING.value]
        TaskRun.objects.filter(kind=BACKUP, status__in=waiting).update(
            status=TaskRunStatus.CANCELLED.value, finished_at=act.now, lease_until=None
        )
        BackupRun.objects.filter(status=BackupStatus.RUNNING.value, name=manifest.name).update(
            status=BackupStatus.PROVEN.value,
            stored_at=manifest.finished_at,
            ended_at=act.now,
            row_count=manifest.measure.rows,
            size=manifest.size,
        )
        Session.objects.all().delete()
        subject = Subject("core.backuprun", manifest.name, manifest.name)
        act.record("core.backup_restored", subject=subject, after={"made_at": manifest.started_at.isoformat()})


def _unpack(archive: Path, target: Path) -> None:
    """Ordinary files only, below `target` only, whatever the archive says. Raises: BadBackup."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    with tarfile.open(archive) as opened:
        for member in opened:
            name = PurePosixPath(member.name)
            content = opened.extractfile(member) if member.isreg() else None
            if content is None or name.is_absolute() or ".." in name.parts:
                raise BadBackup(_("%(name)s in the archive of files is no file of ours.") % {"name": member.name[:200]})
            path = target / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())


def _swap_files(living: Path, fresh: Path, stamp: str) -> Path | None:
    kept = living.with_name(f"files.before-{stamp}")
    if living.is_dir() and not any(living.iterdir()):
        living.rmdir()
    was_there = living.exists()
    if was_there:
        living.rename(kept)
    fresh.rename(living)
    return kept if was_there else None


def _set_anchors_aside(manifest: Manifest, stamp: str) -> None:
    """Anchors of the audit trail that are younger than the backup belong to a history that was given up: kept apart."""
    limit = f"anchor-{manifest.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.jsonl"
    folder = anchor.directory()
    younger = [path for path in folder.glob("anchor-*.jsonl") if path.name >= limit] if folder.is_dir() else []
    for path in younger:
        kept = folder / f"before-restore-{stamp}"
        kept.mkdir(mode=0o700, exist_ok=True)
        path.rename(kept / path.name)


def _put_secrets(stored: Path, data: Path, stamp: str) -> tuple[str, ...]:
    """The backup's secrets in the data directory; another one that lay there is kept beside it. Gives what changed."""
    changed = []
    secrets = json.loads(stored.read_text("utf-8")) if stored.exists() else {}
    for name, value in secrets.items():
        path = data / name
        if path.exists() and path.read_text("utf-8") == value:
            continue
        if path.exists():
            path.replace(path.with_name(f"{name}.before-{stamp}"))
        written.write_synced(path, value)
        changed.append(name)
    return tuple(changed)
