"""The timeline of a machine: its ribbon, large, with the names of the stops above it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from mom.core.charts.ribbon import Span, Tick, ribbon
from mom.core.charts.svg import CHARACTER, Chart

LANES = 2
DRAWN = 1_000.0  # px that a card across the page has, for telling which names fit beside each other


@dataclass(frozen=True)
class Label:
    """The name of a stretch above the ribbon: its middle as share 0..1, what it is, how long, how much it matters."""

    at: float
    words: str
    value: str
    state: str
    weight: float


def timeline(
    spans: Sequence[Span],
    labels: Sequence[Label],
    *,
    title: str,
    ticks: Sequence[Tick] = (),
    now: float | None = None,
    head: Sequence[str] = ("",),
) -> Chart:
    """A ribbon as wide as the page; of the names those of most weight stand that fit beside each other."""
    below = ribbon(spans, title=title, ticks=ticks, now=now, size="l", head=head)
    above = "".join(_label(label, lane) for label, lane in placed(labels))
    return replace(below, svg=f'<div class="evlane" aria-hidden="true">{above}</div>{below.svg}')


def placed(labels: Sequence[Label]) -> list[tuple[Label, int]]:
    """The labels that fit, each with its lane (0 is the upper one), in the order of time."""
    taken: list[list[tuple[float, float]]] = [[] for _lane in range(LANES)]
    chosen: list[tuple[Label, int]] = []
    for label in sorted(labels, key=lambda each: -each.weight):
        start, end = _reach(label)
        for lane in reversed(range(LANES)):
            if all(end < other_start or start > other_end for other_start, other_end in taken[lane]):
                taken[lane].append((start, end))
                chosen.append((label, lane))
                break
    return sorted(chosen, key=lambda each: each[0].at)


def _reach(label: Label) -> tuple[float, float]:
    """Where its words begin and end, as shares of the ribbon."""
    width = (len(label.words) + len(label.value) + 2) * CHARACTER / DRAWN
    start = min(max(label.at - width / 2, 0), max(0, 1 - width))
    return start, start + width


def _label(label: Label, lane: int) -> str:
    start, end = _reach(label)
    edge = ' data-edge="start"' if start <= 0 else ' data-edge="end"' if end >= 1 else ""
    at = 0.0 if start <= 0 else 1.0 if end >= 1 else label.at
    place = f'data-state="{escape(label.state)}" data-lane="{lane}"{edge} style="--a:{at * 100:.2f}"'
    return f"<span {place}>{escape(label.words)} <b>{escape(label.value)}</b></span>"
