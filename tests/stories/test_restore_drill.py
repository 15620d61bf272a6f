"""P31, the drill: people report while a backup is made and while it is restored. What was answered before is there."""

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections

from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.errors import MomError
from mom.core.models import SendingPause
from mom.work.engine.terms import QuantityKind
from mom.work.models import QuantityReport
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from tests.bench.database import ROOT, Bench
from tests.factories.accounts import make_site
from tests.factories.work import give, job_of, make_machine, make_order

WRITERS = 4


class Writer(threading.Thread):
    """A tablet: it taps, sends under the tap's key until it is answered, and then taps again."""

    def __init__(self, job: int, answered: list[uuid.UUID], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.job, self.answered, self.stop = job, answered, stop
        self.pending = uuid.uuid4()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                good = [Reported(QuantityKind.GOOD, Decimal(1))]
                quantity_report.report(system_actor("tablet"), self.job, good, op_uuid=self.pending)
            except (DatabaseError, MomError):
                connection.close()
                time.sleep(0.05)
                continue
            self.answered.append(uuid.uuid5(self.pending, "0"))  # the key of the report's first line
            self.pending = uuid.uuid4()
        connections.close_all()


@contextmanager
def writing(jobs: list[int], answered: list[uuid.UUID]) -> Iterator[list[Writer]]:
    stop = threading.Event()
    writers = [Writer(job, answered, stop) for job in jobs]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)


def manage(bench: Bench, home: Path, *arguments: str) -> str:
    environment: Mapping[str, str] = {
        **os.environ,
        "MOM_ENVIRONMENT": "system",
        "DATABASE_URL": bench.url(),
        "MOM_DATA_DIR": str(home),
        "BACKUP_DIR": str(home / "backups"),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_P31_restore_under_load_holds_every_report_answered_before_the_backup_once(
    bench: Bench, tmp_path: Path
) -> None:
    site = make_site("P1")
    machines = [make_machine(site, f"CNC-0{number}") for number in range(WRITERS)]
    jobs = [
        give(job_of(make_order(site, f"WO-{number}", machine=machine, quantity=1_000_000)), "start").pk
        for number, machine in enumerate(machines)
    ]
    answered: list[uuid.UUID] = []
    try:
        with writing(jobs, answered) as writers:
            time.sleep(2)
            before = list(answered)
            assert "Proven" in manage(bench, tmp_path, "backup")
            during = len(answered) - len(before)
            manage(bench, tmp_path, "restore", "latest", "--yes")
            restored_at = len(answered)
            time.sleep(2)
            assert all(writer.is_alive() for writer in writers)
        connection.close()
        stored = list(QuantityReport.objects.values_list("op_uuid", flat=True))
        assert len(before) > 20
        assert during > 0  # they really wrote while the backup was made
        assert set(before) <= set(stored)
        assert len(stored) == len(set(stored))
        assert set(answered[restored_at:]) <= set(stored)  # who went on after the restore lost nothing either
        assert list(invariants.violations()) == []
        assert SendingPause.objects.filter(resumed_at__isnull=True).exists()
    finally:
        connections.close_all()
        for (name,) in bench.server.run("SELECT datname FROM pg_database WHERE datname LIKE %s", f"{bench.name}\\_%"):
            bench.server.drop(str(name))
