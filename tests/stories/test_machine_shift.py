"""One machine's early shift, minute by minute: what it sent, what it kept to itself, and the one figure of it all."""

import uuid
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine

from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import interval, oee_iso, oee_tpm
from analytics.selectors.machine_parts import Only, parts_total
from analytics.services.machine_rebuild import rebuild_next as rebuild_machine
from mom.accounts.models import Site
from mom.core import relay
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import FloorMessage, MachineListening, MessageGap, QuarantinedMessage, Stop
from mom.floor.services import quarantine
from mom.floor.services import stop as stops
from mom.plant.engine.terms import EquipmentLevel, LossClass, TimeClass
from mom.plant.models import Equipment, Reason, ReasonClassification, Shift, ShiftBreak, WorkCalendar
from mom.work.models import JobOrder
from mom.work.services import running_job
from production.models import IdealCycle
from tests.factories.accounts import make_site, make_user
from tests.factories.plant import make_equipment, make_reason
from tests.factories.work import job_of, make_material, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 4, 16)
MINUTE = 60_000_000
SILENT = (time(11), time(11, 30))


class Plant:
    """A plant with one shift, one machine that makes a shaft a minute, and the reasons for standing still."""

    def __init__(self) -> None:
        self.site: Site = make_site("P1")
        calendar = _calendar(self.site)
        top = make_equipment(self.site, "PLANT", level=EquipmentLevel.SITE, calendar=calendar)
        self.machine: Equipment = make_equipment(self.site, "CNC-04", parent=top)
        shaft = make_material(self.site)
        self.coolant = self._reason("COOLANT", TimeClass.DOWN, LossClass.BREAKDOWN)
        self.no_material = self._reason("NOMATERIAL", TimeClass.DELAY, LossClass.NONE)
        self.meeting = self._reason("MEETING", TimeClass.PLANNED_STOP, LossClass.NONE)
        with acting():
            IdealCycle.objects.create(
                site=self.site, definition=shaft, equipment=self.machine, duration=timedelta(minutes=1),
                valid_from=at(5) - timedelta(days=30),
            )  # fmt: skip
            MachineListening.objects.create(
                site=self.site, equipment=self.machine, piece_source="counters", heartbeat=timedelta(minutes=5),
                minor_stop=timedelta(minutes=2), valid_from=at(5) - timedelta(days=30),
            )  # fmt: skip
        self.job: JobOrder = job_of(make_order(self.site, quantity=400, material=shaft, machine=self.machine))

    def _reason(self, code: str, time_class: TimeClass, loss_class: LossClass) -> Reason:
        reason = make_reason(self.site, code)
        with acting():
            ReasonClassification.objects.create(
                site=self.site, reason=reason, time_class=time_class, loss_class=loss_class,
                valid_from=at(5) - timedelta(days=30),
            )  # fmt: skip
        return reason

    def figures(self) -> MachineTotals:
        """The shift as its buckets say, once the workers have worked."""
        relay.drain(50)
        while rebuild_machine(system_actor("analytics")):
            pass
        return parts_total(self.site, DAY, DAY, Only(equipment=self.machine.pk, shift="E"))


class Gateway:
    """Numbers its messages, keeps what it can't send, and sends each batch twice to be sure."""

    def __init__(self, api: Any) -> None:
        self.api, self.number, self.kept = api, 0, list[dict[str, Any]]()

    def note(self, instant: datetime, kind: str, **content: Any) -> None:
        """Something happened at the machine."""
        message = {"machine": "CNC-04", "kind": kind, "at": instant.isoformat(), "sequence": self.number, **content}
        self.kept.append(message)
        self.number += 1

    def send(self, *, until: datetime | None = None) -> dict[str, Any]:
        """What is kept and happened before `until` goes out, in the wrong order; then once more."""
        batch = [message for message in self.kept if until is None or message["at"] < until.isoformat()]
        self.kept = [message for message in self.kept if message not in batch]
        body = {"site": "P1", "source": "gateway-1", "session": "boot-1", "messages": batch[::-1]}
        first = self._post(body)
        again = self._post(body)
        assert (again["accepted"], again["repeated"] + again["quarantined"]) == (0, len(batch))
        return first

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.api.send("post", "/api/v1/floor/messages", body)
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of that Thursday, in the plant's time."""
    from zoneinfo import ZoneInfo

    return datetime.combine(DAY, time(hour, minute), ZoneInfo("Europe/Stockholm"))


