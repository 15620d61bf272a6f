"""What is reserved for a job follows its parts: a split, the rest of a job finished early, a part of a part."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from inventory.models import StockReservation
from inventory.selectors.job_needs import needs_of
from inventory.services import job_material
from inventory.services.job_material import Taken
from mom.accounts.models import Site
from mom.core import invariants, relay
from mom.core.actor import Actor
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.work.engine.terms import QuantityKind
from mom.work.job_kinds import register_part_step
from mom.work.models import JobOrder, JobRequirement
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.engine.job_changes import Rest
from production.services import job_change
from tests.bench.statements import counting
from tests.factories.stock import SOON, JobStore

pytestmark = pytest.mark.django_db
D = Decimal


def broken() -> list[str]:
    names = [found.invariant.name for found in invariants.violations()]
    return [name for name in names if name.startswith("inventory.")]


def promised(job: JobOrder) -> dict[str, Decimal]:
    rows = StockReservation.objects.filter(requirement__job_order=job, released_at=None)
    return {row.balance.lot.code: row.quantity - row.taken for row in rows.select_related("balance__lot")
            if row.quantity > row.taken}  # type: ignore[union-attr]  # fmt: skip


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


@pytest.fixture
def job(store: JobStore) -> JobOrder:
    """Ten pumps of 2 bars and 2 rings a piece: 5 + 12 bars with an expiry, 3 of another lot, 20 rings reserved."""
    store.lot(store.bar, "B-EVER", 100)
    store.lot(store.bar, "B-LATE", 12, expires_at=SOON + timedelta(days=5))
    store.lot(store.bar, "B-SOON", 5, expires_at=SOON)
    store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())
    store.reserve(job)
    return job


def test_a_split_takes_its_part_of_what_is_reserved_along(store: JobStore, actor: Actor, job: JobOrder) -> None:
    """The first keeps 6 of 10 pumps: 12 bars, what expires first; the part gets the 8 that come next."""
    before = set(StockReservation.objects.values_list("reserved_at", "reserved_by"))
    new = job_change.split(actor, job.pk, D(4))

    assert promised(job) == {"B-SOON": 5, "B-LATE": 7, "R-1": 12}
    assert promised(new) == {"B-LATE": 5, "B-EVER": 3, "R-1": 8}
    assert [need.short for each in (job, new) for need in needs_of(each)] == [0, 0, 0, 0]
    assert set(StockReservation.objects.values_list("reserved_at", "reserved_by")) == before  # it keeps its age
    assert broken() == []


def test_both_logs_say_what_went_along(store: JobStore, actor: Actor, job: JobOrder) -> None:
    new = job_change.split(actor, job.pk, D(4))
    lots = {"B-LATE": "5.000000", "B-EVER": "3.000000", "R-1": "8.000000"}
    first = AuditEntry.objects.get(action="inventory.reservations_parted")
    second = AuditEntry.objects.get(action="inventory.reservations_came_along")
    assert (first.subject_id, first.after) == (str(job.pk), {"part": new.code, "lots": lots, "free": {}})
    assert (second.subject_id, second.after) == (str(new.pk), {"of": job.code, "lots": lots})


def test_where_too_little_was_reserved_the_part_is_short(store: JobStore, actor: Actor) -> None:
    store.lot(store.bar, "B-1", 15)
    job, *_later = store.order(store.routing())
    store.reserve(job)
    new = job_change.split(actor, job.pk, D(4))
    assert (promised(job), promised(new)) == ({"B-1": 12}, {"B-1": 3})
    last = job_change.split(actor, new.pk, D(3))
    assert (promised(new), promised(last)) == ({"B-1": 2}, {"B-1": 1})
    assert [need.short for need in needs_of(last)] == [5, 6]
    assert broken() == []


def test_what_the_job_took_is_its_own_and_what_neither_needs_is_free(
    store: JobStore, actor: Actor, job: JobOrder
) -> None:
    """15 bars taken of what expires last, 3 of them promised: of 17 left 8 are the part's, the first needs none."""
    ever = job.requirements.get(definition=store.bar).reservations.get(balance__lot__code="B-EVER").balance
    store.give(job, "start")
    taken = [Taken(ever.lot, store.shelf, D(15))]
    job_material.consume(actor, job.pk, taken, op_uuid=uuid.uuid4())
    assert promised(job) == {"B-SOON": 5, "B-LATE": 12, "R-1": 20}

    new = job_change.split(actor, job.pk, D(4))

    assert promised(job) == {"R-1": 12}
    assert promised(new) == {"B-SOON": 5, "B-LATE": 3, "R-1": 8}
    entry = AuditEntry.objects.get(action="inventory.reservations_parted")
    assert entry.after["free"] == {"B-LATE": "9.000000"}
    assert broken() == []


def test_a_reservation_of_which_a_part_was_taken_keeps_what_was_taken(
    store: JobStore, actor: Actor, job: JobOrder
) -> None:
    """8 of the 12 of B-LATE are taken; the first still needs 12 - 8 = 4 bars: B-SOON's; the rest goes along."""
    late = job.requirements.get(definition=store.bar).reservations.get(balance__lot__code="B-LATE")
    store.give(job, "start")
    assert late.balance.lot is not None
    store.consume(job, late.balance.lot, 8)

    new = job_change.split(actor, job.pk, D(4))

    assert promised(job) == {"B-SOON": 4, "R-1": 12}
    assert promised(new) == {"B-SOON": 1, "B-LATE": 4, "B-EVER": 3, "R-1": 8}
    late.refresh_from_db()
    assert (late.quantity, late.taken, late.released_at is None) == (12, 8, False)
    assert broken() == []


