"""One backup, from the first lock to the folder with its final name: database, files, secrets, manifest."""

import json
import os
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from mom.core import clock
from mom.core.backup import manifest as written
from mom.core.backup import programs
from mom.core.backup.manifest import Manifest, Measure
from mom.core.backup.measure import measure
from mom.core.backup.server import Server
from mom.core.db.locks import Lock
from mom.core.errors import Conflict, Unavailable
from mom.core.health import version

DATABASE, FILES, SECRETS = "database", "files.tar", "secrets.json"
SECRET_FILES = ("secret_key", "pin_pepper")
LEAST_FREE = 200_000_000  # bytes that stay free whatever we write
_NONE_IN_DATA = (
    "The secret {name} is not in the data directory: it comes from the environment. Keep it where you keep passwords."
)

Tell = Callable[[int, str], None]
"""How far it is, 0 to 100, and at what. It may raise to end the work."""


def tell_nobody(_share: int, _stage: str) -> None:
    """For who does not look."""


@dataclass(frozen=True)
class Wanted:
    """What is backed up, and where to."""

    server: Server
    data: Path
    root: Path
    cause: str
    started_at: datetime = field(default_factory=clock.now)

    @property
    def name(self) -> str:
        return f"{self.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.cause}"


@contextmanager
def only_one(server: Server) -> Iterator[None]:
    """Hold the lock of backups and restores of this database. Raises: Conflict where another process holds it."""
    with server.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [int(Lock.BACKUP)])
        if cursor.fetchone() != (True,):
            raise Conflict(_("Another backup or restore of this database is running. Wait for its end."))
        yield


def make(wanted: Wanted, tell: Tell = tell_nobody) -> Manifest:
    """Write the backup and give its manifest; the caller holds the lock of `only_one`.

    The counts and the dump see one and the same instant. Nothing carries the final name before all of it is on disk.
    Raises: Unavailable (no programs, no room), ProgramFailed, OSError, and whatever `tell` raises.
    """
    begun = time.monotonic()
    wanted.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    forget_unfinished(wanted.root)
    major, told_version = wanted.server.version()
    used = programs.find(major)
    _require_room(wanted)
    directory = wanted.root / f"{wanted.name}{written.UNFINISHED}"
    directory.mkdir(mode=0o700)
    try:
        found, seconds = _dump(wanted, used, directory, tell)
        tell(55, _("Copying files"))
        _pack_files(wanted.data / "files", directory / FILES, programs.every(2, lambda: tell(55, _("Copying files"))))
        secrets, not_inside = _keep_secrets(wanted.data, directory / SECRETS)
        tell(58, _("Adding up"))
        beat = programs.every(2, lambda: tell(58, _("Adding up")))
        files = {name: written.sum_of(path, beat) for name, path in written.files_of(directory)}
        manifest = Manifest(
            name=wanted.name,
            cause=wanted.cause,
            started_at=wanted.started_at,
            finished_at=clock.now(),
            version=version(),
            postgresql=told_version,
            programs=used.major,
            measure=found,
            files=files,
            secrets=secrets,
            not_inside=not_inside,
            seconds={**seconds, "all": round(time.monotonic() - begun, 2)},
        )
        written.write(directory, manifest)
        written.sync_directory(directory / DATABASE)
        directory.rename(wanted.root / wanted.name)
        written.sync_directory(wanted.root)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return manifest


def forget_unfinished(root: Path) -> None:
    """Remove what a killed backup left; the caller holds the lock, so nobody writes there."""
    for directory in root.glob(f"*{written.UNFINISHED}"):
        shutil.rmtree(directory, ignore_errors=True)


def _dump(wanted: Wanted, used: programs.Programs, directory: Path, tell: Tell) -> tuple[Measure, dict[str, float]]:
    begun = time.monotonic()
    with wanted.server.cursor(isolation=ISOLATION_LEVEL_REPEATABLE_READ) as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        tell(1, _("Counting rows"))
        found = measure(cursor)
        counted = time.monotonic()
        arguments = [
            "--format=directory", f"--jobs={programs.JOBS}", "--compress=1", f"--snapshot={snapshot}",
            "--no-comments", "--no-tablespaces", "--no-publications", "--no-subscriptions", "--no-security-labels",
            "--lock-wait-timeout=60s", f"--file={directory / DATABASE}",
        ]  # fmt: skip
        expected = _size_last_time(wanted.root)
        beat = programs.every(1, lambda: tell(_share(directory / DATABASE, expected), _("Copying the database")))
        used.run("pg_dump", arguments, wanted.server.environment(), beat)
    return found, {"counting": round(counted - begun, 2), "database": round(time.monotonic() - counted, 2)}


def _share(directory: Path, expected: int) -> int:
    """How far the dump is, 2 to 54, by what the last one weighed."""
    if not expected:
        return 25
    size = sum(entry.stat().st_size for entry in os.scandir(directory)) if directory.exists() else 0
    return 2 + min(52, 52 * size // expected)


def _size_last_time(root: Path) -> int:
    return next((manifest.size for manifest in written.stored(root)), 0)


def _require_room(wanted: Wanted) -> None:
    """Raises: Unavailable where the disk would be full."""
    needed = _size_last_time(wanted.root) * 5 // 4
    if not needed:
        with wanted.server.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database()) / 3")
            needed = int(cursor.fetchone()[0])
    free = shutil.disk_usage(wanted.root).free
    if free < needed + LEAST_FREE:
        raise Unavailable(
            _("There is no room for a backup in %(directory)s: %(free)s MB are free, about %(needed)s MB are needed.")
            % {
                "directory": wanted.root,
                "free": free // 1_000_000,
                "needed": (needed + LEAST_FREE) // 1_000_000,
            },
            code="no_room",
        )


def _pack_files(source: Path, target: Path, beat: Callable[[], None]) -> None:
    """The uploaded files as one archive, not compressed: pictures and PDFs are already."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(source.rglob("*")) if source.is_dir() else ():
                if path.is_file() and not path.is_symlink():
                    archive.add(path, arcname=path.relative_to(source).as_posix(), recursive=False)
                beat()
        file.flush()
        os.fsync(file.fileno())


def _keep_secrets(data: Path, target: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copy the installation's secrets into a file of their own; name those that are kept elsewhere."""
    kept = {name: (data / name).read_text("utf-8") for name in SECRET_FILES if (data / name).is_file()}
    if kept:
        written.write_synced(target, json.dumps(kept))
    return tuple(kept), tuple(_NONE_IN_DATA.format(name=name) for name in SECRET_FILES if name not in kept)
