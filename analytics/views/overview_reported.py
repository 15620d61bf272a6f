"""The overview of a site without machine signals: figures of what people reported, machines by load and job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.engine.kpi import Kpi, Missing
from analytics.engine.parts import Times
from analytics.selectors import overview
from analytics.selectors.slices import Window
from analytics.views.kpi import number_and_unit, printed
from analytics.views.window import chosen_window
from mom.core import charts
from mom.core.web import printing

WEEK = 7
DAY = timedelta(days=1)


def reported(view: Any) -> dict[str, Any]:
    """What the page shows of reports. Statements depend neither on machines nor on orders."""
    chosen = chosen_window(view.site, None, view.today, days=WEEK)
    lines = overview.machine_lines(view.actor, view.site, chosen.window.last, view.now)
    days = [chosen.window.last - DAY * back for back in reversed(range(overview.LOAD_DAYS))]
    return {
        "window_words": window_words(chosen.window, view.today),
        "tiles": [tile_shown(tile) for tile in overview.tiles(view.site, chosen.window)],
        "waiting_days": overview.days_to_compute(view.site),
        "areas": [(area, [MachineRow.of(line, days) for line in members]) for area, members in overview.by_area(lines)],
        "machine_count": len(lines),
        "job_count": sum(1 for line in lines if line.job),
        "days": [(index / len(days) * 100, date_format(day, "j")) for index, day in enumerate(days)],
    }


def window_words(window: Window, today: date) -> str:
    """Which days the figures are of, and what they are held against."""
    days = (window.last - window.first).days + 1
    if window.last == today:
        return ngettext(
            "Last %(days)d day, against the day before",
            "Last %(days)d days, against the %(days)d days before",
            days,
        ) % {"days": days}
    words = {"first": printing.day(window.first), "last": printing.day(window.last)}
    return _("%(first)s to %(last)s, against as many days before") % words


@dataclass(frozen=True)
class TileShown:
    """A tile as `{% kpi %}` takes it."""

    label: str
    value: str | None
    unit: str
    foot: str
    status: str
    flag: str
    series: list[float]
    target: float | None
    url: str


def tile_shown(tile: overview.Tile) -> TileShown:
    """A figure with the period before as its yardstick; it is marked only where it got worse."""
    value, unit = number_and_unit(printed(tile.kpi, tile.now))
    has_value = tile.now.value is not None or tile.now.missing == Missing.MIXED_UNITS
    before = tile.before.value is not None
    return TileShown(
        label=_(tile.kpi.name),
        value=value if has_value else None,
        unit=unit,
        foot=_("before: %(value)s") % {"value": _before(tile)} if before else _("no earlier value"),
        status="warn" if tile.is_worse else "",
        flag=_change(tile.kpi, tile.change) if tile.change else "",
        series=[float(value) for value in tile.series if value is not None],
        target=None,
        url=reverse("analytics:kpi_detail", args=[tile.kpi.id]),
    )


def _before(tile: overview.Tile) -> str:
    """The value before; pieces without their unit, which stands beside the value and would make the line too long."""
    text = printed(tile.kpi, tile.before)
    return text if tile.kpi.unit else number_and_unit(text)[0]


def _change(kpi: Kpi, change: Decimal) -> str:
    """A difference with its sign; of percentages in points."""
    if kpi.unit == "P1":
        return _("%(change)s pts") % {"change": printing.signed(change * 100, 1)}
    if kpi.unit in {"HUR", "DAY"}:
        return printing.signed(change, 1)
    return printing.signed(change.quantize(Decimal(1)) if change == change.to_integral_value() else change, None)


@dataclass(frozen=True)
class MachineRow:
    """A machine as its row shows it."""

    line: overview.MachineLine
    ribbon: charts.Chart
    hours: str
    url: str

    @classmethod
    def of(cls, line: overview.MachineLine, days: Sequence[date]) -> "MachineRow":
        """The row with its ribbon of days."""
        code = line.machine.code
        title = _("Load of %(machine)s by day") % {"machine": code}
        spans = [
            span for index, day in enumerate(days) for span in day_spans(line.days.get(day), day, index, len(days))
        ]
        hours = printing.hours(line.load.total) if line.load.total else ""
        return cls(line, charts.ribbon(spans, title=title), hours, reverse("plant:machine_detail", args=[code]))


KINDS: tuple[tuple[str, str, str | Promise], ...] = (
    ("setup", "setup", gettext_lazy("setup")),
    ("production", "run", gettext_lazy("production")),
    ("breakdown", "down", gettext_lazy("breakdown")),
    ("other", "plan", gettext_lazy("other work")),
)


def day_spans(times: Times | None, day: date, index: int, of_days: int) -> list[charts.Span]:
    """A day's hours in its slot of the ribbon, 24 h wide; a shared station with more than 24 h is scaled to fit."""
    if times is None or not times.total:
        return []
    whole = max(times.total, DAY)
    at, spans = 0.0, []
    for name, state, word in KINDS:
        spent: timedelta = getattr(times, name)
        if spent > timedelta(0):
            share = spent / whole
            words = f"{printing.day(day)}: {word} {printing.duration(spent)}"
            spans.append(charts.Span(state, (index + at) / of_days, (index + at + share) / of_days, words))
            at += share
    return spans
