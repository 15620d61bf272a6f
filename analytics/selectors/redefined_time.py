"""The stretches of machines in a scope: where the machine is known, and where what was changed was said."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from analytics.selectors.redefinition import Said, Scope
from mom.floor.engine.meaning import spelling
from mom.floor.engine.terms import MachineState, StateModel


class Touched(NamedTuple):
    """A stretch of a machine whose figures can be others now."""

    equipment_id: int
    start: datetime
    end: datetime


_KNOWN = """
SELECT m, least(
    (SELECT started_at FROM floor_stateinterval i WHERE i.equipment_id = m ORDER BY started_at LIMIT 1),
    (SELECT min(started_at) FROM work_jobresponse r WHERE r.equipment_id = m),
    (SELECT min(started_at) FROM analytics_shiftbucket b WHERE b.equipment_id = m
     AND b.day = (SELECT day FROM analytics_daybucket d WHERE d.equipment_id = m ORDER BY day LIMIT 1))
) FROM unnest(%s::bigint[]) AS m
"""

# Stops whole, and spells that are no stop; each by what was said when it began. A day's make one row.
_SAID = """
SELECT equipment_id, min(started_at), max(coalesce(ended_at, %(open)s)) FROM (
    SELECT equipment_id, started_at, ended_at, state, code, reason_id FROM floor_stop WHERE withdrawn_at IS NULL
    UNION ALL
    SELECT equipment_id, started_at, ended_at, state, code, reason_id FROM floor_stateinterval WHERE stop_id IS NULL
) said
WHERE equipment_id = ANY(%(machines)s) AND started_at >= %(first)s AND started_at < %(last)s
  AND (NOT %(is_reason)s OR reason_id = ANY(%(reasons)s))
  AND (NOT %(is_code)s OR code = ANY(%(codes)s) OR state = ANY(%(states)s))
GROUP BY equipment_id, date_trunc('day', started_at)
"""
_CODES = """
SELECT DISTINCT code FROM (
    SELECT equipment_id, started_at, code FROM floor_stop
    UNION ALL
    SELECT equipment_id, started_at, code FROM floor_stateinterval
) said
WHERE equipment_id = ANY(%(machines)s) AND started_at >= %(first)s AND started_at < %(last)s AND code <> ''
"""


def known_since(machines: Iterable[int]) -> dict[int, datetime]:
    """Machine: the first instant of which anything is known. Machines of which nothing is are left out."""
    wanted = sorted(set(machines))
    return {machine: since for machine, since in _rows(_KNOWN, [wanted]) if since is not None} if wanted else {}


def touched(scope: Scope, known: Mapping[int, datetime], low: datetime, high: datetime, now: datetime) -> list[Touched]:
    """The stretches of a scope that lie in [low, high), or that began in it where it is about what was said."""
    part = scope.validity.within(low, high)
    machines = [machine for machine in scope.machines if machine in known]
    if part is None or part.start is None or part.end is None or not machines:
        return []
    if scope.said is not None:
        return _said(scope.said, machines, part.start, part.end, now)
    spans = [(machine, max(part.start, known[machine])) for machine in machines]
    return [Touched(machine, start, part.end) for machine, start in spans if start < part.end]


def _said(said: Said, machines: list[int], first: datetime, last: datetime, now: datetime) -> list[Touched]:
    values: dict[str, Any] = {"machines": machines, "first": first, "last": last, "open": now}
    codes, states = _spelled(said, values) if said.code else ([], [])
    values |= {
        "is_reason": bool(said.reasons),
        "reasons": list(said.reasons),
        "is_code": bool(said.code),
        "codes": codes,
        "states": states,
    }
    return [Touched(*row) for row in _rows(_SAID, values)]


def _spelled(said: Said, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The codes as machines sent them, and the state whose own meaning the row is."""
    wanted = spelling(said.state_model, said.code)
    codes = [code for (code,) in _rows(_CODES, values) if spelling(said.state_model, code) == wanted]
    is_own = said.state_model == StateModel.OWN
    return codes, [state.value for state in MachineState if is_own and spelling(StateModel.OWN, state.value) == wanted]


def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
