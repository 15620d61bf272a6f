"""A stop whose pause was a mistake and undone is one stop: in the sums by reason, the timeline, the machine's own."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mom.core.testing import acting
from mom.floor.models import MachineListening, Stop
from mom.floor.services import timeline_reports
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder, JobResponse, LabourEntry
from mom.work.selectors.stops import stop_sums
from mom.work.services import act_undo, job_order
from mom.work.services import stop as stops
from production.services import production_request
from production.services.production_request import NewOrder
from tests.factories.plant import make_person, make_reason
from tests.floor.timelines import alive, in_words, lay, pieces_of, said, stops_of
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("undone_pause_of_a_stop")
BEGAN = instant(INPUT["began"])
AT: dict[str, int] = INPUT["minutes"]
MINUTE = timedelta(minutes=1)


class Shift:
    """The machine with its job and its worker, played through by the clock."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.machine = plant, plant.machine("PRESS-1")
        self.person = make_person(plant.site)
        part = plant.material("RING")
        new = NewOrder("WO-1", part, Decimal(10), equipment=self.machine)
        production_request.create(plant.actor, plant.site, new, is_released=True)
        self.reason = make_reason(plant.site, INPUT["reason"], name=INPUT["reason"])

    @property
    def job(self) -> JobOrder:
        return self.plant.job("WO-1-10")

    def play(self) -> None:
        self.give("start", JobOrderCommand.START, person=self.person)
        with self.clock("stop"):
            stops.begin(self.plant.actor, self.machine, reason=self.reason, op_uuid=uuid.uuid4())
        self.give("pause", JobOrderCommand.PAUSE)
        with self.clock("undo"):
            act_undo.undo(self.plant.actor, self.job.pk, op_uuid=uuid.uuid4())
        with self.clock("go_on"):
            stops.end(self.plant.actor, JobResponse.objects.get(is_stop=True, ended_at=None).pk)
        self.give("finish", JobOrderCommand.FINISH)

    def give(self, act: str, command: JobOrderCommand, **more: Any) -> None:
        with self.clock(act):
            job_order.command(self.plant.actor, self.job.pk, command, **more)

    def clock(self, act: str) -> Any:
        return self.plant.clock_at((BEGAN + AT[act] * MINUTE).isoformat())

    def take_reports(self) -> None:
        with acting() as act:
            act.now = BEGAN + 100 * MINUTE
            timeline_reports.take_reports(act, self.plant.site, [BEGAN.date()])


def minutes(stop: Stop) -> list[Any]:
    assert stop.ended_at is not None
    assert stop.reason is not None
    return [(stop.started_at - BEGAN) // MINUTE, (stop.ended_at - BEGAN) // MINUTE, stop.reason.code]


@pytest.fixture
def shift(plant: Plant) -> Shift:
    shift = Shift(plant)
    shift.play()
    return shift


def test_stop_counts_once_with_all_its_minutes(shift: Shift) -> None:
    sums = stop_sums(shift.plant.site, BEGAN.date(), BEGAN.date(), BEGAN + 100 * MINUTE)
    found = {each.reason: {"count": each.count, "minutes": each.spent // MINUTE} for each in sums}
    assert found == EXPECTED["stops"]
    rows = JobResponse.objects.filter(reverses=None, reversal=None)
    worked = [row.duration for row in rows if row.duration and not row.is_stop]
    assert sum(worked, timedelta(0)) // MINUTE == EXPECTED["production_minutes"]
    labour = [entry.duration for entry in LabourEntry.objects.all() if entry.duration]
    assert sum(labour, timedelta(0)) // MINUTE == EXPECTED["labour_minutes"]


def test_timeline_of_reports_has_it_once(shift: Shift) -> None:
    with acting():
        MachineListening.objects.create(
            site=shift.plant.site, equipment=shift.machine, valid_from=BEGAN, signal_source="reports",
            heartbeat=5 * MINUTE, minor_stop=2 * MINUTE,
        )  # fmt: skip
    shift.take_reports()
    in_minutes = in_words(pieces_of(shift.machine))
    assert in_minutes == EXPECTED["timeline"]
    assert [minutes(each) for each in stops_of(shift.machine) if each.reason] == EXPECTED["floor_stops"]


def test_machines_own_stop_stays_whole_and_has_the_reason(shift: Shift) -> None:
    own = shift.machine
    told = [said(own, minute, state) for state, at in INPUT["machine_told"].items() for minute in at]
    lay(own, told + [alive(own, minute) for minute in range(1, 61, 2)], now=BEGAN + 60 * MINUTE)
    shift.take_reports()
    assert [minutes(each) for each in stops_of(own)] == EXPECTED["machine_stops"]
