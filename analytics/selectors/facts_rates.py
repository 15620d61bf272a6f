"""How long a piece takes at best: the ideal cycle that held, divided by the mould's open cavities. Three statements."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import connection

from analytics.engine.machine_facts import MICRO, Rate, Rates
from analytics.engine.machine_stretch import MICROSECOND, microseconds
from analytics.selectors import facts_sql

FOREVER = 1 << 62


class Cycle(NamedTuple):
    """One ideal cycle: its length in microseconds, what it makes, from when until when."""

    duration: int
    pieces: Fraction
    start: int
    end: int


class Block(NamedTuple):
    """A cavity of a product that was closed for a while."""

    cavity: int
    definition: int
    start: int
    end: int


def rates_by_machine(machines: Sequence[int], first: datetime, last: datetime) -> dict[int, dict[int, Rates]]:
    """Machine, then product: the ideal time of a piece along time. A mould's cavities go before the cycle."""
    values: dict[str, Any] = {"machines": list(machines), "first": first, "last": last}
    cycles: dict[tuple[int, int], list[Cycle]] = defaultdict(list)
    for machine, definition, duration, pieces, start, end in _rows(facts_sql.CYCLES, values):
        cycle = Cycle(duration // MICROSECOND, Fraction(pieces), microseconds(start), _end(end))
        cycles[machine, definition].append(cycle)
    if not cycles:
        return {}
    mounted: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for machine, mould, start, end in _rows(facts_sql.MOULDS, values):
        mounted[machine].append((mould, microseconds(start), _end(end)))
    cavities = _cavities({mould for each in mounted.values() for mould, _, _ in each})
    found: dict[int, dict[int, Rates]] = defaultdict(dict)
    for (machine, definition), held in cycles.items():
        found[machine][definition] = _rates(definition, held, mounted[machine], cavities)
    return found


Cavities = Mapping[int, tuple[dict[int, int], list[Block]]]


def _cavities(moulds: set[int]) -> Cavities:
    """Mould: the product of each cavity, and when cavities were closed."""
    found: dict[int, tuple[dict[int, int], list[Block]]] = {mould: ({}, []) for mould in moulds}
    for mould, cavity, definition, start, end in (
        _rows(facts_sql.CAVITIES, {"moulds": sorted(moulds)}) if moulds else ()
    ):
        found[mould][0][cavity] = definition
        if start is not None:
            found[mould][1].append(Block(cavity, definition, microseconds(start), _end(end)))
    return found


def _rates(
    definition: int, cycles: Sequence[Cycle], mounted: Sequence[tuple[int, int, int]], cavities: Cavities
) -> Rates:
    edges = {edge for cycle in cycles for edge in (cycle.start, cycle.end)}
    for mould, start, end in mounted:
        edges |= {start, end}
        edges |= {edge for block in cavities[mould][1] for edge in (block.start, block.end)}
    return Rates(tuple(_rate(edge, definition, cycles, mounted, cavities) for edge in sorted(edges)))


def _rate(
    at: int, definition: int, cycles: Sequence[Cycle], mounted: Sequence[tuple[int, int, int]], cavities: Cavities
) -> Rate:
    cycle = next((each for each in cycles if each.start <= at < each.end), None)
    if cycle is None:
        return Rate(at, 0)
    pieces = cycle.pieces
    present = [mould for mould, start, end in mounted if start <= at < end]
    if present:
        pieces = Fraction(_open(cavities[present[-1]], definition, at)) or pieces
    exact = cycle.duration / pieces
    return Rate(at, exact.numerator, exact.denominator, int(pieces * MICRO))


def _open(mould: tuple[dict[int, int], list[Block]], definition: int, at: int) -> int:
    """The open cavities of a product at an instant."""
    closed = {block.cavity for block in mould[1] if block.start <= at < block.end}
    return Counter(made for cavity, made in mould[0].items() if cavity not in closed)[definition]


def _end(end: datetime | None) -> int:
    return FOREVER if end is None else microseconds(end)


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
