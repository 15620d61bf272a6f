"""The same run sent by two tablets at once is one run of its jobs; another run of the same jobs is refused whole."""

import uuid
from typing import Any

import pytest

from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, IllegalTransition
from mom.work.engine.terms import RunKind, ShareRule
from mom.work.models import JobResponse, Run
from mom.work.services import run as runs
from tests.factories.work import job_of, make_machine, make_order
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")
TABLETS = 4


@pytest.fixture
def load(site: Any) -> list[runs.Loaded]:
    machine = make_machine(site)
    return [runs.Loaded(job_of(make_order(site, code, machine=machine))) for code in ("WO-1", "WO-2", "WO-3")]


def start(load: list[runs.Loaded], key: uuid.UUID) -> Run:
    machine = load[0].job_order.equipment
    assert machine is not None
    return runs.start(BOSS, machine, load, kind=RunKind.LOAD, share_rule=ShareRule.EQUAL, op_uuid=key)


def test_p01_the_same_run_at_once_is_one_run(load: list[runs.Loaded]) -> None:
    key = uuid.uuid4()
    given = at_once([lambda: start(load, key)] * TABLETS)
    assert {each.pk for each in given} == {Run.objects.get().pk}
    assert JobResponse.objects.count() == len(load)


def test_two_runs_of_the_same_jobs_at_once_are_one_and_a_refusal(load: list[runs.Loaded]) -> None:
    """One of them names the jobs the other way round: they are locked in one order, so nobody waits in a ring."""
    given = at_once([lambda: start(load, uuid.uuid4()), lambda: start(load[::-1], uuid.uuid4())])
    begun = [each for each in given if isinstance(each, Run)]
    refused = [each for each in given if isinstance(each, Conflict | IllegalTransition)]
    assert (len(begun), len(refused)) == (1, 1), given
    assert set(JobResponse.objects.values_list("run", flat=True)) == {begun[0].pk}
    assert JobResponse.objects.count() == len(load)