def test_a_reservation_of_which_a_part_was_taken_is_shared_for_what_is_left(
    store: JobStore, actor: Actor, job: JobOrder
) -> None:
    """2 of B-LATE's 12 are taken; the first still needs 10 bars: 5 of B-SOON and 5 of the 10 left of B-LATE."""
    late = job.requirements.get(definition=store.bar).reservations.get(balance__lot__code="B-LATE")
    store.give(job, "start")
    assert late.balance.lot is not None
    store.consume(job, late.balance.lot, 2)

    new = job_change.split(actor, job.pk, D(4))

    assert promised(job) == {"B-SOON": 5, "B-LATE": 5, "R-1": 12}
    assert promised(new) == {"B-LATE": 5, "B-EVER": 3, "R-1": 8}
    late.refresh_from_db()
    assert (late.quantity, late.taken, late.released_at) == (7, 2, None)
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_the_rest_of_a_job_that_is_finished_early_keeps_its_material(
    store: JobStore, actor: Actor, job: JobOrder
) -> None:
    store.give(job, "start")
    quantity_report.report(actor, job.pk, [Reported(QuantityKind.GOOD, D(7))], op_uuid=uuid.uuid4())
    rest = job_change.finish_early(actor, job.pk, Rest.NEW_JOB).rest_job
    assert rest is not None
    assert promised(rest) == {"B-LATE": 3, "B-EVER": 3, "R-1": 6}
    relay.drain()
    assert promised(job) == {}  # it has ended and keeps nothing
    assert promised(rest) == {"B-LATE": 3, "B-EVER": 3, "R-1": 6}
    store.give(rest, "start")
    store.consume(rest)
    assert [need.taken for need in needs_of(rest)] == [6, 6]
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_a_part_that_is_called_off_lets_go_of_what_came_along(store: JobStore, actor: Actor, job: JobOrder) -> None:
    new = job_change.split(actor, job.pk, D(4))
    store.give(new, "cancel")
    relay.drain()
    assert promised(new) == {}
    assert promised(job) == {"B-SOON": 5, "B-LATE": 7, "R-1": 12}
    assert broken() == []


def test_what_is_needed_once_stays_with_the_first(store: JobStore, actor: Actor, job: JobOrder) -> None:
    """Rings are needed once, whatever the quantity: the line became no less, so what is reserved for it stays."""
    store.give(job, "start")
    store.consume(job, store.lot(store.ring, "R-2", 3), 3)
    with acting():
        job.directive["materials"] = [{"material": "RING", "use": "consumed", "is_scaled": False}]
        job.save()
    new = job_change.split(actor, job.pk, D(4))
    assert promised(job)["R-1"] == 20
    assert promised(new) == {"B-LATE": 5, "B-EVER": 3}
    assert [need.short for need in needs_of(new)] == [0, 20]


def test_rework_takes_nothing_along(store: JobStore, actor: Actor, job: JobOrder) -> None:
    store.give(job, "start")
    quantity_report.report(actor, job.pk, [Reported(QuantityKind.REWORK, D(2))], op_uuid=uuid.uuid4())
    before = promised(job)
    new = job_change.rework(actor, job.pk, job_change.Rework(D(2)), reason="Burr")
    assert (promised(job), promised(new)) == (before, {})


def test_a_split_of_a_job_without_reservations_asks_once_and_says_nothing(store: JobStore, actor: Actor) -> None:
    job, *_later = store.order(store.routing())
    job_change.split(actor, job.pk, D(4))
    assert not AuditEntry.objects.filter(action__startswith="inventory.reservations").exists()


def test_a_split_costs_the_same_however_many_lots_are_reserved(store: JobStore, actor: Actor) -> None:
    routing = store.routing()
    costs = []
    for round_, lots in enumerate((0, 1, 5)):
        for number in range(lots):
            store.lot(store.bar, f"B-{round_}-{number}", 20 // lots)
        job, *_later = store.order(routing, f"WO-{round_}")
        if lots:
            store.reserve(job)
        with counting() as count:
            job_change.split(actor, job.pk, D(4))
        costs.append(len(count))
    without, one, five = costs
    assert one == five == without + 1, costs


def test_pages_of_both_parts_show_what_is_reserved_for_each(
    actor: Actor, job: JobOrder, owner: Any, client: Client
) -> None:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    new = job_change.split(actor, job.pk, D(4))
    shown = []
    for each in (job, new):
        page = client.get(f"/jobs/{each.code}/").content.decode()
        card = page[page.index('id="material"') :]
        bars = card[card.index("/BAR/") : card.index("/RING/")]
        numbers = re.findall(r'<td class="num(?: minor)?">([^<]*)</td>', bars)
        shown.append((numbers[2], numbers[3], set(re.findall(r"B-[A-Z]+", bars))))
        assert ("came along" if each == new else "shared with a part") in page
    assert shown == [("12", "0", {"B-SOON", "B-LATE"}), ("8", "0", {"B-LATE", "B-EVER"})]


def test_a_step_of_parted_jobs_has_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match=r"called inventory\.reservations already"):
        register_part_step("inventory.reservations", lambda _act, _parted: None)


def test_lines_without_a_quantity_are_left_alone(store: JobStore, actor: Actor, job: JobOrder) -> None:
    """Nobody said how many bars: what somebody reserved for the line stays."""
    JobRequirement.objects.filter(job_order=job, definition=store.bar).update(quantity=None)
    new = job_change.split(actor, job.pk, D(4))
    assert promised(job) == {"B-SOON": 5, "B-LATE": 12, "B-EVER": 3, "R-1": 12}
    assert promised(new) == {"R-1": 8}
