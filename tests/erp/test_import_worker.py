"""The whole way through a real worker: handed over, checked and brought in, by bells alone and without them."""

import pytest

from mom.accounts.models import Site
from mom.core import bell, long_work
from mom.core.actor import Actor
from mom.erp.models import ImportRun
from mom.erp.services import import_run as imports
from mom.erp.services.import_run import NamedMapping
from mom.work.models import JobResponse
from tests.bench.broker import wait_until
from tests.bench.processes import Process
from tests.erp import twin
from tests.erp.importing import MAPPINGS, reread

MAPPING = NamedMapping("4tu", (MAPPINGS / "execution_log_4tu.yml").read_text())


def hand_over(actor: Actor, site: Site) -> ImportRun:
    return imports.request(actor, site, file_name="log.csv", content=twin.long_log(2_500), mapping=MAPPING)


def is_completed(run: ImportRun) -> bool:
    return reread(run).status == "completed"


@pytest.mark.broker
def test_import_worker_brings_a_file_in(celery_worker_process: Process, actor: Actor, site: Site) -> None:
    run = hand_over(actor, site)
    wait_until(lambda: is_completed(run), timeout=60, what="the import")
    assert (reread(run).rows_applied, JobResponse.objects.count()) == (2_500, 2_500)


@pytest.mark.broker
def test_import_worker_finds_a_file_whose_bell_was_lost(
    celery_worker_process: Process, actor: Actor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as deaf:
        deaf.setattr(bell, "ring", lambda *_task, **_how: False)
        run = hand_over(actor, site)
    assert reread(run).check_task.status == "queued"
    long_work.sweep()
    wait_until(lambda: is_completed(run), timeout=60, what="the import")
