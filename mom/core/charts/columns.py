"""Columns that stand: parts stacked over time, such as a machine's load by set-up, production and breakdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from mom.core.charts import svg
from mom.core.charts.svg import CHARACTER, Chart, Key, Printer

LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 26.0


@dataclass(frozen=True)
class Series:
    """One part of every column, in the order of the labels; None is a gap."""

    label: str
    values: tuple[float | None, ...]
    tone: str = ""


@dataclass(frozen=True)
class _Plot:
    width: float
    height: float
    top_value: float

    def y(self, value: float) -> float:
        return self.height - BOTTOM - value / self.top_value * (self.height - TOP - BOTTOM)


def stacked_columns(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    description: str = "",
    head: str = "",
    total_head: str = "",
    printed: Printer = svg.plain,
    unit: str = "",
    limit: float | None = None,
    limit_label: str = "",
    empty: str = "",
    width: float = svg.HALF,
    height: float = 240,
) -> Chart:
    """One column per label with the series stacked from the axis up; `limit` is a dashed line (capacity, target)."""
    columns = (head, *(each.label for each in series), *((total_head,) if total_head else ()))
    totals = [sum(each.values[index] or 0 for each in series) for index in range(len(labels))]
    if not any(totals):
        return svg.blank(title, description, empty, width, height, columns)
    ticks = svg.scale(max([*totals, limit or 0]))
    plot = _Plot(width, height, ticks[-1])
    body = _axis(plot, ticks, printed, unit)
    slot = (width - LEFT - RIGHT) / len(labels)
    longest = max(len(label) for label in labels) * CHARACTER + 10
    step = svg.every(len(labels), int((width - LEFT - RIGHT) / longest))
    for index, label in enumerate(labels):
        x = LEFT + index * slot
        body += _column(plot, index, x + slot * 0.14, slot * 0.72, label, series, printed)
        if index % step == 0:
            body += svg.text(x + slot / 2, height - 9, label, "", "middle")
    if limit is not None:
        body += svg.rule(LEFT, plot.y(limit), width - RIGHT, plot.y(limit), "target")
        body += svg.text(width - RIGHT, plot.y(limit) - 4, limit_label, "halo", "end")
    rows = tuple(_row(index, label, series, totals[index], total_head, printed) for index, label in enumerate(labels))
    legend = tuple(Key(each.label, each.tone) for each in series)
    return Chart(
        title,
        description,
        svg.document(width, height, body, title, description),
        columns,
        rows,
        legend,
        is_over_time=True,
    )


def _axis(plot: _Plot, ticks: Sequence[float], printed: Printer, unit: str) -> str:
    out = "".join(
        svg.rule(LEFT, plot.y(tick), plot.width - RIGHT, plot.y(tick), "axis" if tick == 0 else "grid")
        + svg.text(LEFT - 6, plot.y(tick) + 4, printed(tick), "", "end")
        for tick in ticks
    )
    return out + (svg.text(0, 9, unit) if unit else "")


def _column(
    plot: _Plot, index: int, x: float, width: float, label: str, series: Sequence[Series], printed: Printer
) -> str:
    out, base = "", 0.0
    for each in series:
        value = each.values[index] or 0
        if value:
            top = plot.y(base + value)
            tip = f"{label}, {each.label}: {printed(value)}"
            out += svg.box(x, top, width, plot.y(base) - top, svg.bar_class(each.tone), tip)
            base += value
    return out


def _row(
    index: int, label: str, series: Sequence[Series], total: float, total_head: str, printed: Printer
) -> tuple[str, ...]:
    cells = ["" if (value := each.values[index]) is None else printed(value) for each in series]
    return (label, *cells, *((printed(total),) if total_head else ()))
