"""How far a figure can be trusted: how much of its time is known, how fresh it is, which stops have a reason. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from analytics.engine.kpi import ratio
from analytics.engine.machine_parts import MachineTotals


class Mark(StrEnum):
    """One word for it; the worst of the three signs decides."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    NONE = "none"  # no planned time: nothing to trust or doubt


class Doubt(StrEnum):
    """What makes a figure less sure."""

    UNKNOWN_TIME = "unknown_time"
    STALE = "stale"
    UNCODED_STOPS = "uncoded_stops"
    STANDARD_LOOKS_WRONG = "standard_looks_wrong"
    UNJUDGED_PIECES = "unjudged_pieces"


COMPLETE_ENOUGH = (Decimal("0.98"), Decimal("0.90"))  # good from, fair from
CODED_ENOUGH = (Decimal("0.90"), Decimal("0.70"))
FRESH_ENOUGH = (timedelta(minutes=2), timedelta(minutes=15))  # good until, fair until


@dataclass(frozen=True, slots=True)
class Trust:
    """The mark with what it is made of. `age` is None where the window is over and freshness says nothing."""

    mark: Mark
    completeness: Decimal | None  # known share of the planned time
    coded: Decimal | None  # share of stopped time, minor stops aside, that has a reason; None: nothing stopped
    age: timedelta | None
    doubts: tuple[Doubt, ...]


def trust(totals: MachineTotals, age: timedelta | None = None) -> Trust:
    """The mark of a slice; `age`: how long ago the last sign of life came, where the slice reaches to now."""
    known = totals.planned_busy + totals.planned_maintenance
    completeness = ratio(known, known + totals.unknown)
    if completeness is None:
        return Trust(Mark.NONE, None, None, age, ())
    stopped = totals.delay + totals.down - totals.minor_stop
    coded = ratio(max(0, stopped - totals.uncoded), stopped) if stopped > 0 else None
    marks = [_at_least(completeness, COMPLETE_ENOUGH, Doubt.UNKNOWN_TIME)]
    if coded is not None:
        marks.append(_at_least(coded, CODED_ENOUGH, Doubt.UNCODED_STOPS))
    if age is not None:
        marks.append(_fresh(age))
    if totals.ideal > totals.production + totals.minor_stop:
        marks.append((Mark.POOR, Doubt.STANDARD_LOOKS_WRONG))
    if totals.unjudged:
        marks.append((Mark.FAIR, Doubt.UNJUDGED_PIECES))
    worst = max((mark for mark, _doubt in marks), key=_ORDER.index)
    return Trust(worst, completeness, coded, age, tuple(doubt for mark, doubt in marks if mark != Mark.GOOD))


_ORDER = (Mark.GOOD, Mark.FAIR, Mark.POOR)


def _at_least(share: Decimal, limits: tuple[Decimal, Decimal], doubt: Doubt) -> tuple[Mark, Doubt]:
    good, fair = limits
    return (Mark.GOOD if share >= good else Mark.FAIR if share >= fair else Mark.POOR, doubt)


def _fresh(age: timedelta) -> tuple[Mark, Doubt]:
    good, fair = FRESH_ENOUGH
    return (Mark.GOOD if age <= good else Mark.FAIR if age <= fair else Mark.POOR, Doubt.STALE)
