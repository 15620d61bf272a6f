"""The demo plant that runs: its gateway sends through the same door as any other, its crew acts as people do.

Everything is read from the record when it starts, so it may be killed at any moment; what it missed is sent late.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.engine.interval import Interval
from mom.demo.engine import norrtal, signals
from mom.demo.services.crew import Crew
from mom.demo.services.heard import counters_shown, last_heard, state_sent
from mom.demo.services.signals import SOURCE
from mom.edge.engine.gateway import Connected, Gateway
from mom.edge.engine.machine import Chance, Profile, Segment, Wire
from mom.floor.services.ingest import take_in
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import ShiftPlan, site_plan

MOST_AT_ONCE = 2_000
MOMENT = timedelta(seconds=1)  # what was heard last is not said again, in other words
AROUND = timedelta(hours=12)
SECONDS = {material.code: material.seconds for material in norrtal.MATERIALS}
MACHINES = {machine.code: machine for machine in norrtal.MACHINES}


def demo_site() -> Site | None:
    """The demo plant, where it stands."""
    return Site.objects.filter(code=norrtal.SITE).first()


def play(is_over: Callable[[], bool], *, every: float = 2.0, speed: float = 1.0, back: timedelta | None = None) -> None:
    """Run the demo plant until `is_over` or until it is taken away; with `back` from that long ago, at `speed`.

    One that was taken away and added again is another one, with other machines: this run ends as well.
    """
    site = demo_site()
    if site is None:
        return
    began, now = time.monotonic(), clock.now()
    start = now - back if back else now
    gateway = connect(site, start if back else None)
    crew = Crew(site, gateway)
    while not is_over():
        shown = min(start + timedelta(seconds=(time.monotonic() - began) * speed), clock.now()) if back else clock.now()
        if demo_site() != site:
            return
        send(site, gateway, shown)
        if shown > clock.now() - timedelta(minutes=1):  # people act now, not in what is caught up on
            crew.act(shown)
        time.sleep(every)


def connect(site: Site, since: datetime | None = None) -> Gateway:
    """The gateway as the record says its machines stood when they were last heard, or as they stood at `since`."""
    now = clock.now()
    last = last_heard(site, now)
    begin = since or (min(now, last + MOMENT) if last else now)
    plan = _breaks(site)
    equipment = {row.code: row for row in Equipment.objects.filter(site=site, code__in=MACHINES)}
    machines = [_connected(equipment[code], begin) for code in MACHINES if code in equipment]
    return Gateway(machines, begin, norrtal.SITE, plan, signals.LIVE)


def send(site: Site, gateway: Gateway, now: datetime) -> int:
    """Post what the machines did until `now`, in pieces; how many messages."""
    found = gateway.until(now)
    for first in range(0, len(found), MOST_AT_ONCE):
        post(site, found[first : first + MOST_AT_ONCE])
    return len(found)


def post(site: Site, batch: Sequence[Wire]) -> None:
    """One batch through the door that every gateway uses."""
    take_in(system_actor("demo gateway"), site, SOURCE, batch)


def _connected(equipment: Equipment, at: datetime) -> Connected:
    machine = MACHINES[equipment.code]
    profile = signals.profile_of(machine, SECONDS)
    state, reason = state_sent(equipment, at)
    dice = Chance(norrtal.SITE).dice(profile, at)
    left = timedelta(minutes=dice.uniform(3, 14) if state != "run" else dice.uniform(6, profile.trouble))
    cycle = profile.ideal / dice.uniform(0.9, 0.985) if state == "run" else 0.0
    segment = Segment(state, at, at + left, reason, cycle=cycle, scrap=profile.scrap if cycle else 0.0)
    return Connected(profile, segment, counters_shown(equipment, at))


def _breaks(site: Site) -> Callable[[Profile, datetime], Sequence[tuple[datetime, datetime]]]:
    """Reads the breaks of half a day around an instant, and keeps them while they hold."""
    kept: dict[str, object] = {}

    def around(profile: Profile, at: datetime) -> Sequence[tuple[datetime, datetime]]:
        if MACHINES[profile.code].area in norrtal.RELIEVED:
            return ()
        window = kept.get("window")
        if not isinstance(window, Interval) or not window.start + AROUND / 2 <= at < window.start + AROUND * 1.5:
            window = Interval(at - AROUND, at + AROUND)
            kept.update(window=window, breaks=_breaks_in(site_plan(site, window), window))
        found = kept["breaks"]
        assert isinstance(found, list)  # noqa: S101 - written just above
        return found

    return around


def _breaks_in(plan: ShiftPlan | None, window: Interval) -> list[tuple[datetime, datetime]]:
    if plan is None:
        return []
    pauses = [pause for shift in plan.shifts(window) for pause in shift.breaks]
    return sorted((pause.start, pause.end) for pause in pauses if pause.end is not None)
