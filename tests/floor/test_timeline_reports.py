"""Timelines of machines without signals, and reported stops on machines with them."""

import uuid

import pytest

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import MachineListening, StopAnnotation
from mom.floor.services import timeline_reports
from mom.plant.models import Equipment, Reason
from mom.work.models import JobResponse
from mom.work.services import stop as work_stop
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment, make_reason
from tests.floor.timelines import DAY, MINUTE, alive, at, in_words, lay, pieces_of, said, stops_of

pytestmark = pytest.mark.django_db
BOSS = system_actor("test")


@pytest.fixture
def site() -> Site:
    return make_site(time_zone="UTC")


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site)


@pytest.fixture
def jam(site: Site) -> Reason:
    return make_reason(site, "JAM")


def listen(machine: Equipment, **fields: object) -> MachineListening:
    with acting():
        return MachineListening.objects.create(
            site=machine.site,
            equipment=machine,
            valid_from=DAY,
            **{"heartbeat": 5 * MINUTE, "minor_stop": 2 * MINUTE, **fields},
        )


def report(machine: Equipment, kind: str, start: float, end: float | None, **fields: object) -> JobResponse:
    ended = None if end is None else at(end)
    with acting():
        return JobResponse.objects.create(
            site=machine.site,
            equipment=machine,
            work_kind=kind,
            started_at=at(start),
            ended_at=ended,
            duration=None if ended is None else ended - at(start),
            op_uuid=uuid.uuid4(),
            recorded_at=at(start),
            recorded_by="Ann",
            **fields,
        )


def take(machine: Equipment, now: float = 100) -> None:
    with acting() as act:
        act.now = at(now)
        timeline_reports.take_reports(act, machine.site, [DAY.date()])


def test_machine_without_signals_has_its_timeline_from_reports(machine: Equipment, jam: Reason) -> None:
    listen(machine, signal_source="reports")
    report(machine, "setup", 0, 20)
    report(machine, "production", 20, 50)
    report(machine, "breakdown", 50, 60, is_stop=True, reason=jam)
    report(machine, "production", 70, None)

    take(machine)

    assert in_words(pieces_of(machine)) == "setup 0-20, run 20-50, down 50-60, idle 60-70, run 70-"
    assert {piece.origin for piece in pieces_of(machine)} == {"reports"}
    assert [(each.state, each.reason) for each in stops_of(machine)] == [("setup", None), ("down", jam)]


def test_reports_that_are_taken_back_leave_no_trace(machine: Equipment, jam: Reason) -> None:
    listen(machine, signal_source="reports")
    report(machine, "production", 0, 50)
    wrong = report(machine, "breakdown", 50, 60, is_stop=True)
    take(machine)
    work_stop.explain(BOSS, wrong.pk, jam, op_uuid=uuid.uuid4())
    take(machine)

    assert in_words(pieces_of(machine)) == "run 0-50, down 50-60, idle 60-"
    assert stops_of(machine)[0].reason == jam


def test_machine_changes_from_reports_to_signals(machine: Equipment) -> None:
    first = listen(machine, signal_source="reports")
    report(machine, "production", 0, 200)
    take(machine)
    with acting():
        first.valid_until = at(100)
        first.save()
    lay(machine, [said(machine, 110, "down"), said(machine, 90, "down")], now=at(111))

    assert in_words(pieces_of(machine)) == "run 0-100, off 100-110, down 110-"


def test_reported_stop_is_a_word_about_the_machines_whole_stop(machine: Equipment, jam: Reason) -> None:
    told = [said(machine, 0, "run"), said(machine, 10, "idle"), said(machine, 40, "run")]
    lay(machine, told + [alive(machine, minute) for minute in range(0, 61, 2)], now=at(60))
    report(machine, "breakdown", 15, 30, is_stop=True, reason=jam, note="Again")

    take(machine)
    take(machine)

    (found,) = stops_of(machine)
    assert (found.started_at, found.ended_at) == (at(10), at(40))
    assert (found.reason, found.note, found.reporter, found.state) == (jam, "Again", "Ann", "idle")
    assert StopAnnotation.objects.count() == 1


def test_second_report_within_a_stop_splits_it(machine: Equipment, jam: Reason, site: Site) -> None:
    told = [said(machine, 0, "run"), said(machine, 10, "idle"), said(machine, 40, "run")]
    lay(machine, told + [alive(machine, minute) for minute in range(0, 61, 2)], now=at(60))
    other = make_reason(site, "TOOL")
    report(machine, "breakdown", 10, 20, is_stop=True, reason=jam)
    report(machine, "breakdown", 20, 40, is_stop=True, reason=other)

    take(machine)

    assert [(each.started_at, each.ended_at, each.reason) for each in stops_of(machine)] == [
        (at(10), at(20), jam),
        (at(20), at(40), other),
    ]


def test_report_before_the_machines_own_word_finds_its_stop_later(machine: Equipment, jam: Reason) -> None:
    lay(machine, [said(machine, 0, "run")], now=at(0))
    report(machine, "breakdown", 1, None, is_stop=True, reason=jam)
    take(machine, 1)
    assert timeline_reports.pass_on_recent(BOSS, machine.site, at(1.5)) == 0

    lay(machine, [said(machine, 1.2, "down")], now=at(2))
    assert timeline_reports.pass_on_recent(BOSS, machine.site, at(2)) == 1
    assert timeline_reports.pass_on_recent(BOSS, machine.site, at(2)) == 0
    assert [each.reason for each in stops_of(machine)] == [jam]
