"""What OEE and its losses are called, and how they print: too few parts give no value, never 0 or 100 %."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.engine import oee as engine
from analytics.engine.losses import BigLoss, Step
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import Bounds, NoValue, Oee, Ratio, School
from analytics.engine.trust import Doubt, Mark, Trust
from mom.core.web import printing

FEWEST = Decimal(10)  # parts below which a ratio of parts says nothing
MICROSECONDS_PER_MINUTE = 60_000_000
MICROSECONDS_PER_SECOND = 1_000_000

SCHOOL = {School.ISO: "ISO 22400", School.TPM: "TPM"}
WHY: dict[NoValue, str | Promise] = {
    NoValue.NO_PLANNED_TIME: gettext_lazy("no planned time"),
    NoValue.NOT_RUN: gettext_lazy("did not run"),
    NoValue.NO_PIECES: gettext_lazy("no pieces"),
    NoValue.NO_IDEAL_CYCLE: gettext_lazy("no ideal cycle"),
    NoValue.ALL_UNKNOWN: gettext_lazy("no signal all the time"),
    NoValue.NO_TIME: gettext_lazy("no time"),
}
BIG_LOSS: dict[BigLoss, str | Promise] = {
    BigLoss.EQUIPMENT_FAILURE: gettext_lazy("Unplanned stops"),
    BigLoss.SETUP_ADJUSTMENT: gettext_lazy("Setup and adjustment"),
    BigLoss.MINOR_STOP: gettext_lazy("Minor stops"),
    BigLoss.REDUCED_SPEED: gettext_lazy("Slow cycles"),
    BigLoss.PROCESS_DEFECT: gettext_lazy("Process defects"),
    BigLoss.REDUCED_YIELD: gettext_lazy("Startup rejects"),
}
STEP: dict[Step, str | Promise] = {
    Step.ELAPSED: gettext_lazy("Elapsed"),
    Step.OFF_SHIFT: gettext_lazy("Off shift"),
    Step.PLANNED_STOP: gettext_lazy("Planned stop"),
    Step.UNKNOWN: gettext_lazy("No signal"),
    Step.PLANNED_TIME: gettext_lazy("Planned time"),
    Step.DOWN: gettext_lazy("Down"),
    Step.PLANNED_MAINTENANCE: gettext_lazy("Planned service"),
    Step.SETUP: gettext_lazy("Setup"),
    Step.WAITING: gettext_lazy("Waiting"),
    Step.RUN_TIME: gettext_lazy("Run time"),
    Step.MINOR_STOPS: gettext_lazy("Minor stops"),
    Step.SLOW_CYCLES: gettext_lazy("Slow cycles"),
    Step.SCRAP: gettext_lazy("Scrap"),
    Step.EFFECTIVE: gettext_lazy("Effective"),
}
_UNCODED = (gettext_lazy("No reason yet"), gettext_lazy("Minor stops"))
RULE: dict[str, str | Promise] = {"planned_stop": gettext_lazy("Planned stop"), "lost": gettext_lazy("Lost time")}
STEP_TONE = {
    Step.ELAPSED: "3", Step.OFF_SHIFT: "4", Step.PLANNED_STOP: "4", Step.UNKNOWN: "4", Step.PLANNED_TIME: "2",
    Step.DOWN: "bad", Step.PLANNED_MAINTENANCE: "3", Step.SETUP: "setup", Step.WAITING: "warn", Step.RUN_TIME: "2",
    Step.MINOR_STOPS: "warn", Step.SLOW_CYCLES: "warn", Step.SCRAP: "warn", Step.EFFECTIVE: "",
}  # fmt: skip
MARK: dict[Mark, tuple[str, str | Promise]] = {
    Mark.GOOD: ("ok", gettext_lazy("Data complete")),
    Mark.FAIR: ("warn", gettext_lazy("Data with gaps")),
    Mark.POOR: ("bad", gettext_lazy("Doubtful data")),
    Mark.NONE: ("info", gettext_lazy("No planned time")),
}
DOUBT: dict[Doubt, str | Promise] = {
    Doubt.UNKNOWN_TIME: gettext_lazy("time without signal"),
    Doubt.UNCODED_STOPS: gettext_lazy("stops without reason"),
    Doubt.STANDARD_LOOKS_WRONG: gettext_lazy("faster than the ideal cycle"),
    Doubt.UNJUDGED_PIECES: gettext_lazy("pieces without ideal cycle"),
}


@dataclass(frozen=True)
class Figure:
    """A ratio as it prints, and why there is none."""

    text: str
    why: str = ""
    value: Decimal | None = None


def rule_words(choices: Sequence[str]) -> str:
    """What time without an order counted as in a stretch, in the order of time."""
    return _(", then ").join(str(RULE[each]).lower() for each in choices)


def figure(ratio: Ratio, totals: MachineTotals, *, of_parts: bool = True) -> Figure:
    """A ratio; one that is made of parts is none where fewer than ten were made in planned time."""
    if ratio.value is None:
        return Figure(printing.unknown(), str(WHY.get(ratio.why, "")) if ratio.why else "")
    if of_parts and totals.produced < FEWEST:
        return Figure(printing.unknown(), _("fewer than 10 parts"))
    return Figure(printing.percent(ratio.value), "", ratio.value)


def bounds_words(found: Bounds) -> str:
    """The least and the most: "61.2 to 68.3 %"; one number where they agree; nothing where there is none."""
    if found.low is None or found.high is None:
        return ""
    low, high = printing.percent(found.low), printing.percent(found.high)
    if low == high:
        return low
    return _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{printing.SPACE}%"), "high": high}


@dataclass(frozen=True)
class SchoolView:
    """OEE of one school with its factors, as a column of a table."""

    school: School
    label: str
    oee: Figure
    availability: Figure
    performance: Figure
    quality: Figure
    bounds: str
    denominator: str
    is_wrong: bool


def school_view(totals: MachineTotals, school: School) -> SchoolView:
    """One school's figures."""
    found: Oee = engine.oee(totals, school)
    return SchoolView(
        school,
        SCHOOL[school],
        figure(found.oee, totals),
        figure(found.availability, totals, of_parts=False),
        figure(found.performance, totals),
        figure(found.quality, totals),
        bounds_words(found.interval),
        minutes_words(found.denominator),
        found.standard_looks_wrong,
    )


def trust_words(found: Trust) -> str:
    """What makes a figure less sure, in one line."""
    parts = [str(DOUBT[each]) for each in found.doubts if each != Doubt.STALE]
    return ", ".join(filter(None, [*parts, heard_words(found.age)]))


def heard_words(age: timedelta | None) -> str:
    """Within how long most machines were heard; nothing of what is over."""
    if age is None:
        return ""
    if age < timedelta(minutes=1):
        return _("heard within a minute")
    return _("heard within %(long)s") % {"long": printing.duration(age)}


def minutes(length: int) -> Decimal:
    """Microseconds as minutes."""
    return Decimal(length) / MICROSECONDS_PER_MINUTE


def minutes_words(length: int) -> str:
    """A length of time as people say it; nothing is "0 min"."""
    if not length:
        return (_("%(minutes)d min") % {"minutes": 0}).replace(" ", printing.SPACE)
    return printing.duration(Decimal(length) / MICROSECONDS_PER_SECOND)


def share(part: int, whole: int) -> Decimal | None:
    """A part of the whole; None of nothing."""
    return Decimal(part) / Decimal(whole) if whole else None


def uncoded(*, is_minor: bool) -> str:
    """What stopped time without a reason is called: of minor stops nobody has to give one."""
    return str(_UNCODED[is_minor])
