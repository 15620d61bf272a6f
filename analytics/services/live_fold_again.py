"""The running shift of machines made from the facts: for the first message of a shift, and for all that came late."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from psycopg2.extras import execute_values

from analytics.engine.machine_facts import MICRO, NOTHING, Made, ShiftFacts, Spell
from analytics.engine.machine_fold import LiveTerms, Standing, steady
from analytics.engine.machine_lines import EXACT, PARTS, PLACE, Vector, WorkLine, summed
from analytics.engine.machine_shift import Reckoned, reckon
from analytics.engine.machine_stretch import instant_of, microseconds
from analytics.engine.machine_time import SILENT
from analytics.selectors.facts import Asked, Calendar, facts_of
from analytics.services.dirty import mark_stretches
from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.floor.engine.terms import MachineState

GOOD = PLACE["good"]
_EXACT = frozenset(PARTS[place] for place in EXACT)
_OWN = (
    "site_id", "equipment_id", "day", "shift", "shift_started_at", "shift_ended_at", "as_of", "state", "state_since",
    "time_class", "code", "mode", "reason_id", "stop_id", "job_order_id", "definition_id", "unit", "last_sign_at",
    "total_reading", "reject_reading", "energy_reading", "job_good", "class_with_order", "class_without_order",
    "loss_class", "is_startup", "is_stop_counted", "terms", "steady_until", "steady_parts",
)  # fmt: skip
_COLUMNS = (*_OWN, *PARTS)
_KEPT = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS if name != "equipment_id")
_WRITE = (
    f"INSERT INTO analytics_liveshift AS l ({', '.join(_COLUMNS)}, version)"  # noqa: S608 - names of our own columns
    " VALUES %s"
    f" ON CONFLICT (equipment_id) DO UPDATE SET {_KEPT}, version = l.version + 1"
)
_VALUES = f"({', '.join(['%s'] * len(_COLUMNS))}, 0)"
_HELD = (
    "SELECT equipment_id, as_of, shift_started_at, shift_ended_at FROM analytics_liveshift WHERE equipment_id = ANY(%s)"
)
_SIGNS = "SELECT equipment_id, last_seen_at FROM floor_machinesignal WHERE equipment_id = ANY(%s)"


class Held(NamedTuple):
    """What a live row says of its shift."""

    as_of: datetime
    start: datetime
    end: datetime


def refold(act: UseCase, site: Site, calendar: Calendar, machines: Mapping[int, int]) -> None:
    """Make the live rows of these machines from the facts, up to the given instant or what the row knows already.

    A shift that is over is marked for its buckets. Joins the caller's transaction, which holds these machines
    (`mom.floor.public.lock_signals`), so that nobody else writes their rows.
    """
    held = {machine: Held(*said) for machine, *said in _fetched(_HELD, [sorted(machines)])}
    now = microseconds(act.now)
    asked: list[Asked] = []
    over: dict[int, tuple[datetime, datetime]] = {}
    for machine, at_least in sorted(machines.items()):
        known = held.get(machine)
        until = at_least if known is None else max(at_least, microseconds(known.as_of))
        stretch = calendar.at(machine, until)
        if known is not None and microseconds(known.start) != stretch.start:
            over[machine] = (known.start, instant_of(stretch.start))  # past: `until` never goes back
        elif known is None and stretch.end <= now:
            over[machine] = (instant_of(stretch.start), instant_of(stretch.end))  # the first that is heard is old
        asked.append(Asked(machine, stretch, until))
    signs = dict(_fetched(_SIGNS, [sorted(machines)]))
    rows = [
        _row(site, facts, reckon(facts), signs.get(facts.equipment_id)) for facts in facts_of(site, calendar, asked)
    ]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, _WRITE, rows, template=_VALUES, page_size=500)
    mark_stretches(act, site, over)


def _row(site: Site, facts: ShiftFacts, reckoned: Reckoned, sign: datetime | None) -> list[Any]:
    """The live row of a stretch."""
    spell = spell_at(facts)
    made = WorkLine(facts).latest(facts.until)
    standing = _standing(facts, spell, made, reckoned)
    steady_until, steady_parts = steady(standing)
    own = [
        site.pk,
        facts.equipment_id,
        facts.day,
        facts.shift,
        instant_of(facts.start),
        instant_of(facts.end),
        instant_of(facts.until),
        spell.state,
        instant_of(spell.start),
        standing.time_class,
        spell.code,
        spell.mode,
        spell.reason_id,
        spell.stop_id,
        made.job_order_id,
        made.definition_id,
        made.unit,
        sign,
        _exact(standing.total_reading),
        _exact(standing.reject_reading),
        _exact(standing.energy_reading),
        _exact(standing.job_good),
        spell.meaning.with_order,
        spell.meaning.without_order,
        spell.meaning.loss,
        standing.is_startup,
        standing.is_stop_counted,
        standing.terms.written(),
        None if steady_until is None else instant_of(steady_until),
        steady_parts,
    ]
    return [*own, *_amounts(standing.vector)]


def _standing(facts: ShiftFacts, spell: Spell, made: Made, reckoned: Reckoned) -> Standing:
    """Where the stretch stands at the end of its facts."""
    carry = reckoned.carry
    job_good = sum(each[GOOD] for cut, each in reckoned.slices.items() if cut.made.job_order_id == made.job_order_id)
    return Standing(
        start=facts.start,
        end=facts.end,
        as_of=facts.until,
        state=spell.state,
        since=spell.start,
        meaning=spell.meaning,
        reason_id=spell.reason_id,
        is_stop_counted=carry.is_stop_counted,
        is_startup=carry.is_startup,
        total_reading=carry.total_reading,
        reject_reading=carry.reject_reading,
        energy_reading=carry.energy_reading,
        job_good=job_good if made is not NOTHING else 0,
        vector=summed(reckoned.slices.values()),
        terms=_terms(facts),
    )


def spell_at(facts: ShiftFacts) -> Spell:
    """What the machine does at the end of what is looked at; without any word of it, silence."""
    present = [
        each for each in facts.spells if each.start <= facts.until and (each.end is None or each.end > facts.until)
    ]
    return present[-1] if present else Spell(facts.start, None, MachineState.OFF.value, SILENT)


def _terms(facts: ShiftFacts) -> LiveTerms:
    made = WorkLine(facts).latest(facts.until)
    rates = facts.rates.get(made.definition_id or 0)
    rate = rates.at(facts.until) if rates is not None else None
    edges = [facts.end, *(each.start for each in (rates.rates if rates is not None else ()))]
    return LiveTerms(
        plan=tuple(facts.plan),
        rate=rate,
        piece_source=facts.terms.piece_source,
        minor_stop=facts.terms.minor_stop,
        modulus=facts.terms.modulus,
        regular_until=min(edge for edge in edges if edge > facts.until) if facts.until < facts.end else facts.end,
    )


def _amounts(vector: Vector) -> list[Any]:
    return [_exact(amount) if name in _EXACT else amount for name, amount in zip(PARTS, vector, strict=True)]


def _exact(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount) / MICRO


def _fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
