"""How the demo listens to its machines, and two weeks of what they sent."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.services.target import NewTarget, target_set
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.use_case import UseCase
from mom.demo.engine import norrtal, signals
from mom.demo.engine.shop_floor import MadeOrder
from mom.demo.services.plant import KEPT_FOR, DemoPlant
from mom.edge.engine.machine import Wire
from mom.floor.engine.message import Window
from mom.floor.engine.terms import PieceSource
from mom.floor.models import MachineListening
from mom.floor.services.ingest import take_in_window
from mom.plant.engine.calendar import ShiftOccurrence
from production import public as production

SOURCE = "GATEWAY-1"
SESSION = ""  # its messages have ids, no numbers
PIECE = 10_000
HEARD_FOR = KEPT_FOR
SECONDS = {material.code: material.seconds for material in norrtal.MATERIALS}


def add_listening(act: UseCase, built: DemoPlant, live_since: datetime) -> None:
    """Listen to every machine: its counter says how many, people say what was bad. Joins the transaction.

    The past came in wide steps, so it is silent later than the present.
    """
    since = act.now - KEPT_FOR - timedelta(days=1)
    for machine in norrtal.MACHINES:
        steps = ((since, live_since, signals.PAST_HEARTBEAT), (live_since, None, signals.LIVE_HEARTBEAT))
        for begins, ends, heartbeat in steps:
            MachineListening.objects.create(
                site=built.site,
                equipment=built.equipment[machine.code],
                piece_source=PieceSource.COUNTERS_LESS_SCRAP,
                heartbeat=heartbeat,
                minor_stop=signals.MINOR_STOP,
                valid_from=begins,
                valid_until=ends,
            )


def add_ideal_cycles(act: UseCase, built: DemoPlant) -> None:
    """How fast each machine can make its products. Joins the transaction."""
    since = act.now - KEPT_FOR - timedelta(days=1)
    for machine in norrtal.MACHINES:
        for item in machine.items:
            cycle = production.NewCycle(
                definition=built.materials[item],
                equipment=built.equipment[machine.code],
                duration=timedelta(seconds=SECONDS[item]),
                valid_from=since,
            )
            production.add_ideal_cycle(act, built.site, cycle)


def load_history(
    site: Site,
    orders: Sequence[MadeOrder],
    shifts: Sequence[ShiftOccurrence],
    now: datetime,
    pace: Callable[[int, int], None],
) -> int:
    """Take in what the machines sent until `now`, through the door that every gateway uses; how many messages."""
    live_since, count = shifts[-1].interval.start, 0
    for number, machine in enumerate(norrtal.MACHINES, start=1):
        segments = signals.segments_of(machine, orders, shifts, now)
        profile = signals.profile_of(machine, SECONDS)
        heard = [segment for segment in segments if segment.end > now - HEARD_FOR]
        sent = list(signals.history_messages(profile, heard, live_since, now))
        for first in range(0, len(sent), PIECE):
            count += _take_in(site, sent[first : first + PIECE])
        pace(number, len(norrtal.MACHINES))
    return count


def _take_in(site: Site, sent: Sequence[Wire]) -> int:
    received_at = clock.now()
    window = Window.history(received_at)
    return take_in_window(system_actor("demo gateway"), site, SOURCE, sent, window, SESSION, received_at).accepted


def add_targets(built: DemoPlant) -> None:
    """What the plant wants of its figures; each is a use case of its own."""
    since = clock.now() - KEPT_FOR
    for kpi, value in norrtal.TARGETS:
        target_set(system_actor("demo"), built.site, NewTarget(kpi=kpi, value=Decimal(value), valid_from=since))
