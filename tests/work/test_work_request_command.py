"""Commands to a whole order reach its jobs."""

from typing import Any

import pytest

from mom.core.actor import Actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound, Stale
from mom.work.engine.terms import JobOrderCommand, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.services import job_order, work_request_command
from tests.factories.work import give, job_of, make_chain, make_order

pytestmark = pytest.mark.django_db


def statuses(order_id: int) -> list[str]:
    return list(JobOrder.objects.filter(work_request=order_id).order_by("sequence").values_list("status", flat=True))


def test_order_release_releases_its_jobs(site: Any, actor: Actor) -> None:
    request = make_order(site, is_released=False)
    assert statuses(request.work_request_id) == ["waiting"]
    order = work_request_command.command(actor, request.work_request_id, WorkRequestCommand.RELEASE)
    assert (order.status, statuses(order.pk)) == ("released", ["ready"])


def test_order_hold_stops_what_runs_and_lets_nothing_start(site: Any, actor: Actor) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    give(first, "start")
    work_request_command.command(actor, first.work_request_id, WorkRequestCommand.HOLD, reason="Drawing")
    assert statuses(first.work_request_id) == ["held", "ready"]
    for job, command in ((first, JobOrderCommand.RESUME), (second, JobOrderCommand.START)):
        with pytest.raises(Conflict) as refused:
            job_order.command(actor, job.pk, command)
        assert refused.value.code == "start_blocked"
    work_request_command.command(actor, first.work_request_id, WorkRequestCommand.RESUME)
    assert job_order.command(actor, first.pk, JobOrderCommand.RESUME).status == "running"


def test_order_abort_ends_what_is_open(site: Any, actor: Actor) -> None:
    first, _second = make_chain(site, "Turn", "Wash")
    give(first, "start", "finish")
    order = work_request_command.command(
        actor, first.work_request_id, WorkRequestCommand.ABORT, reason="Cancelled late"
    )
    assert (order.status, statuses(order.pk)) == ("aborted", ["completed", "aborted"])


def test_order_close_closes_its_jobs(site: Any, actor: Actor) -> None:
    job = give(job_of(make_order(site)), "start", "finish")
    order = work_request_command.command(actor, job.work_request_id, WorkRequestCommand.CLOSE)
    assert (order.status, statuses(order.pk)) == ("closed", ["closed"])


def test_order_cancel_is_for_what_has_not_begun(site: Any, actor: Actor) -> None:
    job = job_of(make_order(site, "A"))
    order = work_request_command.command(actor, job.work_request_id, WorkRequestCommand.CANCEL, reason="Not wanted")
    assert (order.status, statuses(order.pk)) == ("cancelled", ["cancelled"])
    begun = give(job_of(make_order(site, "B")), "start")
    with pytest.raises((Conflict, IllegalTransition)):
        work_request_command.command(actor, begun.work_request_id, WorkRequestCommand.CANCEL, reason="Late")


def test_order_does_not_start_by_command(site: Any, actor: Actor) -> None:
    with pytest.raises(InvalidInput):
        work_request_command.command(actor, make_order(site).work_request_id, WorkRequestCommand.START)


def test_P06_order_command_on_an_outdated_view_is_stale(site: Any, actor: Actor) -> None:
    order = make_order(site).work_request
    with pytest.raises(Stale):
        work_request_command.command(actor, order.pk, WorkRequestCommand.HOLD, version=order.version + 1)


def test_P33_order_command_needs_its_right(site: Any, actor: Actor, make_actor: Any) -> None:
    order = make_order(site, is_released=False).work_request
    with pytest.raises(NotAllowed):
        work_request_command.command(make_actor("work.dispatch_job_order"), order.pk, WorkRequestCommand.RELEASE)
    with pytest.raises(NotFound):
        work_request_command.command(actor, 10**9, WorkRequestCommand.RELEASE)
