"""Bars that lie: values by name, a Pareto with its cumulative share, and shares of one whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from mom.core.charts import svg
from mom.core.charts.svg import CHARACTER, Chart, Key, Printer


@dataclass(frozen=True)
class Segment:
    """A part of a bar."""

    value: float
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """A named bar: one value, or `segments` that add up to it. `note` stands small after the value ("11×").

    `url` leads to what it is made of; it is drawn as a link.
    """

    label: str
    value: float
    tone: str = ""
    note: str = ""
    segments: tuple[Segment, ...] = ()
    is_rest: bool = False  # not coded, other: always last, whatever its size
    url: str = ""


@dataclass(frozen=True)
class Share:
    """What a segment's position means, for the legend and the table."""

    label: str
    tone: str = ""


@dataclass(frozen=True)
class _Frame:
    width: float
    label_width: float
    row_height: float
    top: float
    bar_width: float
    largest: float


def bars(
    items: Sequence[Bar],
    *,
    title: str,
    description: str = "",
    head: Sequence[str] = ("", ""),
    segment_heads: Sequence[Share] = (),
    printed: Printer = svg.plain,
    empty: str = "",
    width: float = svg.HALF,
    label_width: float = 150,
    row_height: float = 26,
) -> Chart:
    """Named values as bars in the given order; `head` names the table's columns, one more follows for each segment."""
    if not items:
        return svg.blank(title, description, empty, width, 120, head)
    largest = max(0.0, *(item.value for item in items)) or 1
    frame = _Frame(width, label_width, row_height, 4, width - label_width - 80, largest)
    body = "".join(_bar(frame, index, item, printed, segment_heads) for index, item in enumerate(items))
    height = frame.top * 2 + row_height * len(items)
    columns = (*head, *(share.label for share in segment_heads))
    rows = tuple((item.label, printed(item.value), *(printed(part.value) for part in item.segments)) for item in items)
    legend = tuple(Key(share.label, share.tone) for share in segment_heads)
    return Chart(title, description, svg.document(width, height, body, title, description), columns, rows, legend)


def pareto(
    items: Sequence[Bar],
    *,
    title: str,
    description: str = "",
    head: Sequence[str] = ("", "", ""),
    printed: Printer = svg.plain,
    cumulative: str = "",
    empty: str = "",
    width: float = svg.HALF,
    label_width: float = 150,
    row_height: float = 26,
) -> Chart:
    """Values from the largest down with the share they make up so far; the rest is last, in the order given.

    A `head` of four has the notes in a column of their own, before the share.
    """
    ranked = sorted(items, key=lambda item: (item.is_rest, 0 if item.is_rest else -item.value))
    total = sum(item.value for item in ranked)
    if not total:
        return svg.blank(title, description, empty, width, 120, head)
    largest = max(item.value for item in ranked)
    frame = _Frame(width, label_width, row_height, 18, width - label_width - 132, largest)
    body, rows, running = svg.text(width - 2, 11, cumulative, "", "end"), [], 0.0
    for index, item in enumerate(ranked):
        running += item.value
        share = f"{running / total * 100:.0f} %"
        middle = frame.top + index * row_height + row_height / 2
        body += _bar(frame, index, item, printed, ()) + svg.text(width - 2, middle + 4, share, "", "end")
        notes = (item.note,) if len(head) > 3 else ()
        rows.append((item.label, printed(item.value), *notes, share))
    height = frame.top + row_height * len(ranked) + 4
    return Chart(title, description, svg.document(width, height, body, title, description), tuple(head), tuple(rows))


def shares(
    parts: Sequence[Bar],
    *,
    title: str,
    description: str = "",
    head: Sequence[str] = ("", "", ""),
    printed: Printer = svg.plain,
) -> Chart:
    """One whole as one bar of parts; each part's share stands in the table."""
    total = sum(part.value for part in parts)
    width, height, x, body, rows = 640.0, 20.0, 0.0, "", []
    for part in parts:
        share = part.value / total if total else 0
        tip = f"{part.label}: {printed(part.value)}, {share * 100:.0f} %"
        body += svg.box(x, 0, share * width, height, svg.bar_class(part.tone), tip)
        rows.append((part.label, printed(part.value), f"{share * 100:.1f} %"))
        x += share * width
    legend = tuple(Key(f"{part.label} {printed(part.value)}", part.tone) for part in parts)
    drawing = svg.document(width, height, body, title, description, "chart chart--flat")
    return Chart(title, description, drawing, tuple(head), tuple(rows), legend, is_empty=not total)


def _bar(frame: _Frame, index: int, item: Bar, printed: Printer, segment_heads: Sequence[Share]) -> str:
    y = frame.top + index * frame.row_height
    length = max(item.value, 0) / frame.largest * frame.bar_width
    middle, after = y + frame.row_height / 2 + 4, frame.label_width + length + 6
    words = printed(item.value)
    out = svg.text(0, middle, svg.fitted(item.label, frame.label_width - 8), "lab")
    tip = f"{item.label}: {words}"
    if item.segments:
        x = frame.label_width
        for position, part in enumerate(item.segments):
            part_width = part.value / frame.largest * frame.bar_width
            name = segment_heads[position].label if position < len(segment_heads) else item.label
            tone = part.tone or (segment_heads[position].tone if position < len(segment_heads) else "")
            out += svg.box(
                x,
                y + 4,
                part_width,
                frame.row_height - 9,
                svg.bar_class(tone),
                f"{item.label}, {name}: {printed(part.value)}",
            )
            x += part_width
    else:
        out += svg.box(frame.label_width, y + 4, length, frame.row_height - 9, svg.bar_class(item.tone), tip, 2)
    out += svg.text(after, middle, words, "val")
    if item.note:
        out += svg.text(after + 6 + len(words) * (CHARACTER + 1), middle, item.note)
    return svg.linked(out, item.url, tip)
