"""Two who part one job at once: the sum of the parts is what was ordered. The control shows it without the lock."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from mom.core.actor import Actor, system_actor
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder, JobRequirement
from mom.work.services import job_order
from production.services import batch, job_change, planned_times, production_request
from tests.factories.work import give, job_of, make_machine, make_order, make_routing
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")


def ordered_in_all() -> Decimal | None:
    return JobRequirement.objects.aggregate(all=Sum("quantity"))["all"]


def test_two_splits_of_one_job_share_what_is_there(site: Any) -> None:
    job = job_of(make_order(site, quantity=10))
    found = at_once([lambda: job_change.split(BOSS, job.pk, Decimal(6))] * 2)
    assert sorted(type(each).__name__ for each in found) == ["InvalidInput", "JobOrder"]
    assert ordered_in_all() == 10


def test_two_splits_control_without_the_lock(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(make_order(site, quantity=10))
    both_have_read = threading.Barrier(2)
    real, numbers = job_change.pieces_of, iter(("A", "B"))

    def unlocked(order_id: int) -> list[JobOrder]:
        return list(JobOrder.objects.select_related("site", "work_request").filter(work_request=order_id))

    def read_together(parent: Any) -> Any:
        pieces = real(parent)
        both_have_read.wait(10)
        parent.job.code = f"{parent.job.code}-{next(numbers)}"  # two names, so that only the sum tells
        return pieces

    monkeypatch.setattr(job_change, "lock_jobs", unlocked)
    monkeypatch.setattr(job_change, "lock_work_request", lambda _pk: job.work_request)
    monkeypatch.setattr(job_change, "pieces_of", read_together)
    found = at_once([lambda: job_change.split(BOSS, job.pk, Decimal(6))] * 2)
    assert [type(each) for each in found] == [JobOrder, JobOrder], found
    assert ordered_in_all() != 10


def test_a_split_and_a_start_never_wait_in_a_ring(site: Any) -> None:
    make_routing(site, operations=2)
    for number in range(5):
        request = batch.create(BOSS, site, "PUMP", batch.NewBatch(f"WO-{number}", quantity=Decimal(10)))
        first, second = JobOrder.objects.filter(work_request=request.work_request_id).order_by("sequence")
        give(first, "start", "finish")
        found = at_once(
            [
                lambda pk=first.pk: job_change.replace(BOSS, pk, job_change.Failure(), reason="Lost"),
                lambda pk=second.pk: job_order.command(BOSS, pk, JobOrderCommand.START),
                lambda pk=second.pk: job_change.split(BOSS, pk, Decimal(3)),
            ]
        )
        assert not [each for each in found if isinstance(each, Exception) and type(each).__name__ == "OperationalError"]


def test_two_orders_planned_at_once_never_share_a_machine(site: Any) -> None:
    make_routing(site, operations=1, machine=make_machine(site), run=timedelta(hours=1))
    orders = [
        batch.create(BOSS, site, "PUMP", batch.NewBatch(f"WO-{number}", quantity=Decimal(2)), is_released=False)
        for number in range(2)
    ]
    found = at_once([lambda pk=order.pk: production_request.release(BOSS, pk) for order in orders])
    assert not [each for each in found if isinstance(each, Exception)]
    first, second = JobOrder.objects.order_by("planned_start")
    assert first.planned_end <= second.planned_start  # type: ignore[operator]
    assert planned_times.plan(BOSS, first.work_request_id) is not None