def test_machine_shift_is_accounted_for_minute_by_minute(client_of: Any) -> None:
    from mom.core import permissions

    with time_machine.travel(at(5, 50), tick=False):
        plant = Plant()
        gateway = Gateway(client_of(make_user("gw", site=plant.site, permissions=permissions.declared())))
    actor = system_actor("eva")

    # At six the job is set up; from 6:20 it produces a shaft a minute, less where the machine stands.
    with time_machine.travel(at(6), tick=False):
        running_job.begin_setup(actor, plant.job.pk, op_uuid=uuid.uuid4())
    with time_machine.travel(at(6, 20), tick=False):
        running_job.begin_production(actor, plant.job.pk, op_uuid=uuid.uuid4())
    _a_shift_at_the_machine(gateway)

    # The network is down from eleven to half past: the gateway keeps what happened then. The rest comes at 14:00,
    # the last message first, each twice, and one of a machine that nobody knows.
    with time_machine.travel(at(14), tick=False):
        silent = [message for message in gateway.kept if at(*_hm(SILENT[0])) <= _when(message) < at(*_hm(SILENT[1]))]
        gateway.kept = [message for message in gateway.kept if message not in silent]
        gateway.kept.append({**silent[0], "machine": "CNC-4", "sequence": gateway.number})
        gateway.number += 1
        receipt = gateway.send()
    assert receipt["quarantined"] == 1
    assert QuarantinedMessage.objects.get().problem == "unknown_machine"
    assert receipt["gaps"] == [[silent[0]["sequence"], silent[-1]["sequence"]]] or MessageGap.objects.count() == 1

    # 480 minutes: 20 set-up, 30 down, 30 breaks, 1 minor stop, 30 unexplained, 338 running; and 31 unknown, because
    # the machine was heard last at 10:59.
    with time_machine.travel(at(15), tick=False):
        known = plant.figures()
    assert _minutes(known) == {
        "setup": 20, "down": 30, "planned_stop": 30, "delay": 31, "unknown": 31, "production": 338,
    }  # fmt: skip
    assert (known.minor_stop, known.uncoded, known.calendar) == (1 * MINUTE, 30 * MINUTE, 480 * MINUTE)
    assert (known.failure_count, known.minor_stop_count) == (1, 1)

    # 363 shafts were made by 14:00 and 6 of them were bad. What was made in the dark is counted when the light is on
    # again: the counter went on. OEE = 357 good minutes over 419 planned ones that are known.
    assert (known.good, known.scrap) == (357, 6)
    assert oee_iso(known).oee.exact == Fraction(357, 419)
    assert oee_tpm(known).oee.exact == Fraction(357, 419)
    least, most = interval(known).low, interval(known).high
    assert least is not None
    assert most is not None
    assert Fraction(least).limit_denominator(1000) == Fraction(357, 450)
    assert Fraction(most).limit_denominator(1000) == Fraction(388, 450)
    _in_the_evening(plant, gateway, silent)


def _in_the_evening(plant: Plant, gateway: Gateway, silent: list[dict[str, Any]]) -> None:
    actor = system_actor("eva")
    # In the evening the gateway sends what it kept: the machine ran all the time. The gap closes, nothing is unknown.
    with time_machine.travel(at(19), tick=False):
        gateway.kept = silent
        gateway.send()
        seen = plant.figures()
    assert MessageGap.objects.count() == 0
    assert _minutes(seen) == {"setup": 20, "down": 30, "planned_stop": 30, "delay": 31, "production": 369}
    assert (seen.good, seen.scrap) == (357, 6)
    assert oee_iso(seen).oee.exact == Fraction(357, 450)
    assert interval(seen).low == interval(seen).high == oee_iso(seen).oee.value

    # Eva says why it stood at the end: no material; and the last quarter of an hour was a meeting, which was planned.
    with time_machine.travel(at(19, 30), tick=False):
        last = Stop.objects.filter(withdrawn_at=None).order_by("-started_at").first()
        assert last is not None
        stops.annotate(actor, last.pk, op_uuid=uuid.uuid4(), reason=plant.no_material)
        stops.split(actor, last.pk, at=at(13, 45), op_uuid=uuid.uuid4(), reason=plant.meeting)
        said = plant.figures()
    assert _minutes(said) == {"setup": 20, "down": 30, "planned_stop": 45, "delay": 16, "production": 369}
    assert said.uncoded == 0
    assert oee_iso(said).oee.exact == Fraction(357, 435)

    # Somebody discards the message of the machine that isn't there. Whatever is computed again comes out the same.
    waiting = QuarantinedMessage.objects.get()
    quarantine.discard(actor, "P1", waiting.pk, reason="A typing error at the gateway")
    count = FloorMessage.objects.count()
    with time_machine.travel(at(20), tick=False):
        assert plant.figures() == said
    assert count == gateway.number - 1


def _a_shift_at_the_machine(gateway: Gateway) -> None:
    """What the machine did: states where they change, and its counters every minute."""
    states = {
        (6, 0): ("setup", ""), (6, 20): ("run", ""), (8, 0): ("down", "COOLANT"), (8, 30): ("run", ""),
        (9, 0): ("idle", ""), (9, 15): ("run", ""), (10, 0): ("idle", ""), (10, 1): ("run", ""),
        (12, 0): ("idle", ""), (12, 15): ("run", ""), (13, 30): ("idle", ""),
    }  # fmt: skip
    state, total = "", 0
    for minute in range(480):
        instant = at(6) + timedelta(minutes=minute)
        made = int(state == "run")  # in the minute that is over
        total += made
        if 200 <= minute < 206:
            total -= made  # six shafts' time was lost to a dull tool
        if (hm := (instant.hour, instant.minute)) in states:
            state, reason = states[hm]
            gateway.note(instant, "state", state=state, reason=reason)
        gateway.note(instant, "count", name="total", value=total)
        gateway.note(instant, "count", name="reject", value=min(total // 60, 6))
    gateway.note(at(14), "count", name="total", value=total)
    gateway.note(at(14), "count", name="reject", value=6)


def _minutes(totals: MachineTotals) -> dict[str, int]:
    names = (
        "production", "setup", "delay", "down", "planned_maintenance", "planned_stop", "off_shift", "unknown",
    )  # fmt: skip
    found = {name: getattr(totals, name) for name in names if getattr(totals, name)}
    assert all(value % MINUTE == 0 for value in found.values()), found
    return {name: value // MINUTE for name, value in found.items()}


def _when(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(message["at"])


def _hm(clock: time) -> tuple[int, int]:
    return clock.hour, clock.minute


def _calendar(site: Site) -> WorkCalendar:
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="1S")
        shift = Shift.objects.create(
            site=site, calendar=calendar, code="E", name="Early shift", starts_at=time(6), ends_at=time(14),
            weekdays=[1, 2, 3, 4, 5, 6, 7],
        )  # fmt: skip
        for start, end in ((time(9), time(9, 15)), (time(12), time(12, 15))):
            ShiftBreak.objects.create(site=site, shift=shift, starts_at=start, ends_at=end)
    return calendar
