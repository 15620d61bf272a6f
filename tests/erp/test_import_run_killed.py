"""Workers die, imports race: what is in stays in, once, and the rest follows."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import pytest
from django.db import connection

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.invariants import violations
from mom.core.models import TaskRun
from mom.erp.models import ImportRun, SourceRow, StagedRow
from mom.erp.services import import_run as imports
from mom.erp.services import running, sweeping
from mom.erp.services.attended import import_here
from mom.erp.services.import_run import CHECK_HERE, HowToRun, NamedMapping
from mom.work.models import JobOrder, JobResponse
from tests.bench.broker import wait_until
from tests.bench.database import Bench
from tests.erp import twin
from tests.erp.importing import MAPPINGS, reread

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = NamedMapping("4tu", (MAPPINGS / "execution_log_4tu.yml").read_text())

WORKER_NAME = "import worker under test"
WORKER = """
import sys, time
import django
django.setup()
from functools import partial
from mom.core import long_work
from mom.erp.services import running
print("ready", flush=True)
slow = lambda done, total: time.sleep(0.05)
long_work.work(int(sys.argv[1]), partial(running.apply, size=40, tell=slow, lanes=int(sys.argv[2])))
"""


def checked(actor: Actor, site: Site, content: bytes) -> ImportRun:
    how = HowToRun(waits_for_start=True)
    run = imports.request(actor, site, file_name="log.csv", content=content, mapping=MAPPING, how=how)
    long_work.work(run.check_task_id, running.check)
    return imports.start(actor, run.pk)


def let_lease_run_out(run: ImportRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_taskrun SET lease_until = now() - interval '1 s' WHERE id = %s", [run.apply_task_id]
        )


@pytest.mark.parametrize("lanes", [1, 2])
def test_import_run_killed_in_the_middle_is_continued(actor: Actor, site: Site, bench: Bench, lanes: int) -> None:
    run = checked(actor, site, twin.long_log(2_000))
    environment = {**os.environ, "DATABASE_URL": bench.url(), "PGAPPNAME": WORKER_NAME}
    command = [sys.executable, "-c", WORKER, str(run.apply_task_id), str(lanes)]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    with worker.stdout:
        worker.stdout.readline()
        deadline = time.monotonic() + 20
        while JobResponse.objects.count() < 200 and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    wait_until(lambda: connection_count(bench) == 0, what="the end of the worker's connections")

    half = reread(run)
    assert half.status == "running"
    assert 200 <= half.rows_applied == JobResponse.objects.count() == SourceRow.objects.count() < 2_000

    let_lease_run_out(run)
    long_work.work(half.apply_task_id, partial(running.apply, size=300))
    done = reread(run)
    assert (done.status, done.rows_applied, done.rows_known) == ("completed", 2_000, 0)
    assert JobResponse.objects.count() == SourceRow.objects.count() == 2_000
    assert not StagedRow.objects.exists()
    assert list(violations()) == []


def connection_count(bench: Bench) -> int:
    """The worker's connections; a running application beside us has its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = %s",
            [bench.name, WORKER_NAME],
        )
        return int(cursor.fetchone()[0])


def test_import_runs_of_one_log_at_once_bring_each_row_in_once(actor: Actor, site: Site) -> None:
    runs = [checked(actor, site, twin.long_log(600)), checked(actor, site, twin.long_log(600, first=300))]
    gate = threading.Barrier(2)

    def go(task_id: int) -> None:
        try:
            gate.wait(10)
            long_work.work(task_id, partial(running.apply, size=50))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[run.apply_task_id]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    ended = [reread(run) for run in runs]
    assert [run.status for run in ended] == ["completed", "completed"]
    assert sum(run.rows_applied for run in ended) == 900
    assert sum(run.rows_known for run in ended) == 300
    assert JobResponse.objects.count() == SourceRow.objects.count() == 900
    assert JobOrder.objects.values("work_request", "operation").distinct().count() == JobOrder.objects.count()


def test_import_here_brings_a_file_in_side_by_side(actor: Actor, site: Site, tmp_path: object) -> None:
    import io

    run = import_here(actor, site, io.BytesIO(twin.long_log(500)), file_name="log.csv", mapping=MAPPING)
    assert (run.status, run.rows_applied, run.blob) == ("completed", 500, None)


def test_sweep_ends_checks_whose_process_is_gone(actor: Actor, site: Site) -> None:
    from mom.core.use_case import use_case

    with use_case(actor) as act:
        run = imports.request_here(act, site, file_name="a.csv", mapping=MAPPING)
        assert long_work.claim(run.check_task_id, lease=-1) is not None
    sweeping.sweep()
    task = TaskRun.objects.get(kind=CHECK_HERE)
    assert (task.status, reread(run).status) == ("failed", "failed")
    assert "run it again" in task.error


def test_sweep_ends_checks_that_were_let_go(actor: Actor, site: Site) -> None:
    from mom.core.use_case import use_case

    with use_case(actor) as act:
        run = imports.request_here(act, site, file_name="a.csv", mapping=MAPPING)
        held = long_work.claim(run.check_task_id)
        assert held is not None
        held.let_go()
    sweeping.sweep()
    assert reread(run).status == "failed"


def test_sweep_clears_staged_rows_of_imports_that_are_over(actor: Actor, site: Site) -> None:
    run = checked(actor, site, twin.LOG)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_taskrun SET status = 'failed', error = 'x', finished_at = now() WHERE id = %s",
            [run.apply_task_id],
        )
    waiting = imports.request(
        actor, site, file_name="b.csv", content=twin.LOG, mapping=MAPPING, how=HowToRun(waits_for_start=True)
    )
    long_work.work(waiting.check_task_id, running.check)
    assert sweeping.sweep() == 1
    assert set(StagedRow.objects.values_list("run_id", flat=True)) == {waiting.pk}
