"""A start that was undone: figures and the flow of its order are as if it had not been."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Sum

from analytics.models import OrderFlow, WorkBucket
from analytics.services.rebuild import mark_dirty, rebuild_next
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.plant.engine.calendar import local_day
from mom.work.engine.terms import JobOrderCommand
from mom.work.services import act_undo, job_order
from tests.factories.accounts import make_site
from tests.factories.work import job_of, make_machine, make_order

ACTOR = system_actor("test")


@pytest.mark.django_db(transaction=True)
def test_time_of_an_undone_start_counts_nowhere() -> None:
    site = make_site()
    job = job_of(make_order(site, machine=make_machine(site)))
    begun = clock.now() - timedelta(minutes=40)

    def made_again() -> tuple[timedelta, int]:
        with use_case(ACTOR) as act:
            mark_dirty(act, site, [local_day(begun, site.zone), local_day(clock.now(), site.zone)])
        rebuild_next(ACTOR)
        produced = WorkBucket.objects.aggregate(sum=Sum("production"))["sum"] or timedelta(0)
        return produced, OrderFlow.objects.filter(work_request=job.work_request_id).count()

    job_order.command(ACTOR, job.pk, JobOrderCommand.START, at=begun)
    assert made_again() == (timedelta(0), 1)  # it goes on: begun, and no time yet
    act_undo.undo(ACTOR, job.pk, op_uuid=uuid.uuid4())
    assert made_again() == (timedelta(0), 0)
