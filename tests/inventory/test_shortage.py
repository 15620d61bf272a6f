"""What open jobs will lack: in planned order, after what each was promised, against what may be used."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.selectors.shortage import missing_at
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialDefinition
from mom.work.models import JobOrder, JobRequirement
from tests.bench.statements import costs_the_same, counting
from tests.factories.accounts import make_user
from tests.factories.stock import JobStore
from tests.factories.work import job_of, make_material, make_order

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def job_that_needs(store: JobStore, material: MaterialDefinition, quantity: int, hours: int | None = None) -> JobOrder:
    """A released job that needs so much, in so many hours."""
    number = JobOrder.objects.count()
    job = job_of(make_order(store.site, f"WO-{number}", material=store.pump))
    with acting():
        if hours is not None:
            job.planned_start = NOW + timedelta(hours=hours)
            job.save(update_fields=["planned_start"])
        JobRequirement.objects.create(
            site=store.site, job_order=job, position=90, resource_kind="material", material_use="consumed",
            definition=material, quantity=quantity, unit=material.unit,
        )  # fmt: skip
    return job


def short(store: JobStore, material: str = "") -> list[tuple[str, str, int]]:
    return [(each.job, each.material, int(each.missing)) for each in missing_at(store.site, NOW, material=material)]


def test_who_needs_it_first_gets_it_and_the_rest_is_missing(store: JobStore) -> None:
    store.lot(store.bar, "B-1", 25)
    late = job_that_needs(store, store.bar, 10, hours=9)
    early = job_that_needs(store, store.bar, 20, hours=1)
    unplanned = job_that_needs(store, store.bar, 4)
    assert short(store) == [(late.code, "BAR", 5), (unplanned.code, "BAR", 4)]
    assert early.code not in {row[0] for row in short(store)}
    assert [each.needed_at for each in missing_at(store.site, NOW)] == [late.planned_start, None]


def test_what_a_job_was_promised_is_its_own_however_late_it_is(store: JobStore) -> None:
    store.lot(store.bar, "B-1", 25)
    late = job_that_needs(store, store.bar, 20, hours=9)
    store.reserve(late)
    early = job_that_needs(store, store.bar, 20, hours=1)
    assert short(store) == [(early.code, "BAR", 15)]
    [row] = missing_at(store.site, NOW)
    assert (row.open, row.reserved, row.missing) == (20, 0, 15)


def test_what_is_on_hold_or_expired_is_no_stock_and_is_told(store: JobStore) -> None:
    store.lot(store.bar, "B-HELD", 25, disposition=LotDisposition.RESTRICTED)
    store.lot(store.bar, "B-OLD", 25, expires_at=NOW - timedelta(days=1))
    job_that_needs(store, store.bar, 20, hours=1)
    [row] = missing_at(store.site, NOW)
    assert (row.missing, row.held) == (20, 50)


def test_a_material_that_was_never_kept_is_missing_and_jobs_that_ended_need_nothing(store: JobStore) -> None:
    gold = make_material(store.site, "GOLD")
    job, over = job_that_needs(store, gold, 3), job_that_needs(store, gold, 3)
    store.give(over, "cancel")
    assert short(store, "GOLD") == [(job.code, "GOLD", 3)]
    assert short(store, "BAR") == []


def test_what_was_taken_is_not_needed_again(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 15)
    job = job_that_needs(store, store.bar, 20, hours=1)
    store.give(job, "start")
    store.consume(job, lot, 15)
    assert short(store) == [(job.code, "BAR", 5)]


def test_it_is_one_statement(store: JobStore) -> None:
    for number in range(5):
        job_that_needs(store, store.bar, 20, hours=number)
    with counting() as count:
        assert len(missing_at(store.site, NOW)) == 5
    assert len(count) == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    needs=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4), st.booleans()), min_size=1, max_size=6),
    there=st.integers(0, 25),
)
def test_it_is_what_a_plain_walk_along_the_plan_finds(
    store: JobStore, needs: Sequence[tuple[int, int, bool]], there: int
) -> None:
    material = make_material(store.site, f"M-{MaterialDefinition.objects.count()}", tracking="lot")
    if there:
        store.lot(material, f"L-{material.code}", there)
    jobs = []
    for quantity, hours, is_reserved in needs:
        job = job_that_needs(store, material, quantity, hours)
        kept = sum(store.reserve(job).values(), Decimal(0)) if is_reserved else Decimal(0)
        jobs.append((hours, job.pk, quantity, int(kept)))
    free = there - sum(kept for *_rest, kept in jobs)
    expected = []
    for _hours, pk, quantity, kept in sorted(jobs):
        wanted = quantity - kept
        got = min(free, wanted)
        free -= got
        if wanted > got:
            expected.append((pk, wanted - got))
    assert [(row.job_id, int(row.missing)) for row in missing_at(store.site, NOW, material=material.code)] == expected


def test_on_its_page_and_in_the_api(store: JobStore, owner: Any, client_of: Any) -> None:
    job = job_that_needs(store, store.bar, 20, hours=1)
    browser = Client()
    browser.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    page = browser.get("/shortages/").content.decode()
    assert job.code in page
    assert "BAR" in page
    [row] = client_of(owner).get("/api/v1/inventory/shortages/?site=P1").json()
    assert (row["job"], row["material"], row["missing"]) == (job.code, "BAR", "20.000000")
    assert client_of(owner).get("/api/v1/inventory/shortages/?site=P1&material=RING").json() == []
    nobody = client_of(make_user("nora", site=store.site, permissions=["work.view"]))
    assert nobody.get("/api/v1/inventory/shortages/?site=P1").status_code == 403
    costs_the_same(
        lambda many: [job_that_needs(store, store.bar, 5) for _each in range(many)], lambda: browser.get("/shortages/")
    )
