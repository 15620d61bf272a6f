"""Objects made without `Model.__init__` are those that the query set makes."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models.signals import post_init

from mom.core.db import instances
from mom.core.db.prepared import Prepared
from mom.plant.models import Equipment
from mom.work.models import JobOrder, JobRequirement
from tests.bench.statements import counting
from tests.factories.work import make_chain

DEEP = Prepared(
    lambda pk: JobRequirement.objects.select_related("job_order__site", "definition__site", "lot").filter(job_order=pk)
)
CODE_ONLY = Prepared(lambda pk: JobOrder.objects.only("code").filter(pk=pk).order_by("pk"))


def test_every_model_of_ours_is_its_fields_and_nothing_else():
    """Where this fails, the model is made Django's way: right, and slower. Say so here."""
    odd = {each.__name__ for each in apps.get_models() if not instances.is_plain(each)}
    assert odd <= {"AccessAttempt", "AccessFailureLog", "AccessLog", "BlobUpload", "StoredFile"}, odd


@pytest.mark.django_db
def test_relations_of_relations_are_there_and_an_empty_one_is_none(site):
    job, _after = make_chain(site, "Saw", "Mill")
    plain = JobRequirement.objects.filter(job_order=job).order_by("pk")
    assert plain, "there is something to compare"

    found = sorted(DEEP.rows(pk=job.pk), key=lambda each: each.pk)

    with counting() as count:
        told = [(each.job_order.site, each.definition.site, each.lot) for each in found]
    assert len(count) == 0
    assert told == [(site, site, None)] * len(plain)
    for mine, theirs in zip(found, plain, strict=True):
        assert {name: value for name, value in vars(mine).items() if name != "_state"} == {
            name: value for name, value in vars(theirs).items() if name != "_state"
        }
        assert (mine._state.adding, mine._state.db) == (theirs._state.adding, theirs._state.db)


@pytest.mark.django_db
def test_field_that_was_left_out_is_read_when_it_is_asked_for(site):
    job, _after = make_chain(site, "Saw", "Mill")
    found = CODE_ONLY.first(pk=job.pk)
    assert found.get_deferred_fields() >= {"status", "version"}
    assert (found.code, found.status) == (job.code, job.status)


@pytest.mark.django_db
def test_row_can_be_changed_saved_and_read_anew(site):
    machine = Equipment.objects.create(site=site, code="MC-9", level="work_unit")
    found = Prepared(lambda pk: Equipment.objects.filter(pk=pk).order_by("pk")).first(pk=machine.pk)
    found.name = "Mill"
    found.save()
    found.refresh_from_db()
    assert (found.name, found == machine, hash(found) == hash(machine)) == ("Mill", True, True)


def test_model_that_does_something_when_it_is_made_is_made_djangos_way():
    class Heard(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "core"

    class Counts(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "core"

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    try:
        heard = []
        post_init.connect(lambda **given: heard.append(given["instance"]), sender=Heard, weak=False)
        assert not instances.is_plain(Heard)
        assert not instances.is_plain(Counts)
        instances.maker(Heard, ["id"], 0, 1)((7,))
        assert [each.pk for each in heard] == [7]
    finally:
        for name in ("heard", "counts"):
            del apps.all_models["core"][name]
        apps.clear_cache()
