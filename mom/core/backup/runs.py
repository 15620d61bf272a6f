"""Backups as the system keeps account of them: the record, the schedule, what is kept and for how long.

Before the table of records exists (a database of an older version, about to be upgraded) a backup is made all the same;
then the folder alone tells of it.
"""

import shutil
import zoneinfo
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import psycopg2
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from mom.core import audit, long_work
from mom.core.actor import Actor, system_actor
from mom.core.backup import manifest as written
from mom.core.backup.make import Tell, Wanted, make, only_one
from mom.core.backup.manifest import Manifest
from mom.core.backup.programs import ProgramFailed
from mom.core.backup.prove import Proof, prove
from mom.core.backup.server import owner
from mom.core.db.locks import Lock, try_advisory_lock
from mom.core.engine import retention
from mom.core.engine.task_run import TaskRunStatus
from mom.core.errors import MomError
from mom.core.long_work import Cancelled, LeaseLost, Progress
from mom.core.models import BackupRun, TaskRun
from mom.core.models.audit import NO_SITE
from mom.core.models.backup import BackupCause, BackupStatus
from mom.core.use_case import Subject, UseCase, use_case

log = structlog.get_logger(__name__)

BACKUP = long_work.declare("core.backup", task="mom.core.tasks.back_up", queue="backups")
_GOOD = (BackupStatus.STORED.value, BackupStatus.PROVEN.value)


class BackupFailed(MomError):
    """No backup came of it; the living data are as they were."""

    status = 500
    default_code = "backup_failed"


@dataclass(frozen=True)
class Made:
    """A backup that lies on disk, and what its proof said."""

    manifest: Manifest
    directory: Path
    proof: Proof | None
    findings: tuple[str, ...]
    """What is wrong with the living data rather than with the backup: the audit trail against earlier ends."""

    @property
    def is_good(self) -> bool:
        return self.proof is not None and not self.proof.findings and not self.findings


def root() -> Path:
    """Where backups lie."""
    return Path(settings.BACKUP["DIRECTORY"])


def local_zone() -> tzinfo:
    """The zone in which the hour of backups is meant: the setting, else the machine's, else UTC."""
    named = settings.BACKUP["TIME_ZONE"]
    if named:
        return zoneinfo.ZoneInfo(named)
    link = Path("/etc/localtime").resolve().as_posix()
    try:
        return zoneinfo.ZoneInfo(link.partition("/zoneinfo/")[2] or "UTC")
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        return UTC


def start(act: UseCase, cause: BackupCause, site: str = "") -> TaskRun:
    """Queue a backup. Joins the caller's transaction."""
    return long_work.start(act, BACKUP, site or NO_SITE, _("Backup"), parameters={"cause": cause.value}, total=100)


def start_if_due() -> bool:
    """Queue the scheduled backup where its hour has come, also late; says whether it did. Rung by beat."""
    plan = settings.BACKUP
    if not plan["IS_SCHEDULED"] or _is_under_way():
        return False
    with use_case(system_actor("schedule")) as act:
        if not try_advisory_lock(Lock.BACKUP, "schedule") or _is_under_way() or not _is_due(act.now):
            return False
        start(act, BackupCause.SCHEDULE)
    return True


def _is_under_way() -> bool:
    waiting = [TaskRunStatus.QUEUED.value, TaskRunStatus.RUNNING.value]
    return TaskRun.objects.filter(kind=BACKUP, status__in=waiting).exists()


def _is_due(now: datetime) -> bool:
    runs = BackupRun.objects.order_by("-started_at")
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        since = cursor.fetchone()[0]
    return retention.is_due(
        now,
        hour=settings.BACKUP["HOUR"],
        zone=local_zone(),
        since=since,
        last_good=runs.filter(status__in=_GOOD).values_list("started_at", flat=True).first(),
        last_try=runs.values_list("started_at", flat=True).first(),
    )


def run(progress: Progress) -> Mapping[str, Any]:
    """The body of the long work. A worker that takes over begins anew. Raises: MomError, Cancelled, LeaseLost."""

    def tell(share: int, stage: str) -> None:
        progress.advance(max(share, progress.done), note=stage)
        progress.check_cancelled()

    made = back_up(BackupCause(progress.run.parameters["cause"]), progress.actor, tell, task_run_id=progress.run_id)
    progress.advance(100)
    return {
        "name": made.manifest.name,
        "rows": made.manifest.measure.rows,
        "bytes": made.manifest.size,
        "findings": [*(made.proof.findings if made.proof else ()), *made.findings],
    }


