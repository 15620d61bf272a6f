"""A place for backups of the test's own database, and the sweeping of what a restore leaves on the server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from mom.core.actor import system_actor
from mom.core.backup import runs
from mom.core.backup.make import tell_nobody
from mom.core.models.backup import BackupCause
from tests.bench.database import Bench

BackUp = Callable[[], runs.Made]


@pytest.fixture
def home(transactional_db: None, bench: Bench, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A data directory with a file, secrets and a folder for backups."""
    settings.DATA_DIR = tmp_path
    settings.BACKUP = {**settings.BACKUP, "DIRECTORY": tmp_path / "backups"}
    settings.AUDIT_ANCHOR_DIR = tmp_path / "audit-anchors"
    (tmp_path / "files" / "photos").mkdir(parents=True)
    (tmp_path / "files" / "photos" / "a.jpg").write_bytes(b"a photo")
    (tmp_path / "secret_key").write_text("the secret key of this installation")
    (tmp_path / "pin_pepper").write_text("the pepper of this installation")
    yield tmp_path
    connections.close_all()
    for (name,) in bench.server.run("SELECT datname FROM pg_database WHERE datname LIKE %s", f"{bench.name}\\_%"):
        bench.server.drop(str(name))


@pytest.fixture
def back_up(home: Path) -> BackUp:
    """Make a backup of the test's database now and prove it."""
    return lambda: runs.back_up(BackupCause.PERSON, system_actor("test"), tell_nobody)
