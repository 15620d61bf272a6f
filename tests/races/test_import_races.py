"""Two people at one import: started once, and never discarded under the worker's hands."""

import threading
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor, system_actor
from mom.core.db.locks import Lock, advisory_lock
from mom.core.errors import Conflict
from mom.core.models import TaskRun
from mom.erp.engine import mapping as mappings
from mom.erp.engine.status import ImportStatus
from mom.erp.models import ImportRun, SourceRow
from mom.erp.services import applying, running
from mom.erp.services.import_run import APPLY, HowToRun, NamedMapping, cancel, request, start
from mom.work.models import JobResponse
from tests.erp.importing import golden, reread
from tests.factories.accounts import make_site
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")
ROUNDS = 8


@pytest.fixture
def plant(transactional_db: None) -> Site:
    return make_site("P1")


def checked(plant: Site, content: bytes = b"") -> ImportRun:
    """A file that waits for a person, the golden one unless another is given."""
    ours, mapping = golden("import_german_erp")
    content = content or ours
    how = HowToRun(waits_for_start=True)
    run = request(BOSS, plant, file_name="log.csv", content=content, mapping=NamedMapping("test", mapping), how=how)
    long_work.work(run.check_task_id, running.check)
    assert reread(run).status == ImportStatus.CHECKED
    return reread(run)


def test_two_starts_of_one_import_are_one(plant: Site) -> None:
    for _round in range(ROUNDS):
        run = checked(plant)
        outcomes: list[Any] = together(*[lambda run=run: start(BOSS, run.pk)] * 4)
        assert [type(error) for error in failures(outcomes)] == [Conflict] * 3
        assert TaskRun.objects.filter(kind=APPLY, parameters={}).count() == 1 + _round


def test_start_and_discard_of_one_import_leave_one_of_the_two(plant: Site) -> None:
    for _round in range(ROUNDS):
        run = checked(plant)
        together(lambda run=run: start(BOSS, run.pk), lambda run=run: cancel(BOSS, run.pk))
        after = reread(run)
        assert not (after.discarded_at and after.apply_task), "discarded although it was started"


def test_piece_that_runs_again_counts_rows_of_another_import_once(plant: Site) -> None:
    first, second = checked(plant), checked(plant)
    start(BOSS, first.pk)
    long_work.work(reread(first).task.pk, running.apply)
    start(BOSS, second.pk)
    mapping = mappings.load(second.mapping_text)
    (piece, *_rest) = applying.pieces(reread(second), 3)
    applying.apply_piece(BOSS, piece, mapping, lambda: None)  # its worker dies before it says so
    long_work.work(reread(second).task.pk, partial(running.apply, size=3))

    done, again = reread(first), reread(second)
    assert again.status == ImportStatus.COMPLETED
    assert (again.rows_new, again.rows_applied, again.rows_known) == (0, 0, done.rows_applied)


def test_same_file_twice_at_once_takes_effect_once(plant: Site) -> None:
    for _round in range(3):
        content = golden("import_german_erp")[0].replace(b"FA-", f"F{_round}-".encode())
        runs = [checked(plant, content), checked(plant, content)]
        for run in runs:
            start(BOSS, run.pk)
        known = SourceRow.objects.count()
        tasks = [reread(run).task.pk for run in runs]
        work = [lambda pk=pk: long_work.work(pk, partial(running.apply, size=2, lanes=1)) for pk in tasks]
        assert failures(together(*work)) == []
        after = [reread(run) for run in runs]
        assert [run.status for run in after] == [ImportStatus.COMPLETED] * 2
        assert sum(run.rows_applied for run in after) == runs[0].rows_new == SourceRow.objects.count() - known
        assert all(run.rows_applied == run.rows_new for run in after)
        assert JobResponse.objects.count() == SourceRow.objects.count()


def test_piece_waits_out_what_others_hold(plant: Site) -> None:
    """Somebody at the site's lock for longer than one wait may take, or a ring of locks: no fault of the import."""
    run = checked(plant)
    start(BOSS, run.pk)
    (piece,) = applying.pieces(reread(run))
    held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            advisory_lock(Lock.IMPORT, plant.code)
            held.set()
            is_over.wait(10)

    def bring_in() -> None:
        held.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        threading.Timer(0.12, is_over.set).start()
        applying.apply_piece(BOSS, piece, mappings.load(run.mapping_text), lambda: None)

    assert failures(together(hold, bring_in)) == []
    assert reread(run).rows_applied == run.rows_new
