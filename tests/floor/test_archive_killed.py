"""A worker that archives a day is killed with kill -9, wherever it is: nothing is lost, nothing is twice (P21)."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from django.db import connection

from mom.accounts.models import Site
from mom.celery import app as celery
from mom.core.testing import acting
from mom.floor.archive import due, sweeping, writing
from mom.floor.archive.damage import ArchiveDamaged
from mom.floor.archive.day_file import decoded, fingerprint
from mom.floor.archive.store import the_store
from mom.floor.models import ArchivedDay, ArchivePolicy, FloorMessage
from mom.floor.selectors.record import message_rows
from mom.floor.services import archive
from mom.plant.models import Equipment
from tests.bench.broker import wait_until
from tests.bench.database import Bench
from tests.bench.processes import Process, environment_of
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = DAY + timedelta(days=40)
ONE_DAY = timedelta(days=1)

WORKER = """
import os, sys, time
import django
django.setup()
from pathlib import Path
from mom.floor import tasks
from mom.floor.archive import store, writing

place, reached = sys.argv[1], Path(sys.argv[2])

def stay(*_, **__):
    reached.touch()
    time.sleep(600)

def cut(self, _target):
    os.truncate(self, self.stat().st_size // 2)
    stay()

def under_its_name_at_once(self, address, content):
    target = self.directory / address
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content[: len(content) // 2])

if place == "half":
    Path.replace = cut
elif place == "named":
    writing._require_same = stay
elif place == "told":
    writing.take_away = stay
elif place == "careless":  # half a file under its own name, and the row set without reading it back
    store.DirectoryStore.write = under_its_name_at_once
    writing._require_same = lambda *_: None
    tasks.ring = stay
print(tasks.archive_waiting_days())
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The archive that the workers have too."""
    settings.ARCHIVE_URL = str(tmp_path / "test-archive")
    return tmp_path / "test-archive"


@pytest.fixture
def machines(site: Site) -> list[Equipment]:
    """Two machines with a closed day each."""
    made = [make_equipment(site), make_equipment(site)]
    store([each for machine in made for each in day_of(machine, every=timedelta(minutes=10))])
    return made


def work(bench: Bench, folder: Path, place: str) -> None:
    """A worker of its own process; killed where it stays, else until it ends."""
    reached = folder.parent / f"{place}.reached"
    environment = {**environment_of(bench, "redis://127.0.0.1:9/0"), "MOM_DATA_DIR": str(folder.parent)}
    worker = Process([sys.executable, "-c", WORKER, place, str(reached)], environment, folder.parent / f"{place}.log")
    if place == "whole":
        assert worker.popen.wait(60) == 0, worker.output()
        return
    try:
        wait_until(lambda: worker.is_alive() and reached.exists(), timeout=60, what="the worker's being in the middle")
    finally:
        worker.popen.kill()
        assert worker.popen.wait(10) == -signal.SIGKILL, worker.output()


def mark_all() -> None:
    for day in due.days_in_tables():
        due.mark_due(day, NOW)


def record_of(machines: list[Equipment]) -> list[pa.Table]:
    return [message_rows(machine.pk, DAY, DAY + ONE_DAY) for machine in machines]


def half_files() -> list[str]:
    """Addresses of files that rows call verified and that are not what was written."""
    found = []
    for row in ArchivedDay.objects.filter(verified_at__isnull=False):
        content = the_store().read(row.address)
        if fingerprint(content) != row.sha256 or decoded(content).num_rows != row.row_count:
            found.append(row.address)
    return found


@pytest.mark.parametrize(
    ("place", "is_again"), [("half", False), ("named", False), ("half", True), ("named", True), ("told", True)]
)
def test_P21_archive_worker_killed_loses_nothing_and_leaves_nothing_twice(
    machines: list[Equipment], site: Site, bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch, place: str,
    is_again: bool,
) -> None:  # fmt: skip
    with acting():
        ArchivePolicy.objects.create(site=site, keep_days=3)
    mark_all()
    if is_again:
        assert archive.write_waiting() == (2, 0)
        store([message(machine, DAY + timedelta(minutes=7), code="setup") for machine in machines])
        mark_all()
    before, many = record_of(machines), FloorMessage.objects.count()
    assert sum(rows.num_rows for rows in before) == many

    work(bench, folder, place)
    assert half_files() == []
    assert len(list(folder.rglob("*.unfinished"))) == (place == "half")
    assert record_of(machines) == before
    assert archive.drop_past_horizon(NOW) == [], "half of it is in no file"
    assert FloorMessage.objects.count() == many
    claimed = ArchivedDay.objects.exclude(claimed_until=None)
    assert claimed.count() == (place != "told"), "it is the dead worker's until its claim runs out"

    claimed.update(claimed_until=DAY)
    work(bench, folder, "whole")
    assert not ArchivedDay.objects.exclude(due_at=None).exists()
    assert half_files() == []
    assert record_of(machines) == before
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", timedelta(seconds=-60))
    assert sweeping.sweep(site.code) == sweeping.Swept(1, ()), "what the killed worker left"
    assert archive.drop_past_horizon(NOW) == [DAY.date()]
    assert not FloorMessage.objects.exists()
    assert record_of(machines) == before
    assert by_another_engine(folder) == (many, many, sum_of(before))
    assert all(writing.verify(row) for row in ArchivedDay.objects.all())


def sum_of(tables: list[pa.Table]) -> Any:
    return sum(value for table in tables for value in table.column("value").to_pylist() if value is not None)


def by_another_engine(folder: Path) -> tuple[Any, ...]:
    """Messages, different messages and the sum of their values in all files that lie there."""
    with duckdb.connect() as engine:
        found = engine.execute(
            f"SELECT count(*), count(DISTINCT (source, key)), sum(value) FROM read_parquet('{folder}/**/*.parquet')"
        ).fetchone()
    assert found is not None
    return found


def test_P21_archive_worker_that_does_not_read_back_loses_a_day(
    machines: list[Equipment], bench: Bench, folder: Path
) -> None:
    """The control: without a name that comes last and without reading back, the same proofs see the loss."""
    mark_all()
    work(bench, folder, "careless")
    assert len(half_files()) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor_drop_day(%s)", [DAY.date()])
    with pytest.raises(ArchiveDamaged):
        record_of(machines)


def start_worker(bench: Bench, broker: str, folder: Path, number: int) -> Process:
    arguments = ["setsid", sys.executable, "-m", "celery", "-A", "mom.celery", "worker", "-P", "prefork", "-c", "2"]
    arguments += ["--without-gossip", "--without-mingle", "-l", "WARNING", "-Q", "floor"]
    environment = {**environment_of(bench, broker), "MOM_DATA_DIR": str(folder.parent)}
    worker = Process(arguments, environment, folder.parent / f"worker-{number}.log")
    wait_until(lambda: worker.is_alive() and celery.control.ping(timeout=1), timeout=90, what="the worker's answering")
    return worker


@pytest.mark.broker
def test_P21_celery_worker_killed_while_it_archives_loses_nothing(
    site: Site, bench: Bench, broker: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole process group with kill -9, wherever its children are; the day is that of fifty machines."""
    machines = [make_equipment(site) for _number in range(50)]
    store([each for machine in machines for each in day_of(machine, every=timedelta(minutes=10))])
    with acting():
        ArchivePolicy.objects.create(site=site, keep_days=3)
    mark_all()
    before, many = record_of(machines), FloorMessage.objects.count()
    for number in range(3):
        worker = start_worker(bench, broker, folder, number)
        try:
            for _child in range(2):
                celery.send_task("mom.floor.tasks.archive_waiting_days", queue="floor")
            enough = 10 * (number + 1) if number < 2 else len(machines)
            wait_until(lambda enough=enough: written() >= enough, what=f"{enough} days' being written")
        finally:
            os.killpg(worker.popen.pid, signal.SIGKILL)
            worker.popen.wait(10)
        assert half_files() == []
        if written() < len(machines):  # a quick machine may have been through
            assert archive.drop_past_horizon(NOW) == [], "some of it is in no file"
            ArchivedDay.objects.exclude(claimed_until=None).update(claimed_until=DAY)
    assert FloorMessage.objects.count() == many
    assert record_of(machines) == before
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", timedelta(seconds=-60))
    assert sweeping.sweep(site.code).strangers == ()
    assert archive.drop_past_horizon(NOW) == [DAY.date()]
    assert record_of(machines) == before
    assert by_another_engine(folder) == (many, many, sum_of(before))


def written() -> int:
    return ArchivedDay.objects.filter(verified_at__isnull=False).count()
