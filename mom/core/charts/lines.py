"""Values over time: lines, steps (work in progress) and the sparkline of a KPI tile."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mom.core.charts import svg
from mom.core.charts.svg import CHARACTER, Chart, Key, Printer, Xy

LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 26.0
MANY = 400  # beyond this many points a line keeps the least and the largest of each pixel column


@dataclass(frozen=True)
class Point:
    """A value at a place on the axis (seconds, a day's number); `label` says where in words. None is a gap."""

    x: float
    value: float | None
    label: str = ""


@dataclass(frozen=True)
class Line:
    """One line; `is_step` holds each value until the next point. `tone` "" (ink), "2" or "focus"."""

    label: str
    points: tuple[Point, ...]
    tone: str = ""
    is_step: bool = False


@dataclass(frozen=True)
class _Plot:
    left: float
    right: float
    height: float
    x_from: float
    x_to: float
    top_value: float
    floor: float = 0

    def at(self, x: float, value: float) -> Xy:
        span = self.x_to - self.x_from
        share = (x - self.x_from) / span if span else 1  # one place alone is the newest: it stands at the right
        return (
            self.left + share * (self.right - self.left),
            self.height - BOTTOM - (value - self.floor) / (self.top_value - self.floor) * (self.height - TOP - BOTTOM),
        )


def line(
    lines: Sequence[Line],
    *,
    title: str,
    description: str = "",
    head: str = "",
    x_labels: Sequence[tuple[float, str]] = (),
    printed: Printer = svg.plain,
    unit: str = "",
    target: float | None = None,
    target_label: str = "",
    empty: str = "",
    width: float = svg.HALF,
    height: float = 220,
    floor: float = 0,
) -> Chart:
    """Lines over a common axis from `floor` up; `x_labels` are (place, words); a gap (None) breaks the line."""
    columns = (head, *(each.label for each in lines))
    values = [point.value for each in lines for point in each.points if point.value is not None]
    if not values:
        return svg.blank(title, description, empty, width, height, columns)
    places = [point.x for each in lines for point in each.points]
    ticks = [floor + tick for tick in svg.scale(max([*values, target or floor]) - floor)]
    right = RIGHT if target is None else len(target_label) * CHARACTER + 12  # its words stand beside the lines
    plot = _Plot(LEFT, width - right, height, min(places), max(places), ticks[-1], floor)
    body = _axes(plot, ticks, x_labels, printed, unit)
    if target is not None:
        _x, y = plot.at(plot.x_to, target)
        body += svg.rule(plot.left, y, plot.right, y, "target") + svg.text(plot.right + 6, y + 4, target_label)
    body += "".join(_draw(plot, each, printed) for each in lines)
    legend = tuple(Key(each.label, each.tone, "line") for each in lines) if len(lines) > 1 else ()
    return Chart(
        title,
        description,
        svg.document(width, height, body, title, description),
        columns,
        _table(lines, printed),
        legend,
        is_over_time=True,
    )


def sparkline(values: Sequence[float], target: float | None = None, width: float = 60, height: float = 30) -> str:
    """The last values without axis or words, for a tile whose figure stands beside it: hidden from screen readers."""
    numbers = [float(value) for value in values]
    if len(numbers) < 2:
        return ""
    everything = [*numbers, *([float(target)] if target is not None else [])]
    low, high = min(everything), max(everything)
    span = (high - low) or 1

    def y(value: float) -> float:
        return height - 4 - (value - low) / span * (height - 8)

    points = [(2 + index * (width - 8) / (len(numbers) - 1), y(value)) for index, value in enumerate(numbers)]
    dashed = svg.rule(0, y(float(target)), width, y(float(target)), "tg") if target is not None else ""
    drawn = f"{dashed}{svg.polyline(points, 'ln')}{svg.dot(*points[-1], 3)}"
    return f'<svg class="spark" viewBox="0 0 {width:g} {height:g}" aria-hidden="true">{drawn}</svg>'


def _axes(
    plot: _Plot, ticks: Sequence[float], x_labels: Sequence[tuple[float, str]], printed: Printer, unit: str
) -> str:
    out = ""
    for tick in ticks:
        _x, y = plot.at(plot.x_from, tick)
        out += svg.rule(plot.left, y, plot.right, y, "axis" if tick == plot.floor else "grid") + svg.text(
            plot.left - 6, y + 4, printed(tick), "", "end"
        )
    longest = max((len(words) for _place, words in x_labels), default=1) * CHARACTER + 12
    step = svg.every(len(x_labels), int((plot.right - plot.left) / longest))
    for index, (place, words) in enumerate(x_labels):
        if index % step == 0:
            x, _y = plot.at(place, 0)
            anchor = "end" if x > plot.right - longest / 2 else "start" if x < plot.left + longest / 2 else "middle"
            out += svg.text(x, plot.height - 9, words, "", anchor)
    return out + (svg.text(0, 9, unit) if unit else "")


def _draw(plot: _Plot, each: Line, printed: Printer) -> str:
    css = f"line-{each.tone}" if each.tone else "line"
    out = ""
    for run in _runs(each.points):
        points = _stepped(plot, run) if each.is_step else [plot.at(x, value) for x, value in run]
        out += svg.polyline(_thinned(points), css)
    known = [point for point in each.points if point.value is not None]
    if len(known) <= 60 and not each.is_step:
        out += "".join(
            svg.dot(*plot.at(point.x, point.value or 0), 2.5, "pt", f"{point.label}: {printed(point.value or 0)}")
            for point in known
        )
    elif known:
        out += svg.dot(
            *plot.at(known[-1].x, known[-1].value or 0),
            3.5,
            "pt",
            f"{known[-1].label}: {printed(known[-1].value or 0)}",
        )
    return out


def _runs(points: Sequence[Point]) -> list[list[Xy]]:
    runs: list[list[Xy]] = [[]]
    for point in points:
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((point.x, point.value))
    return [run for run in runs if run]


def _stepped(plot: _Plot, run: Sequence[Xy]) -> list[Xy]:
    corners: list[Xy] = []
    for (x, value), (following, _value) in pairwise([*run, (run[-1][0], run[-1][1])]):
        corners += [plot.at(x, value), plot.at(following, value)]
    return corners


def _thinned(points: list[Xy]) -> list[Xy]:
    if len(points) <= MANY:
        return points
    columns: dict[int, list[Xy]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    kept: list[Xy] = []
    for column in columns.values():
        ends = {column[0], min(column, key=lambda p: p[1]), max(column, key=lambda p: p[1]), column[-1]}
        kept += [point for point in dict.fromkeys(column) if point in ends]
    return kept


def _table(lines: Sequence[Line], printed: Printer) -> tuple[tuple[str, ...], ...]:
    names: dict[float, str] = {}
    for each in lines:
        for point in each.points:
            names.setdefault(point.x, point.label or f"{point.x:g}")
    by_line = [{point.x: point.value for point in each.points} for each in lines]

    def cell(value: float | None) -> str:
        return "" if value is None else printed(value)

    return tuple((names[x], *(cell(found.get(x)) for found in by_line)) for x in sorted(names))
