"""What time alone changes: shifts that are over, and buckets of the running shift that are minutes old."""

from datetime import datetime, timedelta

from django.db.models import F

from analytics.engine.machine_stretch import microseconds
from analytics.models import LiveShift
from analytics.selectors.facts import Calendar
from analytics.services import live_fold_again
from analytics.services.dirty import mark_stretches
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.at_hand import fetching
from mom.core.use_case import use_case
from mom.floor.public import lock_signals

GRACE = timedelta(seconds=30)
"""The last messages of a shift may be on their way: a shift is closed this much after its end."""

AT_ONCE = 300
"""Machines whose running buckets are made again in one sweep; more take turns."""

EVERY = timedelta(seconds=60)


def sweep(actor: Actor, now: datetime) -> int:
    """Close the shifts that are over by `now` and mark running ones that moved; gives how many were closed."""
    closed = 0
    for site in Site.objects.order_by("pk"):
        closed += fetching(close_shifts)(actor, site, now)
        _mark_running(actor, site, now)
    return closed


def close_shifts(actor: Actor, site: Site, now: datetime) -> int:
    """Machines whose shift is over begin the next one, though nothing was heard of them. Twice is once."""
    over = LiveShift.objects.filter(site=site, shift_ended_at__lte=now - GRACE)
    machines = list(over.order_by("equipment").values_list("equipment_id", flat=True))
    if not machines:
        return 0
    with use_case(actor) as act:
        act.now = now
        calendar = Calendar(site, now, now)
        lock_signals(site.pk, machines)
        begun = {machine: calendar.at(machine, microseconds(now)).start for machine in machines}
        live_fold_again.refold(act, site, calendar, begun)
    return len(machines)


def _mark_running(actor: Actor, site: Site, now: datetime) -> None:
    """The buckets of running shifts, whose live rows are ahead of them: each machine about once a minute, in turns."""
    moved = LiveShift.objects.filter(site=site, as_of__gt=now - 10 * EVERY, shift_ended_at__gt=now)
    rows = list(
        moved.order_by("equipment").values_list("equipment_id", "as_of").filter(as_of__gt=F("shift_started_at"))
    )
    turns = max(1, -(-len(rows) // AT_ONCE))
    turn = int(now.timestamp() // EVERY.total_seconds()) % turns
    if int(now.timestamp()) % int(EVERY.total_seconds()) >= EVERY.total_seconds() / 2:
        return  # beat rings twice a minute
    spans = {machine: (min(at, now), min(at, now)) for machine, at in rows if machine % turns == turn}
    if spans:
        with use_case(actor) as act:
            act.now = now
            mark_stretches(act, site, spans)
