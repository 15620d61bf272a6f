"""What counters and meters showed last before stretches of machines, in the tables or in the archive."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from analytics.engine.machine_facts import MICRO, Before
from analytics.engine.machine_stretch import microseconds
from analytics.selectors import facts_sql
from mom.floor.selectors.readings import archived_readings

METER = "meter"
"""The name of an energy message that carries a meter's reading instead of what was used."""
READ_WITHIN = timedelta(days=7)
"""How far back a reading is looked for, as in `facts_sql.READ_BEFORE`."""
WITHIN = READ_WITHIN // timedelta(microseconds=1)
Told = Mapping[tuple[int, str], tuple[Sequence[int], Sequence[int]]]
"""Machine and name (`total`, `reject`, `meter`): the instants of its readings, ascending, and what they showed."""


def read_before(
    starts: Sequence[tuple[int, datetime]], by_counter: Collection[int], metered: Collection[int], told: Told
) -> dict[tuple[int, int], Before]:
    """The standing before each start of a machine. `told`: its readings from the first of its starts on.

    Two statements: only what lies before a machine's first start is looked up.
    """
    firsts: dict[int, datetime] = {}
    for machine, start in starts:
        firsts[machine] = min(start, firsts.get(machine, start))
    looked_up = readings_before(list(firsts.items()), by_counter, metered)
    found = {}
    for machine, start in starts:
        at = microseconds(start)
        shown = {}
        names = [
            name for name, of in (("total", by_counter), ("reject", by_counter), (METER, metered)) if machine in of
        ]
        for name in names:
            reading = _last(told.get((machine, name)), at) or looked_up.get((machine, firsts[machine]), {}).get(name)
            if reading is not None and reading[0] >= at - WITHIN:
                shown[name] = reading[1]
        found[machine, at] = Before(shown.get("total"), shown.get("reject"), shown.get(METER))
    return found


def _last(readings: tuple[Sequence[int], Sequence[int]] | None, at: int) -> tuple[int, int] | None:
    """The last reading before an instant."""
    place = bisect_left(readings[0], at) - 1 if readings is not None else -1
    return (readings[0][place], readings[1][place]) if readings is not None and place >= 0 else None


def readings_before(
    starts: Sequence[tuple[int, datetime]], by_counter: Collection[int], metered: Collection[int]
) -> dict[tuple[int, datetime], dict[str, tuple[int, int]]]:
    """The last readings before each start. Tables first, archive after: a day may go from one to the other."""
    wanted = {"total": by_counter, "reject": by_counter, METER: metered}
    found: dict[tuple[int, datetime], dict[str, tuple[datetime, Decimal]]] = defaultdict(dict)
    values: dict[str, Any] = {
        "machines": [machine for machine, _start in starts],
        "starts": [start for _machine, start in starts],
        "ends": [start for _machine, start in starts],
        "counting": list(by_counter),
        "metered": list(metered),
    }
    with connection.cursor() as cursor:
        cursor.execute(facts_sql.READ_BEFORE, values)
        for machine, start, name, at, value in cursor.fetchall():
            found[machine, start][name] = (at, value)
    for (machine, start), readings in archived_readings(starts, READ_WITHIN).items():
        for name, reading in readings.items():
            if machine in wanted[name]:
                known = found[machine, start].get(name)
                found[machine, start][name] = reading if known is None else max(known, reading)
    return {
        key: {name: (microseconds(at), int(value * MICRO)) for name, (at, value) in each.items()}
        for key, each in found.items()
    }
