"""How the system is, line by line: what is wrong, what to do. Page, API and `manage.py status` say the same."""

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django
import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mom.core import audit, clock, health
from mom.core.audit.proof import audit_proof
from mom.core.backup import manifest as written
from mom.core.backup import runs
from mom.core.models import BackupRun, SendingPause, WorkerHeartbeat
from mom.core.models.backup import BACKUP_STATUS, BackupStatus

log = structlog.get_logger(__name__)

OK, INFO, WARN, BAD = "ok", "info", "warn", "bad"
LEAST_FREE = 2_000_000_000  # bytes
LEAST_SHARE = 0.05
LONGEST_DRIFT = 2.0  # seconds between this machine's clock and the database's
OLDEST_BACKUP = timedelta(hours=26)


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: how it is, in a sentence, and what to do where something is wrong."""

    key: str
    label: str
    state: str
    text: str
    todo: str = ""


@dataclass(frozen=True)
class Status:
    """All lines at one instant."""

    at: datetime
    lines: tuple[Line, ...]

    @property
    def worst(self) -> str:
        """The worst state of all lines."""
        states = {line.state for line in self.lines}
        return next((state for state in (BAD, WARN) if state in states), OK)

    @property
    def is_ok(self) -> bool:
        return self.worst == OK

    def as_plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            "ok": self.is_ok,
            "state": self.worst,
            "at": self.at,
            "lines": [vars(line) for line in self.lines],
        }


def status() -> Status:
    """Look at everything. A part that can't be looked at is a bad line, never an error."""
    now = clock.now()
    lines: list[Line] = []
    for key, label, look in (*_LOOKS, *_registered):
        try:
            lines.extend(Line(key, str(label()), *found) for found in look(now))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, that part is not well
            log.warning("status_part_failed", part=key, error=type(error).__name__)
            text = _("This could not be looked at (%(error)s).") % {"error": type(error).__name__}
            lines.append(
                Line(key, str(label()), BAD, text, _("Look at the logs: manage.py support-bundle packs them."))
            )
    return Status(now, tuple(lines))


Found = tuple[str, str] | tuple[str, str, str]
Look = Callable[[datetime], Iterator[Found]]
_registered: list[tuple[str, Callable[[], str], Look]] = []


def register(key: str, label: Callable[[], str], look: Look) -> None:
    """Have a domain's own part looked at too. Called when the apps are ready."""
    _registered.append((key, label, look))


def _database(_now: datetime) -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
    yield OK, _("It answers and holds %(size)s.") % {"size": in_words(size)}


def _schema(_now: datetime) -> Iterator[Found]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = ngettext(
            "%(many)d migration has not been applied.", "%(many)d migrations have not been applied.", len(waiting)
        ) % {"many": len(waiting)}
        yield BAD, text, _("Run manage.py upgrade.")
        return
    yield OK, _("The database is of this version.")


def _disk(_now: datetime) -> Iterator[Found]:
    places = {Path(settings.DATA_DIR): _("data"), runs.root(): _("backups")}
    for place, word in places.items():
        existing = next(path for path in (place, *place.parents) if path.exists())
        usage = shutil.disk_usage(existing)
        told = {"free": in_words(usage.free), "total": in_words(usage.total), "word": word, "place": place}
        text = _("%(free)s of %(total)s are free for %(word)s in %(place)s.") % told
        if usage.free < LEAST_FREE or usage.free < usage.total * LEAST_SHARE:
            yield BAD, text, _("Make room now: a full disk stops every entry.")
        else:
            yield OK, text


def _broker(_now: datetime) -> Iterator[Found]:
    if not health.part("broker")["ok"]:
        text = _("It does not answer. Entries are kept; figures, imports and sending wait.")
        yield BAD, text, _("Start Redis again; embedded, manage.py run does it by itself.")
        return
    yield OK, _("It answers.")


def _workers(now: datetime) -> Iterator[Found]:
    queues = health.part("workers")["queues"]
    silent = [name for name, queue in queues.items() if not queue["ok"]]
    if silent:
        text = _("No worker answers for: %(queues)s.") % {"queues": ", ".join(silent)}
        yield BAD, text, _("Start the worker again; its log says why it ended.")
    else:
        oldest = max(queue["seconds_ago"] for queue in queues.values())
        yield OK, _("Every queue answered in the last %(seconds)d s.") % {"seconds": int(oldest) + 1}
    rung = WorkerHeartbeat.objects.order_by("-rung_at").values_list("rung_at", flat=True).first()
    if rung is None or now - rung > timedelta(minutes=3):
        yield BAD, _("Nothing rings for due work, backups included."), _("Start beat again.")


def _outbox(_now: datetime) -> Iterator[Found]:
    found = health.part("outbox")
    if found["dead"]:
        text = ngettext("%(many)d event was given up.", "%(many)d events were given up.", found["dead"])
        yield BAD, text % {"many": found["dead"]}, _("Send it again or discard it, with the reason its error gives.")
    if found["lag_seconds"] > health.LONGEST_LAG:
        text = _("The oldest event has waited %(seconds)d s.") % {"seconds": int(found["lag_seconds"])}
        yield BAD, text, _("Look whether the worker of the queue outbox runs.")
    if found["ok"]:
        yield OK, _("%(many)d events wait, none for long.") % {"many": found["pending"]}


