"""A control chart: points in their order, centre and limits, and what a rule says of a point in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mom.core.charts import svg
from mom.core.charts.svg import CHARACTER, Chart, Printer

LEFT, TOP, BOTTOM = 56.0, 14.0, 24.0


@dataclass(frozen=True)
class ControlPoint:
    """One point: when in words, its value (None leaves a gap), and what was found of it ("" in order).

    `tone` "bad" is beyond a limit, "warn" a pattern; `url` leads to what came of it.
    """

    label: str
    value: float | None
    finding: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A line across: its value and its name; `css` target, limit or limit-warn."""

    value: float
    label: str
    css: str


def control_chart(
    points: Sequence[ControlPoint],
    lines: Sequence[Line],
    *,
    title: str,
    head: Sequence[str],
    description: str = "",
    printed: Printer = svg.plain,
    empty: str = "",
    width: float = svg.FULL,
    height: float = 240,
    is_from_zero: bool = False,
) -> Chart:
    """Points joined by a line, limits with their names at the right; a point with a finding is marked by its shape.

    The axis is as wide as points and lines; where many points stand, not each has its label below.
    """
    values = [point.value for point in points if point.value is not None]
    if not values:
        return svg.blank(title, description, empty, width, height, head)
    known = [*values, *(line.value for line in lines)]
    low, high = (0.0 if is_from_zero else min(known)), max(known)
    margin = (high - low) * 0.12 or abs(high) * 0.05 or 1.0
    low, high = (low if is_from_zero else low - margin), high + margin
    right = max((len(line.label) for line in lines), default=0) * CHARACTER + 14
    slot = (width - LEFT - right - 16) / max(1, len(points) - 1)

    def y(value: float) -> float:
        return height - BOTTOM - (value - low) / (high - low) * (height - TOP - BOTTOM)

    body = "".join(_line(line, y(line.value), width - right) for line in lines)
    body += svg.text(LEFT - 6, y(min(values)) + 4, printed(min(values)), "", "end")
    if max(values) > min(values):
        body += svg.text(LEFT - 6, y(max(values)) + 4, printed(max(values)), "", "end")
    run: list[tuple[float, float]] = []
    marks = ""
    longest = max(len(point.label) for point in points) * CHARACTER + 16
    step = svg.every(len(points), max(1, int((width - LEFT - right) / longest)))
    for index, point in enumerate(points):
        x = LEFT + 8 + index * slot
        if index % step == 0 and x < width - right - longest / 3:
            body += svg.text(x, height - 6, point.label, "", "middle")
        if point.value is None:
            body += svg.polyline(run) if len(run) > 1 else ""
            run = []
            continue
        run.append((x, y(point.value)))
        marks += _mark(point, x, y(point.value), printed)
    body += (svg.polyline(run) if len(run) > 1 else "") + marks
    rows = tuple((point.label, "" if point.value is None else printed(point.value), point.finding) for point in points)
    drawing = svg.document(width, height, body, title, description)
    return Chart(title, description, drawing, tuple(head), rows, is_over_time=True)


def _line(line: Line, y: float, right: float) -> str:
    return svg.rule(LEFT, y, right, y, line.css) + svg.text(right + 6, y + 4, line.label)


def _mark(point: ControlPoint, x: float, y: float, printed: Printer) -> str:
    tip = f"{point.label}: {printed(point.value or 0)}" + (f". {point.finding}" if point.finding else "")
    if point.tone == "bad":  # a triangle, so that it doesn't speak by its colour alone
        path = f'<path class="pt-bad" d="M{x:.1f} {y - 7:.1f}l6.5 11h-13z"><title>{escape(tip)}</title></path>'
    elif point.tone == "warn":
        path = f'<path class="pt-warn" d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z"><title>{escape(tip)}</title></path>'
    else:
        path = svg.dot(x, y, 3.2, "pt", tip)
    return svg.linked(path, point.url, tip)
