"""OEE as a point and as an interval, by both schools, from the additive parts of machines. Pure; ratios come last.

A ratio keeps what stands above and below it, so that A x P x Q equals OEE exactly and any roll-up starts from parts.
Unknown time is in no point; the interval says how far it could move the figure. Nothing is clamped: what exceeds 100 %
is shown and says that the standard looks wrong.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from analytics.engine.machine_parts import MachineTotals


class School(StrEnum):
    """Whose view of a machine's time. Source: ISO 22400-2:2014; Vorne/TPM; iso22400.md section 4.1."""

    ISO = "iso22400"  # planned maintenance is outside the plan; minor stops are a loss of availability
    TPM = "tpm"  # planned maintenance inside shifts is a loss; minor stops are a loss of performance


class NoValue(StrEnum):
    """Why a ratio has no value: what its denominator is made of is empty."""

    NO_PLANNED_TIME = "no_planned_time"
    NOT_RUN = "not_run"  # no production time
    NO_PIECES = "no_pieces"
    NO_IDEAL_CYCLE = "no_ideal_cycle"  # pieces, but none has a standard
    ALL_UNKNOWN = "all_unknown"  # no signal for all of the planned time
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class Ratio:
    """What stands above and below the line. `why` says why there is no value where the line has nothing below."""

    above: int
    below: int
    why: NoValue | None = None

    @property
    def exact(self) -> Fraction | None:
        """The value as a fraction; None on an empty denominator."""
        return None if self.why is not None or not self.below else Fraction(self.above, self.below)

    @property
    def value(self) -> Decimal | None:
        """The value as a fraction of one; None on an empty denominator."""
        return None if self.why is not None or not self.below else Decimal(self.above) / Decimal(self.below)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a figure can be, whatever the machine did unseen. None: no planned time."""

    low: Decimal | None
    high: Decimal | None

    @property
    def width(self) -> Decimal | None:
        """How far apart they lie."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class Oee:
    """OEE of one slice by one school. `standard_looks_wrong`: faster than the ideal; `unjudged`: pieces without one."""

    school: School
    denominator: int  # planned time that is known, microseconds
    run: int
    availability: Ratio
    performance: Ratio
    quality: Ratio
    oee: Ratio
    interval: Bounds
    standard_looks_wrong: bool
    unjudged: Decimal

    @property
    def value(self) -> Decimal | None:
        """The point, as a fraction of one."""
        return self.oee.value


def planned_time(totals: MachineTotals, school: School) -> int:
    """The denominator: PBT, or planned production time, as far as it is known."""
    if school == School.ISO:
        return totals.planned_busy
    return totals.planned_busy + totals.planned_maintenance


def run_time(totals: MachineTotals, school: School) -> int:
    """APT; for TPM the minor stops stay in it."""
    return totals.production if school == School.ISO else totals.production + totals.minor_stop


def oee(totals: MachineTotals, school: School) -> Oee:
    """The point, its three factors and the interval. A x P x Q = ideal time of good pieces / planned time."""
    denominator, run = planned_time(totals, school), run_time(totals, school)
    return Oee(
        school=school,
        denominator=denominator,
        run=run,
        availability=Ratio(run, denominator, _no_plan(totals, denominator)),
        performance=Ratio(totals.ideal, run, _no_performance(totals, run)),
        quality=Ratio(totals.ideal_good, totals.ideal, _no_quality(totals)),
        oee=Ratio(totals.ideal_good, denominator, _no_oee(totals, denominator)),
        interval=interval(totals, school),
        standard_looks_wrong=totals.ideal > run,
        unjudged=totals.unjudged,
    )


def oee_iso(totals: MachineTotals) -> Oee:
    """OEE index. Source: ISO 22400-2:2014, KPI 6."""
    return oee(totals, School.ISO)


def oee_tpm(totals: MachineTotals) -> Oee:
    """OEE as Vorne and TPM count it."""
    return oee(totals, School.TPM)


def interval(totals: MachineTotals, school: School = School.ISO) -> Bounds:
    """OEE with all unknown time down, and with all of it running at ideal speed with good pieces.

    Where the known time was faster than the standard, the upper end is that pace: the point always lies inside.
    """
    return bounds(totals.ideal_good, planned_time(totals, school), totals.unknown)


def availability_interval(totals: MachineTotals, school: School = School.ISO) -> Bounds:
    """Availability with all unknown time down, and with all of it running."""
    return bounds(run_time(totals, school), planned_time(totals, school), totals.unknown)


def bounds(above: int, below: int, unknown: int) -> Bounds:
    """The ends of `above / below` when `unknown` joins the denominator, and none or all of it the numerator."""
    if below + unknown <= 0:
        return Bounds(None, None)
    whole = Decimal(below + unknown)
    low, high = Decimal(above) / whole, Decimal(above + unknown) / whole
    if below and above > below:
        high = Decimal(above) / Decimal(below)
    return Bounds(low, high)


def nee(totals: MachineTotals) -> Ratio:
    """Net equipment effectiveness: set-up is no loss. (APT + AUST) / PBT x effectiveness x quality. Source: KPI 7."""
    above = (totals.production + totals.setup) * totals.ideal_good
    why = _no_oee(totals, totals.planned_busy)
    if why is None and not totals.production:
        why = NoValue.NOT_RUN
    return Ratio(above, totals.planned_busy * totals.production, why)


def teep(totals: MachineTotals) -> Ratio:
    """Ideal time of good pieces over all known time of the calendar, 24 hours on 7 days."""
    known = totals.calendar - totals.unknown
    return Ratio(totals.ideal_good, known, _no_oee(totals, known, NoValue.NO_TIME))


def teep_interval(totals: MachineTotals) -> Bounds:
    """TEEP whatever the unknown time was."""
    return bounds(totals.ideal_good, totals.calendar - totals.unknown, totals.unknown)


def ooe(totals: MachineTotals) -> Ratio:
    """Operations effectiveness: ideal time of good pieces over the whole regular schedule, planned stops included."""
    known = totals.planned_operation - totals.unknown
    return Ratio(totals.ideal_good, known, _no_oee(totals, known))


def ooe_interval(totals: MachineTotals) -> Bounds:
    """OOE whatever the unknown time was."""
    return bounds(totals.ideal_good, totals.planned_operation - totals.unknown, totals.unknown)


def ooe_availability(totals: MachineTotals) -> Ratio:
    """Production time over the whole regular schedule."""
    known = totals.planned_operation - totals.unknown
    return Ratio(totals.production, known, _no_plan(totals, known))


def _no_plan(totals: MachineTotals, denominator: int) -> NoValue | None:
    if denominator:
        return None
    return NoValue.ALL_UNKNOWN if totals.unknown else NoValue.NO_PLANNED_TIME


def _no_standard(totals: MachineTotals) -> bool:
    return not totals.ideal and bool(totals.unjudged)


def _no_performance(totals: MachineTotals, run: int) -> NoValue | None:
    if not run:
        return NoValue.NOT_RUN
    return NoValue.NO_IDEAL_CYCLE if _no_standard(totals) else None


def _no_quality(totals: MachineTotals) -> NoValue | None:
    if totals.ideal:
        return None
    return NoValue.NO_IDEAL_CYCLE if totals.unjudged else NoValue.NO_PIECES


def _no_oee(totals: MachineTotals, denominator: int, empty: NoValue = NoValue.NO_PLANNED_TIME) -> NoValue | None:
    if not denominator:
        return NoValue.ALL_UNKNOWN if totals.unknown else empty
    return NoValue.NO_IDEAL_CYCLE if _no_standard(totals) else None
