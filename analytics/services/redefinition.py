"""Changes of what past time means become stretches to compute: a month of one change at a time, the newest first.

The writer of a change left a row by trigger; here it is read what it touches (ADR 0031). Twice is once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from analytics.models import Redefinition
from analytics.selectors.redefined_time import Touched, known_since, touched
from analytics.selectors.redefinition import Scope, scopes_of
from analytics.services.dirty import mark_touched
from mom.core.actor import Actor
from mom.core.models import RowVersion
from mom.core.use_case import use_case

PIECE = timedelta(days=31)
AHEAD = timedelta(days=2)
"""The running shift has its plan ahead in its live row: what changes in its rest has it made again."""

AT_ONCE = 200  # versions that touch nothing go together


def mark_next(actor: Actor) -> int:
    """Mark the next month of the change that is least far; gives how many were looked at, 0 where none waits."""
    with use_case(actor) as act:
        waiting = Redefinition.objects.select_for_update(skip_locked=True)
        rows = list(waiting.order_by(F("reached").desc(nulls_first=True), "pk")[:AT_ONCE])
        versions = RowVersion.objects.in_bulk([row.version_id for row in rows])
        done: list[int] = []
        looked = 0
        for row in rows:
            looked += 1
            version = versions.get(row.version_id)
            scopes = scopes_of(version) if version is not None else []
            known = known_since(machine for scope in scopes for machine in scope.machines)
            high = act.now + AHEAD if row.reached is None else row.reached
            oldest = _oldest(scopes, known)
            if oldest is None or oldest >= high:
                done.append(row.pk)
                continue
            low = max(high - PIECE, oldest)
            found = [each for scope in scopes for each in touched(scope, known, low, high, act.now)]
            mark_touched(act, _up_to(found, act.now))
            if low > oldest:
                Redefinition.objects.filter(pk=row.pk).update(reached=low)
            else:
                done.append(row.pk)
            break
        Redefinition.objects.filter(pk__in=done).delete()
        return looked


def _oldest(scopes: Sequence[Scope], known: Mapping[int, datetime]) -> datetime | None:
    """The first instant that any of the scopes touches."""
    firsts = []
    for scope in scopes:
        since = min((known[machine] for machine in scope.machines if machine in known), default=None)
        if since is not None:
            firsts.append(since if scope.validity.start is None else max(since, scope.validity.start))
    return min(firsts, default=None)


def _up_to(found: Sequence[Touched], now: datetime) -> list[Touched]:
    """What is to come is only in the live row, which is made again as of now."""
    return [Touched(each.equipment_id, min(each.start, now), min(each.end, now)) for each in found]
