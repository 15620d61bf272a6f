"""Charts of figures: from slices to SVG. Floats begin here, for pixels only."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.engine.kpi import Kpi, hours
from analytics.selectors.flow import ParetoRow, WorkInProgress
from analytics.selectors.kpis import KpiTable
from analytics.selectors.slices import By, Slice, Window
from mom.core import charts
from mom.core.web import printing
from mom.work.selectors.stops import StopSum

SHORT_WINDOW = 45  # days up to which columns are days; longer windows are drawn in weeks, then months
LONG_WINDOW = 300
MOST_BARS = 15


def step_for(window: Window) -> By:
    """How wide a column is, so that no more than about fifty stand."""
    length = (window.last - window.first).days + 1
    return By.DAY if length <= SHORT_WINDOW else By.WEEK if length <= LONG_WINDOW else By.MONTH


def load_over_time(slices: Sequence[Slice], window: Window, by: By, width: float = charts.HALF) -> charts.Chart:
    """Hours by setup, production and breakdown, one column per day, week or month, gaps drawn as gaps."""
    found = {date.fromisoformat(each.key): each.parts.times for each in slices}
    starts = list(_starts(window, by))
    labels = [_short(start) for start in starts]

    def part(name: str) -> tuple[float | None, ...]:
        return tuple(float(hours(getattr(found[start], name))) if start in found else None for start in starts)

    series = [
        charts.Series(_("Production"), part("production")),
        charts.Series(_("Setup"), part("setup"), "setup"),
        charts.Series(_("Breakdown"), part("breakdown"), "bad"),
    ]
    if any(part("other")):
        series.append(charts.Series(_("Other"), part("other"), "3"))
    return charts.stacked_columns(
        labels,
        series,
        title=_("Load over time"),
        description=_("Reported hours by what they were spent on."),
        head=_("From"),
        total_head=_("All"),
        unit=_("h"),
        empty=_("Nobody reported work in these days."),
        width=width,
    )


def breakdowns(rows: Sequence[ParetoRow]) -> charts.Chart:
    """Machines by breakdown hours."""
    bars = [
        charts.Bar(row.slice.key, float(hours(row.breakdown)), "" if index else "bad", f"{row.count}×")
        for index, row in enumerate(rows[:MOST_BARS])
    ]
    others = rows[MOST_BARS:]
    if others:
        spent, count = sum((row.breakdown for row in others), timedelta(0)), sum(row.count for row in others)
        bars.append(charts.Bar(_("All others"), float(hours(spent)), "3", f"{count}×", is_rest=True))
    return charts.pareto(
        bars,
        title=_("Machines by breakdown hours"),
        head=(_("Machine"), _("Hours"), _("Cumulative share")),
        printed=lambda value: printing.number(Decimal(str(value)), 1),
        cumulative=_("cumulative"),
        empty=_("No breakdown was reported in these days."),
    )


def stops_by_reason(rows: Sequence[StopSum]) -> charts.Chart:
    """Stops by reason in minutes, uncoded time last and visible."""
    named = [row for row in rows if row.reason]
    uncoded = [row for row in rows if not row.reason]
    bars = [
        charts.Bar(row.reason, _minutes(row), "" if index else "bad", f"{row.count}×")
        for index, row in enumerate(named[:MOST_BARS])
    ]
    others = [*named[MOST_BARS:], *uncoded]
    if others:
        label = _("No reason yet") if len(others) == len(uncoded) else _("All others")
        spent, count = sum(_minutes(row) for row in others), sum(row.count for row in others)
        bars.append(charts.Bar(label, spent, "3", f"{count}×", is_rest=True))
    return charts.pareto(
        bars,
        title=_("Stops by reason, in minutes"),
        head=(_("Reason"), _("Minutes"), _("Cumulative share")),
        printed=lambda value: printing.number(Decimal(str(round(value, 1))), 1),
        cumulative=_("cumulative"),
        empty=_("No stop was logged in these days."),
    )


def _minutes(row: StopSum) -> float:
    return row.spent / timedelta(minutes=1)


def orders_in_work(rows: Sequence[WorkInProgress]) -> charts.Chart:
    """Orders in work at the end of each day."""
    points = tuple(charts.Point(index, row.in_work, _short(row.day)) for index, row in enumerate(rows))
    apart = max(1, len(points) // 6)
    return charts.line(
        [charts.Line(_("Orders in work"), points, is_step=True)],
        title=_("Work in progress"),
        description=_("Orders begun and not finished, at the end of each day."),
        head=_("Day"),
        x_labels=[(point.x, point.label) for point in points[::apart]],
        empty=_("No order was in work in these days."),
    )


def orders_finished(slices: Sequence[Slice], window: Window, by: By) -> charts.Chart:
    """How many orders left the shop per day, week or month."""
    found = {date.fromisoformat(each.key): each.parts.flow.finished for each in slices}
    starts = list(_starts(window, by))
    finished = tuple(float(found.get(start, 0)) for start in starts)
    return charts.stacked_columns(
        [_short(start) for start in starts],
        [charts.Series(_("Orders finished"), finished)],
        title=_("Throughput"),
        description=_("Finished orders by the day of their last report."),
        head=_("From"),
        empty=_("No order was finished in these days."),
    )


def kpi_over_time(table: KpiTable, target: Decimal | None = None) -> charts.Chart:
    """One figure over days, weeks or months beside its target; what has no value is a gap."""
    points = tuple(
        charts.Point(index, _plotted(table.kpi, row.value.value), _short(date.fromisoformat(row.slice.key)))
        for index, row in enumerate(table.rows)
    )
    apart = max(1, len(points) // 6)
    unit = table.whole.unit or next((row.value.unit for row in table.rows if row.value.unit), "")
    goal = _plotted(table.kpi, target)
    return charts.line(
        [charts.Line(_(table.kpi.name), points)],
        title=_(table.kpi.name),
        head=_("From"),
        x_labels=[(point.x, point.label) for point in points[::apart]],
        unit="%" if table.kpi.unit == "P1" else printing.unit(unit),
        empty=_("There are no data for this figure in these days."),
        width=charts.FULL,
        floor=_floor(table.kpi, [each for each in (goal, *(point.value for point in points)) if each is not None]),
        target=goal,
        target_label=_("target"),
    )


def _floor(kpi: Kpi, values: Sequence[float]) -> float:
    """Where the axis begins: at zero, but for percentages that all lie high, whose changes would not be seen."""
    least = min(values, default=0)
    # The step below the least value, not the one it lies on: what is drawn on the axis reads as nothing.
    return (ceil(least / 5) - 1) * 5 if kpi.unit == "P1" and least > 50 and max(values) - least < 20 else 0


def _plotted(kpi: Kpi, value: Decimal | None) -> float | None:
    return None if value is None else float(value * 100 if kpi.unit == "P1" else value)


def _short(day: date) -> str:
    return date_format(day, "j M")


def _starts(window: Window, by: By) -> Sequence[date]:
    if by == By.DAY:
        return [window.first + timedelta(days=n) for n in range((window.last - window.first).days + 1)]
    if by == By.WEEK:
        monday = window.first - timedelta(days=window.first.weekday())
        return [monday + timedelta(weeks=n) for n in range((window.last - monday).days // 7 + 1)]
    months = []
    month = window.first.replace(day=1)
    while month <= window.last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months
