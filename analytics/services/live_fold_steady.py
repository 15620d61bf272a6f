"""Running shifts in which nothing but time and pieces moved: nearly all of every batch, carried on in one statement.

It adds what `machine_fold` would (`advance` and `count`), for machines whose state goes on and whose class of time does
not change before `steady_until`. Time and pieces go into `steady_parts`; pieces are what the counters rose by. What it
leaves, `machine_fold` carries on.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from analytics.engine.machine_lines import PARTS, PLACE
from analytics.services.live_fold_rows import OPEN_JOBS
from mom.core.db.bulk import array
from mom.core.db.meanwhile import meanwhile
from mom.floor.engine.columns import micros
from mom.floor.engine.heard import Heard
from mom.floor.engine.terms import CountName

LONG = 500  # characters of machines: some hundred, for which the database needs milliseconds
Result = TypeVar("Result")


def _for(part: str, amount: str) -> str:
    """An amount, where it goes into a part."""
    return f"CASE WHEN l.steady_parts & {1 << PLACE[part]} = 0 THEN 0 ELSE {amount} END"


def _ideal(pieces: str) -> str:
    """The ideal time of pieces, rounded as `ideal_time` rounds."""
    above, below = "(l.terms #>> '{rate,0}')::numeric", "(l.terms #>> '{rate,1}')::numeric"
    return _for("ideal", f"div(2 * {pieces} * {above} + {below}, 2 * {below})::bigint")


_SPAN = "(date_part('epoch', h.last - l.as_of) * 1000000)::bigint"  # within a shift a float is exact, and quick
_MADE, _REJECTED = "coalesce(h.total - l.total_reading, 0)", "coalesce(h.reject - l.reject_reading, 0)"
_BAD = _for("scrap", _REJECTED)
_GOOD = f"{_for('good', _MADE)} - {_BAD}"
_IDEAL_BAD = _for("scrap", _ideal(_REJECTED))
_ADDED = {
    **{part: _for(part, _SPAN) for part in PARTS[: PLACE["stop_count"]]},
    "good": _GOOD,
    "job_good": f"CASE WHEN l.job_order_id IS NULL THEN 0 ELSE {_GOOD} END",
    "scrap": _BAD,
    "unjudged": _for("unjudged", _MADE),
    "ideal": _ideal(_MADE),
    "ideal_good": f"{_ideal(_MADE)} - {_IDEAL_BAD}",
    "version": "1",
}
_CARRY_ON = f"""
UPDATE analytics_liveshift AS l
SET as_of = h.last, last_sign_at = greatest(l.last_sign_at, h.last),
    total_reading = coalesce(h.total, l.total_reading), reject_reading = coalesce(h.reject, l.reject_reading),
    {", ".join(f"{part} = l.{part} + {amount}" for part, amount in _ADDED.items())}
FROM (
    SELECT machine, 'epoch'::timestamptz + first * interval '1 microsecond' AS first,
           'epoch'::timestamptz + last * interval '1 microsecond' AS last, total, reject
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[])
         AS u(machine, first, last, total, reject)
) AS h
LEFT JOIN ({OPEN_JOBS}) AS j ON j.equipment_id = h.machine
WHERE l.equipment_id = h.machine AND h.machine <> ALL(%s::bigint[]) AND l.as_of < h.first AND h.last < l.steady_until
  AND l.job_order_id IS NOT DISTINCT FROM j.job_order_id
  AND coalesce(h.total >= l.total_reading, true) AND coalesce(h.reject >= l.reject_reading, true)
  AND NOT (l.is_startup AND (h.total IS NOT NULL OR h.reject IS NOT NULL))
RETURNING l.equipment_id
"""  # noqa: S608 - the names of our own columns


def spelled(heard: Mapping[int, Heard]) -> Sequence[str]:
    """What was heard of machines that may only have gone on, as the statement takes it; empty where there are none."""
    columns: tuple[list[Any], ...] = ([], [], [], [], [])
    machines, firsts, lasts, totals, rejects = columns
    for machine, each in heard.items():
        if each.energies or each.has_cycles:
            continue
        readings = _readings(each)
        if readings is not None:
            first = micros(each.first)
            machines.append(machine)
            firsts.append(first)
            lasts.append(first if each.last is each.first else micros(each.last))
            totals.append(readings[0])
            rejects.append(readings[1])
    return [array(column) for column in columns] if machines else []


def carry_on(said: Sequence[str], moved: Collection[int], beside: Callable[[], Result]) -> tuple[set[int], Result]:
    """Carry on the running shifts, held by the caller, of machines whose state goes on; gives those that it could.

    `said`: what was heard, from `spelled`. `moved`: machines that did not go on. `beside` is done meanwhile, and needs
    no database; what it gives is given too.
    """
    if not said:
        return set(), beside()
    found, result = meanwhile(_CARRY_ON, [*said, array(moved)], beside, is_long=len(said[0]) > LONG)
    return {machine for (machine,) in found}, result


def _readings(heard: Heard) -> tuple[Decimal | None, Decimal | None] | None:
    """What its counters show, of pieces and of rejects, where the batch has at most one reading of each."""
    total = reject = None
    for each in heard.counts:
        name = each.said.name
        if name == CountName.TOTAL and total is None:
            total = each.value
        elif name == CountName.REJECT and reject is None:
            reject = each.value
        else:
            return None
    return total, reject
