"""How figures of the KPI book print, and what their fields are called."""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.engine.kpi import Audience, Kpi, KpiValue, Methodology, Missing, Timing, Trend
from analytics.engine.oee import Bounds, NoValue
from analytics.selectors.series import By
from analytics.views.losses_words import WHY, bounds_words
from mom.core.web import printing

COUNT = "C62"  # the unit of a figure that counts breakdowns or orders, which are no pieces
DOZEN = 12  # from here on one digit behind the point says enough
Text = str | Promise

MISSING: dict[Missing, Text] = {
    Missing.NO_DATA: gettext_lazy("no data"),
    Missing.MIXED_UNITS: gettext_lazy("several units"),
    Missing.NO_FAILURE: gettext_lazy("no failure"),
    Missing.NO_RECORD: gettext_lazy("no data for it"),
    Missing.NOT_BY_THIS: gettext_lazy("not by this"),
}
TREND: dict[Trend, Text] = {
    Trend.HIGHER: gettext_lazy("higher is better"),
    Trend.LOWER: gettext_lazy("lower is better"),
    Trend.NEITHER: gettext_lazy("neither way is better"),
}
TIMING: dict[Timing, Text] = {
    Timing.REAL_TIME: gettext_lazy("real time"),
    Timing.PERIODICALLY: gettext_lazy("periodically"),
    Timing.ON_DEMAND: gettext_lazy("on demand"),
}
AUDIENCE: dict[Audience, Text] = {
    Audience.OPERATOR: gettext_lazy("operator"),
    Audience.SUPERVISOR: gettext_lazy("supervisor"),
    Audience.MANAGEMENT: gettext_lazy("management"),
}
METHODOLOGY: dict[Methodology, Text] = {
    Methodology.DISCRETE: gettext_lazy("discrete"),
    Methodology.BATCH: gettext_lazy("batch"),
    Methodology.CONTINUOUS: gettext_lazy("continuous"),
}
VARIANT: dict[str, Text] = {
    "": gettext_lazy("one formula"),
    "iso22400": "ISO 22400",
    "tpm": "TPM",
    "usual": gettext_lazy("usual"),
    "iso22400_fe_plus_1": gettext_lazy("ISO 22400, failures + 1"),
}
BY: dict[By, Text] = {
    By.MACHINE: gettext_lazy("Machines"),
    By.LINE: gettext_lazy("Lines"),
    By.AREA: gettext_lazy("Areas"),
    By.PLACE: gettext_lazy("Places"),
    By.SHIFT: gettext_lazy("Shifts"),
    By.MATERIAL: gettext_lazy("Materials"),
    By.ORDER: gettext_lazy("Orders"),
    By.PERSON: gettext_lazy("People"),
    By.CHARACTERISTIC: gettext_lazy("Characteristics"),
}


def printed(kpi: Kpi, value: KpiValue) -> str:
    """A figure as people read it; why there is none where there is none."""
    if value.missing == Missing.MIXED_UNITS:
        return _("several units")
    return printing.unknown() if value.value is None else amount(kpi, value.value, value.unit, value.per)


def amount(kpi: Kpi, number: Decimal, unit: str, per: str = "") -> str:
    """A number of a figure with its unit; a rate with what it is per."""
    if unit == "P1":
        return printing.percent(number)
    below = f"/{printing.unit(per)}" if per else ""
    if unit == "HUR":
        return f"{printing.number(number, 1)}{printing.SPACE}{_('h')}{below}"
    if unit == "DAY":
        return f"{printing.number(number, 1)}{printing.SPACE}{_('d')}{below}"
    return f"{printing.quantity(_plain(number), '' if kpi.unit == COUNT else unit)}{below}"


def why_none(value: KpiValue) -> str:
    """Why there is no value, in words; empty where there is one."""
    if isinstance(value.missing, NoValue):
        return str(WHY[value.missing])
    return str(MISSING[value.missing]) if value.missing else ""


def range_words(kpi: Kpi, value: KpiValue) -> str:
    """What the figure could be: between two ends, or at least; of the worst of several its name. Empty where sure."""
    if value.of:
        return _("worst: %(name)s") % {"name": value.of}
    if value.low is None:
        return ""
    if value.high is None:
        return _("at least %(low)s") % {"low": amount(kpi, value.low, value.unit, value.per)}
    words = bounds_words(Bounds(value.low, value.high))
    return "" if words == bounds_words(Bounds(value.low, value.low)) else words


def natural_range(kpi: Kpi) -> str:
    """Between what the figure lies by its nature."""
    low = amount(kpi, kpi.lower, kpi.unit, "") if kpi.lower is not None else f"{printing.MINUS}∞"
    high = amount(kpi, kpi.upper, kpi.unit, "") if kpi.upper is not None else "∞"
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def number_and_unit(text: str) -> tuple[str, str]:
    """A printed figure in its two parts; a tile shows the unit smaller."""
    number, _space, unit = text.rpartition(printing.SPACE)
    return (number, unit) if number else (unit, "")


def _plain(value: Decimal) -> Decimal:
    if value == value.to_integral_value():
        return value.quantize(Decimal(1))
    return value.quantize(Decimal("0.1") if abs(value) >= DOZEN else Decimal("0.001"))
