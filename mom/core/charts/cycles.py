"""Single values in their order against what they should be: cycle times with their ideal, a signal with its limits."""

from collections.abc import Sequence

from mom.core.charts import svg
from mom.core.charts.svg import Chart, Printer

LEFT, RIGHT, TOP, BOTTOM = 34.0, 6.0, 10.0, 22.0


def cycle_plot(
    values: Sequence[tuple[str, float]],
    *,
    title: str,
    ideal: float | None = None,
    ideal_label: str = "",
    slow: float = 1.1,
    description: str = "",
    head: Sequence[str] = ("", ""),
    printed: Printer = svg.plain,
    empty: str = "",
    width: float = 340,
    height: float = 150,
) -> Chart:
    """One point per cycle, (when in words, length); longer than `slow` times the ideal is marked. The axis has no zero.

    A cycle far beyond the others stands at the upper edge; its length shows on hover and in the table.
    """
    if not values:
        return svg.blank(title, description, empty, width, height, head)
    low, high, step = _scale([value for _when, value in values], ideal)
    slot = (width - LEFT - RIGHT - 12) / max(1, len(values) - 1)

    def y(value: float) -> float:
        return height - BOTTOM - (min(value, high) - low) / (high - low) * (height - TOP - BOTTOM)

    body, tick = "", low
    while tick <= high + step / 2:
        body += svg.rule(LEFT, y(tick), width - RIGHT, y(tick)) + svg.text(
            LEFT - 6, y(tick) + 4, f"{tick:g}", "", "end"
        )
        tick += step
    places = [(LEFT + 6 + index * slot, y(value)) for index, (_when, value) in enumerate(values)]
    body += svg.polyline(places, "line-2")
    for (x, top), (when, value) in zip(places, values, strict=True):
        is_slow = ideal is not None and value > ideal * slow
        body += svg.dot(x, top, 2.2, "pt-warn" if is_slow else "bar", f"{when}: {printed(value)}")
    if ideal is not None:
        body += svg.rule(LEFT, y(ideal), width - RIGHT, y(ideal), "target")
        body += svg.text(width - RIGHT, y(ideal) + 13, ideal_label, "halo", "end")
    body += svg.text(LEFT, height - 5, values[0][0]) + svg.text(width - RIGHT, height - 5, values[-1][0], "", "end")
    rows = tuple((when, printed(value)) for when, value in values)
    drawing = svg.document(width, height, body, title, description)
    return Chart(title, description, drawing, tuple(head), rows, is_over_time=True)


def _scale(values: Sequence[float], ideal: float | None) -> tuple[float, float, float]:
    """Lower end, upper end and step of the axis: around nearly all values and the ideal, outliers cut."""
    ranked = sorted(values)
    usual = [*ranked[: max(1, -(-len(ranked) * 95 // 100))], *([ideal] if ideal is not None else [])]
    low, high = min(usual), max(usual)
    step = svg.scale(max(high - low, high * 0.05, 0.01) * 1.3, 3)[1]
    floor = max(0.0, (low // step) * step)
    ceiling = floor + step
    while ceiling < high:
        ceiling += step
    return floor, ceiling, step


def signal(
    points: Sequence[tuple[float, float]],
    *,
    title: str,
    ends: tuple[str, str],
    lower: float | None = None,
    upper: float | None = None,
    description: str = "",
    head: Sequence[str] = ("", ""),
    labels: Sequence[str] = (),
    printed: Printer = svg.plain,
    width: float = 150,
    height: float = 84,
) -> Chart:
    """A reading over time, (place 0..1, value), small; beyond a limit is shaded, a last value there is marked."""
    known = [value for _x, value in points] + [each for each in (lower, upper) if each is not None]
    low, high = min(known), max(known)
    margin = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    low, high = low - margin, high + margin

    def y(value: float) -> float:
        return height - 16 - (value - low) / (high - low) * (height - 22)

    body = ""
    if upper is not None:
        body += svg.box(0, y(high), width, y(upper) - y(high), "badband") + svg.rule(
            0, y(upper), width, y(upper), "limit"
        )
    if lower is not None:
        body += svg.box(0, y(lower), width, y(low) - y(lower), "badband") + svg.rule(
            0, y(lower), width, y(lower), "limit"
        )
    places = [(2 + x * (width - 6), y(value)) for x, value in points]
    body += svg.polyline(places, "line")
    is_beyond = points and (
        (upper is not None and points[-1][1] > upper) or (lower is not None and points[-1][1] < lower)
    )
    if places:
        body += svg.dot(*places[-1], 3.2, "pt-bad" if is_beyond else "bar")
    body += svg.text(0, height - 3, ends[0]) + svg.text(width, height - 3, ends[1], "", "end")
    rows = tuple((label, printed(value)) for label, (_x, value) in zip(labels, points, strict=False))
    return Chart(title, description, svg.document(width, height, body, title, description), tuple(head), rows)
