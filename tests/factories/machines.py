"""Machines with a timeline and a running shift, as messages and the fold leave them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from analytics.models import LiveShift
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import StateInterval
from mom.floor.services.ingest import take_in
from mom.plant.models import Equipment, Shift, WorkCalendar
from mom.work.models import JobOrder
from tests.factories.plant import make_equipment
from tests.factories.work import give, job_of, make_order

BOSS = system_actor("test")
MINUTE = timedelta(minutes=1)
CLASS = {
    "run": "production",
    "setup": "setup",
    "down": "down",
    "idle": "delay",
    "plan": "planned_stop",
    "off": "unknown",
}


def make_area(site: Site, code: str = "MACHINING", name: str = "Machining") -> Equipment:
    """An area."""
    return make_equipment(site, code, level="area", name=name)


def work_round_the_clock(site: Site, top: Equipment) -> WorkCalendar:
    """One shift of 24 hours a day for `top` and everything below it."""
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="ALL", name="Round the clock")
        every_day = {"starts_at": time(0), "ends_at": time(0), "weekdays": [1, 2, 3, 4, 5, 6, 7]}
        Shift.objects.create(site=site, calendar=calendar, code="A", name="Day shift", **every_day)
        top.calendar = calendar
        top.save()
    return calendar


def send(
    machine: Equipment, *messages: tuple[str, float] | tuple[str, float, str], now: datetime | None = None
) -> None:
    """State messages, each (state, minutes ago) and perhaps a reason, with a sign of life every minute until now.

    They come through the door of every gateway.
    """
    now = now or clock.now()
    batch = [
        {
            "machine": machine.code,
            "kind": "state",
            "state": state,
            "at": (now - ago * MINUTE).isoformat(),
            "id": f"{machine.code} {now.isoformat()} {ago} {state}",
            "reason": rest[0] if rest else "",
        }
        for state, ago, *rest in messages
    ]
    batch += [
        {
            "machine": machine.code,
            "kind": "heartbeat",
            "at": (now - ago * MINUTE).isoformat(),
            "id": f"{machine.code} {now.isoformat()} {ago} alive",
        }
        for ago in range(int(max(ago for _state, ago, *_rest in messages)))
    ]
    receipt = take_in(BOSS, machine.site, "gateway", batch, now=now)
    assert receipt.accepted + receipt.repeated == len(batch), receipt


def make_live(
    machine: Equipment, *, job: JobOrder | None = None, now: datetime | None = None, **parts: Any
) -> LiveShift:
    """The row of its running shift, of what its timeline says, where no fold has made one."""
    now = now or clock.now()
    known = LiveShift.objects.filter(equipment=machine).first()
    if known is not None:
        return known
    standing = StateInterval.objects.get(equipment=machine, ended_at=None)
    midnight = now.astimezone(machine.site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    terms = {
        "plan": [[int(midnight.timestamp() * 1_000_000), "w"]],
        "rate": None,
        "source": "reports",
        "minor": 120_000_000,
        "modulus": None,
        "until": int((midnight + timedelta(days=1)).timestamp() * 1_000_000),
    }
    row = LiveShift(
        equipment=machine,
        site=machine.site,
        day=midnight.date(),
        shift="A",
        shift_started_at=midnight,
        shift_ended_at=midnight + timedelta(days=1),
        as_of=now,
        state=standing.state,
        state_since=standing.started_at,
        time_class=CLASS[standing.state],
        class_with_order=CLASS[standing.state],
        class_without_order=CLASS[standing.state],
        loss_class="none",
        code=standing.code,
        reason=standing.reason,
        stop=standing.stop,
        job_order=job,
        unit="C62",
        last_sign_at=now,
        terms=terms,
        **parts,
    )
    row.save(force_insert=True)
    return row


def make_fleet(site: Site, codes: Sequence[str], area: Equipment | None = None) -> list[Equipment]:
    """Machines with a job each that run since an hour ago, in one area, round the clock."""
    place = area or make_area(site)
    if place.calendar_id is None:
        work_round_the_clock(site, place)
    machines = [make_equipment(site, code, parent=place) for code in codes]
    for machine in machines:
        job = start_job(machine)
        send(machine, ("run", 60), ("run", 0))
        make_live(machine, job=job)
    return machines


def start_job(machine: Equipment, code: str = "") -> JobOrder:
    """A job that runs on the machine."""
    return give(job_of(make_order(machine.site, code or f"WO-{machine.code}", machine=machine)), "start")