def back_up(
    cause: BackupCause, actor: Actor, tell: Tell, *, is_proven: bool = True, task_run_id: int | None = None
) -> Made:
    """Make a backup, prove it, keep account of it, let go what is too old. In this process, from beginning to end.

    Raises: MomError (Conflict where another runs, BackupFailed, Unavailable), and whatever `tell` raises.
    """
    server = owner()
    wanted = Wanted(server, Path(settings.DATA_DIR), root(), cause.value)
    with only_one(server):
        record = _Record(wanted, actor, task_run_id)
        try:
            manifest = make(wanted, tell)
            record.stored(manifest)
            directory = wanted.root / manifest.name
            proof = prove(server, directory, manifest, tell) if is_proven else None
            findings = tuple(_against_earlier_ends(manifest))
        except Cancelled:
            record.failed(_("Cancelled."))
            raise
        except MomError as refusal:
            record.failed(refusal.sentence)
            raise
        except LeaseLost:
            record.failed(_("Another worker has taken this work over."))
            raise
        except (ProgramFailed, psycopg2.Error, DatabaseError, OSError) as error:
            log.exception("backup_failed", name=wanted.name)
            record.failed(str(error))
            raise BackupFailed(_("The backup failed: %(why)s") % {"why": str(error)[:1000]}) from error
        record.ended(manifest, proof, findings)
        let_go(actor)
    return Made(manifest, directory, proof, findings)


def let_go(actor: Actor) -> list[str]:
    """Remove the folders that the plan no longer keeps; gives their names. The caller holds the lock."""
    found = written.stored(root())
    kept = retention.to_keep(
        found,
        made_at=lambda manifest: manifest.started_at,
        daily=settings.BACKUP["KEEP_DAILY"],
        weekly=settings.BACKUP["KEEP_WEEKLY"],
        zone=local_zone(),
    )
    gone = [manifest.name for manifest in found if manifest not in kept and not _is_last_good(manifest, found)]
    for name in gone:
        shutil.rmtree(root() / name)
    if gone and _has_table():
        with use_case(actor) as act:
            BackupRun.objects.filter(name__in=gone).update(removed_at=act.now)
            act.record("core.backups_removed", subject=Subject("core.backuprun", "", "backups"), after={"names": gone})
    return gone


def is_proven(directory: Path) -> bool:
    """Whether the folder says that a restore of it was whole."""
    return written.proof_of(directory).get("findings") == []


def _is_last_good(manifest: Manifest, newest_first: list[Manifest]) -> bool:
    """Whatever the plan says, the newest backup that was proven stays."""
    good = next((one for one in newest_first if is_proven(root() / one.name)), None)
    return good is manifest


def _against_earlier_ends(manifest: Manifest) -> list[str]:
    """The living audit trail against the ends that earlier backups carry: a cut tail shows here."""
    return [
        f"audit trail {finding.kind}: chain {finding.chain}, number {finding.seq} ({earlier.name})"
        for earlier in written.stored(root())
        if earlier.name != manifest.name and not written.is_superseded(root(), earlier)
        for finding in audit.verify_against(earlier.measure.heads)
    ]


def _has_table() -> bool:
    return BackupRun._meta.db_table in connection.introspection.table_names()


class _Record:
    """The row of one backup; nothing where the database has no table for it yet."""

    def __init__(self, wanted: Wanted, actor: Actor, task_run_id: int | None) -> None:
        self.actor, self.row = actor, None
        if not _has_table():
            return
        with use_case(actor) as act:
            left = BackupRun.objects.filter(status=BackupStatus.RUNNING.value)
            left.update(status=BackupStatus.FAILED.value, ended_at=act.now, error=_("Its process ended half way."))
            self.row = BackupRun.objects.create(
                name=wanted.name,
                cause=wanted.cause,
                directory=str(wanted.root / wanted.name),
                task_run_id=task_run_id,
                started_at=wanted.started_at,
            )
            act.record("core.backup_started", subject=self.row, after={"cause": wanted.cause})

    def stored(self, manifest: Manifest) -> None:
        """Its files are whole on disk."""
        self._set(
            stored_at=manifest.finished_at,
            row_count=manifest.measure.rows,
            size=manifest.size,
            heads=[asdict(head) for head in manifest.measure.heads],
        )

    def ended(self, manifest: Manifest, proof: Proof | None, findings: tuple[str, ...]) -> None:
        """It is stored, and proven or not."""
        if self.row is None:
            return
        status = BackupStatus.STORED
        if proof is not None:
            status = BackupStatus.BROKEN if proof.findings else BackupStatus.PROVEN
        told = [*(proof.findings if proof else ()), *findings]
        with use_case(self.actor) as act:
            self._set(status=status.value, ended_at=act.now, findings=told)
            after = {"status": status.value, "rows": manifest.measure.rows, "findings": len(told)}
            act.record("core.backup_ended", subject=self.row, after=after)

    def failed(self, why: str) -> None:
        """No backup came of it."""
        if self.row is None:
            return
        with use_case(self.actor) as act:
            self._set(status=BackupStatus.FAILED.value, ended_at=act.now, error=why[:2000])
            act.record("core.backup_failed", subject=self.row, after={"why": why[:500]})

    def _set(self, **values: Any) -> None:
        if self.row is not None:
            BackupRun.objects.filter(pk=self.row.pk).update(**values)


def held_here(cause: BackupCause, actor: Actor, site: str = "") -> Progress | None:
    """A claim on a backup that this process does itself, so that pages show it and can cancel it.

    None where the database has no table for long work yet.
    """
    if TaskRun._meta.db_table not in connection.introspection.table_names():
        return None
    with use_case(actor) as act:
        return long_work.claim(start(act, cause, site).pk)
