"""Two people at one import: started once, and never discarded under the worker's hands."""

from typing import Any

import pytest

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict
from mom.core.models import TaskRun
from mom.erp.engine.status import ImportStatus
from mom.erp.models import ImportRun
from mom.erp.services import running
from mom.erp.services.import_run import APPLY, HowToRun, NamedMapping, cancel, request, start
from tests.erp.importing import golden, reread
from tests.factories.accounts import make_site
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")
ROUNDS = 8


@pytest.fixture
def plant(transactional_db: None) -> Site:
    return make_site("P1")


def checked(plant: Site) -> ImportRun:
    content, mapping = golden("import_german_erp")
    how = HowToRun(waits_for_start=True)
    run = request(BOSS, plant, file_name="log.csv", content=content, mapping=NamedMapping("test", mapping), how=how)
    long_work.work(run.check_task_id, running.check)
    assert reread(run).status == ImportStatus.CHECKED
    return run


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