def _sending(_now: datetime) -> Iterator[Found]:
    pause = SendingPause.objects.filter(resumed_at__isnull=True).first()
    if pause is None:
        yield OK, _("Messages go out.")
        return
    text = _("Nothing leaves the house: %(reason)s") % {"reason": pause.reason}
    yield WARN, text, _("Compare with your ERP what it already has, then resume sending under Messages out.")


def _backup(now: datetime) -> Iterator[Found]:
    last = BackupRun.objects.exclude(status=BackupStatus.RUNNING.value).order_by("-started_at").first()
    good = BackupRun.objects.filter(status=BackupStatus.PROVEN.value, removed_at__isnull=True).order_by("-started_at")
    proven = next((run for run in good[:20] if (Path(run.directory) / written.FILE).exists()), None)
    plan = settings.BACKUP
    if proven is None:
        yield WARN if last is None else BAD, _("There is no proven backup."), _("Make one now: manage.py backup.")
    else:
        told = {
            "when": f"{proven.started_at:%Y-%m-%d %H:%M} UTC",
            "rows": f"{proven.row_count:,}",
            "where": proven.directory,
        }
        text = _("The last proven one is of %(when)s: %(rows)s rows, in %(where)s.") % told
        if now - proven.started_at > OLDEST_BACKUP:
            yield (
                BAD,
                text,
                _("It is too old. Make one now: manage.py backup; the worker's log says why none was made."),
            )
        else:
            yield OK, text
    if last is not None and last.status != BackupStatus.PROVEN.value:
        why = last.error or "; ".join(map(str, last.findings[:3]))
        told = {"status": str(BACKUP_STATUS.label(last.status)), "why": why}
        yield BAD, _("The last try: %(status)s. %(why)s") % told, _("Mend that, then manage.py backup.")
    if not plan["IS_SCHEDULED"]:
        yield WARN, _("No backup is made by itself."), _("Set BACKUP_SCHEDULED=1, or see to it elsewhere.")


def _anchor(now: datetime) -> Iterator[Found]:
    proof = audit_proof(now)
    if proof.is_whole is False:
        text = ngettext(
            "The last check of the audit trail found %(many)d place that was changed.",
            "The last check of the audit trail found %(many)d places that were changed.",
            proof.found,
        ) % {"many": proof.found}
        yield BAD, text, _("Find out who had the database in hand. Look at Setup, Audit trail.")
    elif proof.is_overdue:
        yield WARN, _("The audit trail has not been checked for two days."), _("Run manage.py verify_audit.")
    anchored = next((one for one in written.stored(runs.root()) if not written.is_superseded(runs.root(), one)), None)
    heads = anchored.measure.heads if anchored else ()
    findings = audit.verify_against(heads)
    if findings:
        chains = ", ".join(sorted({finding.chain for finding in findings}))
        text = _("The audit trail no longer holds what the last backup holds (chains: %(chains)s).") % {
            "chains": chains
        }
        yield BAD, text, _("Find out who had the database in hand. Run manage.py verify_audit, and keep that backup.")
        return
    if anchored is None:
        yield WARN, _("The ends of the audit trail are kept nowhere outside the database."), _("A backup keeps them.")
        return
    told = {"many": len(heads), "when": f"{anchored.started_at:%Y-%m-%d %H:%M} UTC"}
    yield OK, _("The ends of %(many)d chains agree with the backup of %(when)s.") % told


def _time(_now: datetime) -> Iterator[Found]:
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    after = clock.now()
    drift = abs((there - (before + (after - before) / 2)).total_seconds())
    text = _("This machine and the database differ by %(seconds).1f s.") % {"seconds": drift}
    if drift > LONGEST_DRIFT:
        yield BAD, text, _("Let both keep time by NTP: instants of entries would be wrong.")
    else:
        yield OK, text


def _versions(_now: datetime) -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = str(cursor.fetchone()[0]).split(" ")[0]
    told = {
        "mom": health.version(),
        "postgresql": postgresql,
        "python": platform.python_version(),
        "django": django.get_version(),
    }
    yield INFO, "MOM {mom}, PostgreSQL {postgresql}, Python {python}, Django {django}".format(**told)


def in_words(size: float) -> str:
    """A number of bytes for people, in powers of a thousand."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


_LOOKS: tuple[tuple[str, Callable[[], str], Look], ...] = (
    ("database", lambda: _("Database"), _database),
    ("schema", lambda: _("Schema"), _schema),
    ("disk", lambda: _("Disk"), _disk),
    ("backup", lambda: _("Backup"), _backup),
    ("anchor", lambda: _("Audit trail"), _anchor),
    ("broker", lambda: _("Broker"), _broker),
    ("workers", lambda: _("Workers"), _workers),
    ("outbox", lambda: _("Events"), _outbox),
    ("sending", lambda: _("Sending"), _sending),
    ("time", lambda: _("Clock"), _time),
    ("versions", lambda: _("Versions"), _versions),
)
