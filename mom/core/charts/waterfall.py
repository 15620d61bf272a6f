"""The waterfall: how a whole shrinks loss by loss to what was effective."""

from collections.abc import Sequence
from dataclasses import dataclass

from mom.core.charts import svg
from mom.core.charts.svg import CHARACTER, Chart, Printer

TOP, BOTTOM = 22.0, 38.0
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Step:
    """A total that restates the running level, or a loss taken from it; `url` leads to what it is made of.

    A loss below zero is a gain and stands upwards.
    """

    label: str
    value: float
    is_loss: bool = False
    tone: str = ""
    url: str = ""


def waterfall(
    steps: Sequence[Step],
    *,
    title: str,
    description: str = "",
    head: Sequence[str] = ("", ""),
    printed: Printer = svg.plain,
    empty: str = "",
    width: float = svg.HALF,
    height: float = 240,
) -> Chart:
    """Totals as columns from the axis, losses hanging from the level before them; the first step is the whole."""
    if not steps or not steps[0].value:
        return svg.blank(title, description, empty, width, height, head)
    slot, largest = (width - 8) / len(steps), _highest(steps)
    body, level = svg.rule(0, height - BOTTOM, width, height - BOTTOM, "axis"), 0.0

    def y(value: float) -> float:
        return height - BOTTOM - value / largest * (height - BOTTOM - TOP)

    for index, step in enumerate(steps):
        x, bar = 4 + index * slot + slot * 0.13, slot * 0.74
        words = _signed(step, printed)
        level = level if step.is_loss else step.value
        foot = max(level - step.value, 0.0) if step.is_loss else 0.0
        upper, lower = y(max(level, foot)), y(min(level, foot))
        mark = svg.box(x, upper, bar, lower - upper, svg.bar_class(step.tone), f"{step.label}: {words}", 2)
        mark += svg.text(x + bar / 2, upper - 6, words, "val", "middle")
        body += svg.linked(mark, step.url, f"{step.label}: {words}")
        level = foot if step.is_loss else level
        if index < len(steps) - 1:
            body += svg.rule(x + bar, y(level), x + slot, y(level), "axis")
        for row, part in enumerate(_lines(step.label, slot)):
            body += svg.text(x + bar / 2, height - BOTTOM + 15 + row * 13, part, "", "middle")
    rows = tuple((step.label, _signed(step, printed)) for step in steps)
    return Chart(title, description, svg.document(width, height, body, title, description), tuple(head), rows)


def _highest(steps: Sequence[Step]) -> float:
    """The highest level that any bar reaches; gains may lift it above the whole."""
    level = highest = 0.0
    for step in steps:
        level = max(level - step.value, 0.0) if step.is_loss else step.value
        highest = max(highest, level)
    return highest


def _signed(step: Step, printed: Printer) -> str:
    """What a bar is worth: losses with a minus, gains with a plus."""
    if not step.is_loss or not step.value:
        return printed(step.value)
    return f"{MINUS if step.value > 0 else '+'}{printed(abs(step.value))}"


def _lines(label: str, width: float) -> list[str]:
    """A label on at most two lines of `width`."""
    if len(label) * CHARACTER <= width or " " not in label:
        return [svg.fitted(label, width)]
    first, _space, second = label.partition(" ")
    return [svg.fitted(first, width), svg.fitted(second, width)]
