"""Charts of losses: from sums to SVG. Floats begin here, for pixels only."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.engine import losses as engine
from analytics.engine import oee
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import School
from analytics.selectors.losses import LostTime, first_of
from analytics.views.losses_words import FEWEST, MICROSECONDS_PER_MINUTE, STEP, STEP_TONE, uncoded
from mom.core import charts
from mom.core.web import printing

MOST_BARS = 12
_UNCODED = ("", "\0")  # not minor, minor: no reason has such a code
SLOT = 60  # the least width of a step of the waterfall, so that its label fits
HOURS_FROM = 48 * 60 * MICROSECONDS_PER_MINUTE  # a longer whole is drawn in hours


def where_the_minutes_went(totals: MachineTotals, school: School) -> charts.Chart:
    """The waterfall from elapsed to effective time; losses in minutes, of a long stretch in hours."""
    in_hours = totals.calendar > HOURS_FROM
    unit = MICROSECONDS_PER_MINUTE * (60 if in_hours else 1)
    steps = [
        charts.Step(str(STEP[row.step]), row.length / unit, not row.is_total, STEP_TONE[row.step])
        for row in engine.waterfall(totals, school)
        if row.length >= 0
    ]
    return charts.waterfall(
        steps,
        title=_("Where the hours went") if in_hours else _("Where the minutes went"),
        description=_("From elapsed to effective time, loss by loss."),
        head=(_("Step"), _("Hours") if in_hours else _("Minutes")),
        printed=lambda value: printing.number(Decimal(str(round(value, 1 if in_hours and value < 100 else 0)))),
        empty=_("No time was recorded in these days."),
        width=max(charts.HALF, 8 + SLOT * len(steps)),
    )


def oee_over_time(
    found: Mapping[date, MachineTotals],
    step: str,
    first: date,
    last: date,
    school: School,
    target: Decimal | None,
    width: float = charts.HALF,
) -> charts.Chart:
    """OEE by day, week or month; a stretch without a value is a gap."""
    points = []
    for index, start in enumerate(_starts(first, last, step)):
        totals = found.get(start)
        value = oee.oee(totals, school).value if totals is not None and totals.produced >= FEWEST else None
        points.append(charts.Point(index, None if value is None else float(value) * 100, _short(start, step)))
    apart = max(1, len(points) // 6)
    known = [point.value for point in points if point.value is not None] + ([float(target) * 100] if target else [])
    return charts.line(
        [charts.Line(_("OEE"), tuple(points))],
        title=_("OEE over time"),
        description=_("By day, week or month, each from its own sums."),
        head=_("From"),
        x_labels=[(point.x, point.label) for point in points[::apart]],
        printed=lambda value: printing.number(Decimal(str(round(value, 1))), 0 if value == round(value) else 1),
        unit="%",
        target=None if target is None else float(target) * 100,
        target_label=_("target %(value)s") % {"value": printing.percent(target, 0)} if target is not None else "",
        empty=_("Nothing to compute OEE from in these days."),
        floor=max(0.0, min(known, default=0.0) // 10 * 10 - 10),
        width=width,
    )


def _starts(first: date, last: date, step: str) -> list[date]:
    starts, at = [], first_of(first, step)
    while at <= last:
        starts.append(at)
        if step == "month":
            at = first_of(at.replace(day=28) + timedelta(days=5), "month")
        else:
            at += timedelta(days=7 if step == "week" else 1)
    return starts


def _short(day: date, step: str) -> str:
    return date_format(day, "M Y" if step == "month" else "j M")


def reasons(
    found: Sequence[LostTime],
    rank: str,
    group: str,
    address: str,
    query: Mapping[str, str],
    *,
    links_groups: bool = True,
    width: float = charts.HALF,
) -> charts.Chart:
    """Stopped time by reason, two levels deep: groups, or the reasons of one. Uncoded time is last and visible, minor
    stops, which need no reason, apart from it.
    """
    by_count = rank == "count"
    bars: dict[str, list[float]] = {}
    labels: dict[str, str] = {}
    has_more: set[str] = set()
    for row in found:
        if group and row.group_code != group:
            continue
        key = (row.code if group else row.group_code) if row.is_coded else _UNCODED[row.is_minor]
        labels[key] = (row.name or row.code) if group else (row.group_name or row.group_code)
        if row.is_coded and row.code != row.group_code:
            has_more.add(row.group_code)
        spent = bars.setdefault(key, [0.0, 0.0])
        spent[0] += row.duration / MICROSECONDS_PER_MINUTE
        spent[1] += row.count
    ranked = sorted(bars.keys() - set(_UNCODED), key=lambda key: (-bars[key][1 if by_count else 0], key))
    drawn = []
    for index, key in enumerate(ranked[:MOST_BARS]):
        way = {"group": key} if links_groups and not group and key in has_more else {"reason": key}
        url = f"{'' if 'group' in way else address}?{urlencode({**query, **way})}"
        drawn.append(_bar(labels[key], bars[key], by_count, "bad" if index == 0 else "", url))
    rest = [bars[key] for key in ranked[MOST_BARS:]]
    if rest:
        drawn.append(_bar(_("All others"), [sum(a for a, _b in rest), sum(b for _a, b in rest)], by_count, "3", ""))
    for is_minor in (True, False):
        key = _UNCODED[is_minor]
        if key in bars:
            url = f"{address}?{urlencode({**query, 'coded': 'minor' if is_minor else 'no'})}"
            drawn.append(_bar(uncoded(is_minor=is_minor), bars[key], by_count, "3", url, is_rest=True))
    return charts.pareto(
        drawn,
        title=_("Stops by reason"),
        description=_("Number of stops by reason.") if by_count else _("Minutes of stops by reason."),
        head=(_("Reason"), _("Stops") if by_count else _("Minutes"), _("Cumulative share")),
        printed=lambda value: printing.number(Decimal(str(round(value)))),
        cumulative=_("cumulative"),
        empty=_("Nothing stopped in these days."),
        width=width,
    )


def _bar(
    label: str, spent: Sequence[float], by_count: bool, tone: str, url: str, *, is_rest: bool = False
) -> charts.Bar:
    minutes, count = spent
    if by_count:
        note = _("%(minutes)s min") % {"minutes": printing.number(Decimal(str(round(minutes))))}
    else:
        note = f"{printing.number(Decimal(str(round(count))))}×"
    return charts.Bar(label, count if by_count else minutes, tone, note, is_rest=is_rest, url=url)
