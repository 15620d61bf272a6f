"""Prepared query sets give what the query set itself gives."""

import pytest
from django.db.models import F, Value

from mom.core.db.prepared import Prepared
from mom.work.models import JobOrder
from tests.bench.statements import counting
from tests.factories.work import make_chain

pytestmark = pytest.mark.django_db

BY_KEY = Prepared(
    lambda pk: (
        JobOrder.objects.select_related("site", "work_request", "equipment")
        .annotate(next=F("sequence") + Value(1))
        .filter(pk=pk)
        .order_by("pk")
    )
)
OF_ORDER = Prepared(lambda order, status: JobOrder.objects.filter(work_request=order, status=status).order_by("code"))


def test_prepared_row_is_the_row_of_the_query_set_with_its_relations(site):
    job, _after = make_chain(site, "Saw", "Mill")

    found = BY_KEY.first(pk=job.pk)

    fresh = JobOrder.objects.select_related("site", "work_request", "equipment").get(pk=job.pk)
    assert vars(found).keys() - {"_state", "next"} == vars(fresh).keys() - {"_state"}
    assert all(getattr(found, each.attname) == getattr(fresh, each.attname) for each in JobOrder._meta.concrete_fields)
    assert found.next == job.sequence + 1
    assert not found._state.adding
    with counting() as count:
        assert (found.site, found.work_request, found.equipment) == (fresh.site, fresh.work_request, fresh.equipment)
    assert len(count) == 0


def test_prepared_rows_are_asked_for_anew_with_other_values(site):
    first, second = make_chain(site, "Saw", "Mill")

    assert BY_KEY.first(pk=first.pk) == first
    assert BY_KEY.first(pk=second.pk) == second
    assert BY_KEY.first(pk=0) is None
    assert OF_ORDER.rows(order=first.work_request_id, status=first.status) == [first, second]
    assert OF_ORDER.rows(order=first.work_request_id, status="no such") == []


def test_prepared_query_set_refuses_what_it_would_leave_out():
    with pytest.raises(ValueError, match="prefetches"):
        Prepared(lambda pk: JobOrder.objects.filter(pk=pk).prefetch_related("requirements")).first(pk=1)
    with pytest.raises(ValueError, match="whole rows"):
        Prepared(lambda pk: JobOrder.objects.filter(pk=pk).values("code")).first(pk=1)
