"""The demo plant in one use case: all of it or nothing, and nothing where the site is there already."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from analytics.services.rebuild import mark_dirty, rebuild_next
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.db.locks import Lock, advisory_lock
from mom.core.engine.interval import Interval
from mom.core.use_case import enclosing_transaction, use_case
from mom.demo.engine import norrtal
from mom.demo.engine.shop_floor import Floor, MadeOrder, history
from mom.demo.services import alerting, day, known, labels, maintenance, orders, papers, plant, sign_ins, store
from mom.plant.engine.calendar import ShiftOccurrence, local_day
from mom.plant.selectors.calendar import site_plan

REASON = "Demo plant"
WHOLE = 100
Say = Callable[[str], None]
Pace = Callable[[int, int], None]
"""Told how many pieces of work are done, of how many."""


@dataclass(frozen=True)
class Seeded:
    """What was made: reports, days with figures, messages of machines; zeros where the plant was there already."""

    reports: int = 0
    days: int = 0
    messages: int = 0


@dataclass(frozen=True)
class Made:
    """What the first transaction made: the plant, its orders and shifts, and when; reports, days with figures."""

    built: plant.DemoPlant
    orders: list[MadeOrder]
    shifts: list[ShiftOccurrence]
    at: datetime
    reports: int
    days: int


def seed(say: Say, *, seed_text: str = norrtal.SITE, pace: Pace | None = None) -> Seeded:
    """Add the demo plant with two weeks of history, then compute its figures. A second time changes nothing.

    Whoever begins something else on an empty installation at the same time waits for it, or it for them.
    """
    from mom.demo.services import signals  # the door for messages is heavy

    actor = system_actor("demo")
    pace = pace or (lambda _done, _total: None)
    if Site.objects.filter(code=norrtal.SITE).exists():
        say(f"{norrtal.NAME} is there already.")
        maintenance.sign_repairs(Site.objects.get(code=norrtal.SITE))
        compute(actor, pace)
        return Seeded()
    pace(0, WHOLE)
    with enclosing_transaction():
        added = _plant(actor, seed_text)
        _people(actor, added)
        day.add_day(added.built)
    maintenance.sign_repairs(added.built.site)
    made = added.orders
    machines = len(norrtal.MACHINES)
    say(f"{norrtal.NAME}: {machines} machines, {len(made)} orders, {added.reports} reports of finished orders.")
    signals.add_targets(added.built)
    third = WHOLE // 3
    count = signals.load_history(
        added.built.site, made, added.shifts, added.at, lambda n, of: pace(third + third * n // of, WHOLE)
    )
    say(f"{count:,} messages of its machines.")
    compute(actor, pace)
    return Seeded(added.reports, added.days, count)


def _plant(actor: Actor, seed_text: str) -> Made:
    """The plant, its orders and what was reported of them. Within the enclosing transaction."""
    from mom.demo.services import signals

    with use_case(actor, REASON) as act:
        advisory_lock(Lock.FIRST_START)
        built = plant.add_plant(act)
        papers.add_papers(act, built)
        known.add_known(act, built)
        labels.add_labels(act, built)
        alerting.add_alerting(act, built.site)
        shifts = _shifts(built.site, act.now)
        made = _made(shifts, act.now, seed_text)
        signals.add_listening(act, built, shifts[-1].interval.start)
        signals.add_ideal_cycles(act, built)
        reports = orders.record_history(act, built, [order for order in made if not order.is_current])
        orders.add_current_orders(act, built, [order for order in made if order.is_current])
        orders.add_waiting_orders(act, built)
        store.add_store(act, built)
        days = {local_day(stretch.start, built.site.zone) for order in made for stretch in order.stretches}
        mark_dirty(act, built.site, days)
        return Made(built, made, shifts, act.now, reports, len(days))


def _people(actor: Actor, added: Made) -> None:
    """Those who sign in: they have been here for as long as the history reaches. Within the enclosing transaction."""
    with clock.telling(added.at - 2 * plant.KEPT_FOR), use_case(actor, REASON) as act:
        sign_ins.add_users(act, added.built)


def compute(actor: Actor, pace: Pace) -> None:
    """Make the figures of the days that wait for it; the plant and its messages are two thirds of the whole work."""
    done = 2 * WHOLE // 3
    pace(done, WHOLE)
    while rebuild_next(actor):
        done = min(done + WHOLE // 20, WHOLE - 1)
        pace(done, WHOLE)
    pace(WHOLE, WHOLE)


def _made(shifts: list[ShiftOccurrence], now: datetime, seed_text: str) -> list[MadeOrder]:
    crews: dict[tuple[str, str], list[str]] = defaultdict(list)
    for worker in norrtal.WORKERS:
        crews[worker.area, worker.shift].append(worker.code)
    seconds = {material.code: material.seconds for material in norrtal.MATERIALS}
    return history(Floor(seconds, crews, seed_text), norrtal.MACHINES, shifts, now)


def _shifts(site: Site, now: datetime) -> list[ShiftOccurrence]:
    """The plant's shifts from the start of the history until the one that runs."""
    window = Interval(now - plant.KEPT_FOR, now)
    found = site_plan(site, window)
    if found is None:
        raise LookupError("The demo plant has no calendar.")
    return [shift for shift in found.shifts(window) if shift.interval.start >= window.start]
