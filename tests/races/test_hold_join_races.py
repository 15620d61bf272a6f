"""A hold of everything affected and who makes lots of it at that moment: nothing slips between. With controls."""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import HeldLot, LotHold, StorageLocation
from inventory.services import hold_join, job_material, lot_hold, lots, made_by_report
from inventory.services.lots import NewLot
from inventory.services.posting import Occasion
from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict
from mom.plant.models import MaterialLot
from mom.work.models import JobOrder
from tests.factories.stock import JobStore
from tests.inventory.test_backflush import ByReport
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")
ROUNDS = 6


@pytest.fixture
def all_holds() -> Iterator[None]:
    """After the race every invariant holds, the audit chain too."""
    yield
    assert list(invariants.violations()) == []


def numbered(job: JobOrder, place: StorageLocation) -> Any:
    """A lot of the job's, with the next number of the site's range."""
    return lots.produce_lot(BOSS, job.pk, place, Decimal(1), NewLot(), op_uuid=uuid.uuid4())


def kept(hold: LotHold) -> set[str]:
    return set(HeldLot.objects.filter(hold=hold, released_at=None).values_list("lot__code", flat=True))


def jobs_of(store: JobStore, lot: MaterialLot, many: int) -> list[JobOrder]:
    """Jobs in work that took of a lot."""
    routing = store.routing()
    jobs = [store.order(routing, f"WO-{number}")[0] for number in range(many)]
    for job in jobs:
        store.give(job, "start")
        store.consume(job, lot, 1)
    return jobs


def test_what_is_made_while_everything_affected_is_held_is_in_the_hold(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    root = store.lot(store.bar, "B-0", 500)
    jobs = jobs_of(store, root, 3)
    for _round in range(ROUNDS):
        found = at_once(
            [
                lambda: lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream"),
                *[lambda job=job: numbered(job, store.shelf) for job in jobs],
            ]
        )
        assert not any(isinstance(each, Exception) for each in found), found
        made = set(MaterialLot.objects.filter(definition=store.pump).values_list("code", flat=True))
        assert made <= kept(found[0])
        lot_hold.release(BOSS, found[0].pk, "Right alloy")
        assert not MaterialLot.objects.exclude(disposition="unrestricted").exists()


def test_what_is_reported_while_everything_affected_is_held_is_in_the_hold(site: Any, all_holds: None) -> None:
    store = ByReport(site, BOSS)
    root = store.lot(store.bar, "B-0", 500)
    store.lot(store.ring, "R-1", 500)
    job = store.job(200)
    store.report(job, good=1)
    for _round in range(2 * ROUNDS):
        found = at_once(
            [
                lambda: lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream"),
                lambda: store.report(job, good=1),
            ]
        )
        assert not any(isinstance(each, Exception) for each in found), found
        made = set(MaterialLot.objects.filter(definition=store.product).values_list("code", flat=True))
        assert made <= kept(found[0])
        lot_hold.release(BOSS, found[0].pk, "Right alloy")


def between(monkeypatch: pytest.MonkeyPatch, store: JobStore, *, is_locked: bool) -> tuple[LotHold, MaterialLot]:
    """A lot is made, and everything affected held just after the maker has looked for holds."""
    root = store.lot(store.bar, "B-0", 50)
    [job] = jobs_of(store, root, 1)
    has_looked, is_held = threading.Event(), threading.Event()
    begin = hold_join.begin_once

    def look(site: int, occasion: Occasion) -> Any:
        found = begin(site, occasion) if is_locked else ([], _look_without_lock(site))
        has_looked.set()
        is_held.wait(3 if is_locked else 10)
        return found

    def hold() -> Any:
        has_looked.wait(10)
        made = lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream")
        is_held.set()
        return made

    monkeypatch.setattr(lots, "begin_once", look)
    moves, made = at_once([lambda: numbered(job, store.shelf), hold])
    assert isinstance(made, LotHold), made
    return made, moves[0].lot


def _look_without_lock(site: int) -> bool:
    return LotHold.objects.filter(site=site, is_everything_affected=True, released_at=None).exists()


def test_a_hold_waits_for_who_has_looked_for_holds_already(
    site: Any, all_holds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, lot = between(monkeypatch, JobStore(site, BOSS), is_locked=True)
    assert lot.code in kept(hold)


def test_a_hold_waits_for_a_report_that_has_looked_for_holds_already(
    site: Any, all_holds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ByReport(site, BOSS)
    root = store.lot(store.bar, "B-0", 50)
    store.lot(store.ring, "R-1", 50)
    job = store.job()
    store.consume(job, root, 1)
    has_looked, is_held = threading.Event(), threading.Event()
    begin = made_by_report._begin

    def look(*asked: Any) -> Any:
        found = begin(*asked)
        has_looked.set()
        is_held.wait(3)
        return found

    def hold() -> Any:
        has_looked.wait(10)
        made = lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream")
        is_held.set()
        return made

    monkeypatch.setattr(made_by_report, "_begin", look)
    reported, made = at_once([lambda: store.report(job, good=1), hold])
    assert isinstance(reported, list), reported
    assert MaterialLot.objects.get(definition=store.product).code in kept(made)


def test_control_without_the_lock_a_lot_is_made_past_the_hold(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hold, lot = between(monkeypatch, JobStore(site, BOSS), is_locked=False)
    assert kept(hold) == {"B-0"}
    assert MaterialLot.objects.get(pk=lot.pk).disposition == "unrestricted", "made of held material, and free"


def test_reports_that_take_and_make_beside_holds_and_releases_wait_in_no_ring(site: Any, all_holds: None) -> None:
    store = ByReport(site, BOSS)
    root = store.lot(store.bar, "B-0", 500)
    store.lot(store.bar, "B-1", 500)
    store.lot(store.ring, "R-1", 500)
    job = store.job(200)
    store.report(job, good=1)
    giving = jobs_of(store, root, 1)[0]

    def number(code: str) -> None:
        with contextlib.suppress(Conflict):  # while its lot is held
            job_material.give_number(
                BOSS, giving.pk, lot=root, location=store.shelf, definition=store.bar, serial=code, op_uuid=uuid.uuid4()
            )

    def hold_and_release() -> None:
        for _turn in range(3):
            made = lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream")
            lot_hold.release(BOSS, made.pk, "Right alloy")

    for turn in range(3):
        found = at_once(
            [
                hold_and_release,
                lambda: [store.report(job, good=1) for _each in range(3)],
                lambda: [numbered(giving, store.shelf) for _each in range(3)],
                lambda turn=turn: [number(f"S-{turn}-{each}") for each in range(3)],
            ]
        )
        assert not any(isinstance(each, Exception) for each in found), found
    assert not MaterialLot.objects.exclude(disposition="unrestricted").exists()
    last = lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream")
    store.report(job, good=1)
    assert kept(last) >= set(
        MaterialLot.objects.exclude(definition__in=[store.bar, store.ring]).values_list("code", flat=True)
    )


def test_who_makes_while_the_hold_ends_is_free_or_let_out_with_it(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    root = store.lot(store.bar, "B-0", 500)
    jobs = jobs_of(store, root, 2)
    for _round in range(ROUNDS):
        hold = lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream")
        found = at_once(
            [
                lambda hold=hold: lot_hold.release(BOSS, hold.pk, "Right alloy"),
                *[lambda job=job: numbered(job, store.shelf) for job in jobs],
            ]
        )
        assert not any(isinstance(each, Exception) for each in found), found
        assert not MaterialLot.objects.exclude(disposition="unrestricted").exists()
        assert not HeldLot.objects.filter(released_at=None).exists()
