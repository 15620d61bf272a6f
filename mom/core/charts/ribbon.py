"""The state ribbon: what a machine did over a stretch of time, height as meaning (running low, down full height)."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mom.core.charts.svg import Chart


@dataclass(frozen=True)
class Span:
    """A stretch in one state, `start` and `end` as shares 0..1 of the ribbon; `words` say state, reason and times."""

    state: str  # run, idle, setup, plan, down, off
    start: float
    end: float
    words: str


@dataclass(frozen=True)
class Tick:
    """A mark on the axis under a ribbon, `at` as share 0..1."""

    at: float
    label: str
    is_now: bool = False


def ribbon(
    spans: Sequence[Span],
    *,
    title: str,
    ticks: Sequence[Tick] = (),
    now: float | None = None,
    size: str = "",
    head: Sequence[str] = ("",),
) -> Chart:
    """An ordered list drawn as a ribbon: each stretch is an item with its words; `size` "l" is the machine page's."""
    items = "".join(_item(span) for span in spans)
    mark = f'<li class="now" aria-hidden="true" style="--a:{now * 100:.2f}"></li>' if now is not None else ""
    css = f"ribbon ribbon--{size}" if size else "ribbon"
    drawn = f'<ol class="{css}" aria-label="{escape(title)}">{items}{mark}</ol>'
    if ticks:
        labels = "".join(_tick(tick) for tick in ticks)
        drawn += f'<div class="ribbon-axis" aria-hidden="true">{labels}</div>'
    return Chart(title, "", drawn, tuple(head), tuple((span.words,) for span in spans), is_empty=not spans)


def _tick(tick: Tick) -> str:
    edge = ' data-edge="start"' if tick.at <= 0.01 else ' data-edge="end"' if tick.at >= 0.99 else ""
    now = ' class="nowlab"' if tick.is_now else ""
    return f'<span{now}{edge} style="--a:{tick.at * 100:.2f}">{escape(tick.label)}</span>'


def _item(span: Span) -> str:
    words, place = escape(span.words), f"--a:{span.start * 100:.2f};--w:{(span.end - span.start) * 100:.2f}"
    hidden = f'<span class="visually-hidden">{words}</span>'
    return f'<li data-state="{escape(span.state)}" style="{place}" title="{words}">{hidden}</li>'
