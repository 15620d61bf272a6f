"""When machines were heard last and which state they told last: rows that every batch locks, reads and writes.

Everything joins the caller's transaction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from mom.core.db.bulk import array
from mom.core.db.meanwhile import LONG_FROM, meanwhile
from mom.floor.engine.columns import micros
from mom.floor.engine.heard import Heard
from mom.floor.engine.meaning import Meanings
from mom.floor.engine.message import Said
from mom.floor.engine.timeline_settings import UNSET, ListeningLine

_LOCK = """
SELECT count(*) FROM (
    SELECT FROM floor_machinesignal WHERE equipment_id = ANY(%s::bigint[]) ORDER BY equipment_id FOR UPDATE
) AS locked
"""
_MAKE = """
INSERT INTO floor_machinesignal (equipment_id, site_id, code, mode, reason)
SELECT machine, %s, '', '', '' FROM unnest(%s::bigint[]) AS machine ORDER BY machine ON CONFLICT DO NOTHING
"""
_WRITE = """
UPDATE floor_machinesignal AS m
SET last_seen_at = n.seen, state_at = n.told, code = n.code, mode = n.mode, reason = n.reason
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
     AS n(machine, seen, told, code, mode, reason)
WHERE m.equipment_id = n.machine
"""


@dataclass(slots=True)
class Signal:
    """A machine's row of `MachineSignal`, which is locked."""

    equipment_id: int
    last_seen_at: datetime | None = None
    state_at: datetime | None = None
    code: str = ""
    mode: str = ""
    reason: str = ""
    words_until: datetime | None = None


def lock_signals(site_id: int, equipment_ids: Collection[int]) -> None:
    """Hold these machines until the transaction ends, in the order of their keys; rows are made where missing."""
    machines = array(equipment_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [machines])
        if cursor.fetchone()[0] < len(equipment_ids):
            cursor.execute(_MAKE, [site_id, machines])
            cursor.execute(_LOCK, [machines])


def spelled(rows: Sequence[Signal]) -> list[str]:
    """What was heard last, as `write_signals` takes it; empty where there is nothing."""
    values = [(row.equipment_id, row.last_seen_at, row.state_at, row.code, row.mode, row.reason) for row in rows]
    return [array(column) for column in zip(*values, strict=True)]


def write_signals(said: Sequence[str]) -> None:
    """What was heard last, of many machines, from `spelled`. One statement."""
    if said:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, said)


_GO_ON = """
UPDATE floor_machinesignal AS m SET last_seen_at = h.last, state_at = coalesce(h.told, m.state_at)
FROM (
    SELECT machine, 'epoch'::timestamptz + first * interval '1 microsecond' AS first,
           'epoch'::timestamptz + last * interval '1 microsecond' AS last,
           'epoch'::timestamptz + told * interval '1 microsecond' AS told,
           heartbeat * interval '1 microsecond' AS heartbeat, coalesce(settled, '-infinity') AS settled,
           code, mode, reason
    FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])
         AS u(machine, word, first, last, told)
    LEFT JOIN unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
         WITH ORDINALITY AS w(heartbeat, settled, code, mode, reason, place) ON w.place = u.word
    OFFSET 0
) AS h
JOIN floor_stateinterval AS i ON i.equipment_id = h.machine AND i.ended_at IS NULL
WHERE m.equipment_id = h.machine AND m.state_at IS NOT NULL AND i.origin = 'machine'
  AND (h.told IS NULL OR (m.code = h.code AND m.mode = h.mode AND m.reason = h.reason))
  AND m.last_seen_at BETWEEN h.settled AND h.first
  AND h.last - m.last_seen_at <= h.heartbeat AND %s - h.last <= h.heartbeat
  AND (m.words_until IS NULL OR m.words_until < coalesce(
      (SELECT s.started_at FROM floor_stop s WHERE s.id = i.stop_id), i.started_at))
RETURNING m.equipment_id
"""
"""LEFT JOIN and OFFSET 0: of an inner join the planner expects few machines, and asks for them singly."""


class _Word(NamedTuple):
    """What machines say, and how they are listened to since an instant."""

    heartbeat: int  # microseconds
    settled: datetime | None
    code: str
    mode: str
    reason: str


def go_on(
    heard: Mapping[int, Heard],
    lines: Mapping[int, ListeningLine],
    meanings: Meanings,
    now: datetime,
    beside: Callable[[], None],
) -> set[int]:
    """Write that machines were heard which say in time what they said before: nearly all of nearly every batch.

    Their timelines are the ones that stand, open ends and all; only their signs of life are later ones. So it is where
    nothing is late and nothing was silent, no setting and no meaning changes after the last sign, and nobody said
    anything about the stop at hand. Gives these machines. One statement; `beside` is done meanwhile, and needs no
    database.
    """
    words: dict[tuple[int, int], int] = {}
    said_words: list[_Word] = []
    columns: tuple[list[Any], ...] = ([], [], [], [], [])
    machines, places, firsts, lasts, tolds = columns
    for machine, each in heard.items():
        line, states = lines.get(machine, UNSET), each.states
        said, told = (states[0].said, states[0].at) if states else (None, None)
        if len(states) > 1:
            if any(state.said is not said for state in states):
                continue
            told = max([state.at for state in states])
        if line.hears_reports:
            continue
        place = words.get((id(line), id(said)))
        if place is None:
            said_words.append(_word(line, meanings, said))
            place = words[(id(line), id(said))] = len(said_words)
        first = micros(each.first)
        last = first if each.last is each.first else micros(each.last)
        machines.append(machine)
        places.append(place)
        firsts.append(first)
        lasts.append(last)
        tolds.append(last if told is each.last else told and micros(told))
    if not machines:
        beside()
        return set()
    sent = [array(column) for column in (*columns, *zip(*said_words, strict=True))]
    found, _ = meanwhile(_GO_ON, [*sent, now], beside, is_long=len(machines) >= LONG_FROM)
    return {machine for (machine,) in found}


def _word(line: ListeningLine, meanings: Meanings, said: Said | None) -> _Word:
    listening = line.last()
    heartbeat = listening.heartbeat // timedelta(microseconds=1)
    if said is None:  # whatever they said before
        return _Word(heartbeat, max([*line.borders(), *meanings.all_borders()], default=None), "", "", "")
    borders = [*line.borders(), *meanings.borders(listening.state_model, said.code, said.mode)]
    return _Word(heartbeat, max(borders, default=None), said.code, said.mode, said.reason)
