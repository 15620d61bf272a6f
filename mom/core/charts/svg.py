"""The marks of an SVG chart as text, every word escaped, and the `Chart` that carries them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

Xy = tuple[float, float]
Printer = Callable[[float], str]
HALF, FULL = 560.0, 1160.0  # drawn widths for a card in two columns and one across the page
CHARACTER = 6.3  # average width of a 12 px character, for placing a label beside another


@dataclass(frozen=True)
class Key:
    """One entry of a legend: the tone of its mark, and whether the mark is a line, a dash or a block."""

    label: str
    tone: str = ""
    mark: str = "block"


@dataclass(frozen=True)
class Chart:
    """A drawn chart: `svg` is safe HTML; `head` and `rows` are its data in words, the first column the row's name."""

    title: str
    description: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[Key, ...] = ()
    is_empty: bool = False
    is_over_time: bool = False  # where it is wider than its card, the newest end is shown first


def document(width: float, height: float, body: str, title: str, description: str = "", css: str = "chart") -> str:
    """The whole drawing as one image with a name and a description."""
    about = f"<desc>{escape(description)}</desc>" if description else ""
    size = f'style="--w:{width:g}" viewBox="0 0 {width:g} {height:g}"'
    role = "group" if "<a " in body else "img"  # an image has nothing inside that takes the focus
    return f'<svg class="{css}" {size} role="{role}" aria-label="{escape(title)}">{about}{body}</svg>'


def text(x: float, y: float, words: str, css: str = "", anchor: str = "start") -> str:
    """Words at a point; `anchor` start, middle or end."""
    look = f' class="{css}"' if css else ""
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{look}{where}>{escape(words)}</text>'


def rule(x1: float, y1: float, x2: float, y2: float, css: str = "grid") -> str:
    """A straight line."""
    return f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def box(x: float, y: float, width: float, height: float, css: str, tip: str = "", radius: float = 0) -> str:
    """A rectangle; `tip` shows on hover."""
    corner = f' rx="{radius:g}"' if radius else ""
    size = f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    if not tip:
        return f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" {size}{corner}/>'
    return f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" {size}{corner}><title>{escape(tip)}</title></rect>'


def dot(x: float, y: float, radius: float, css: str = "pt", tip: str = "") -> str:
    """A point; `tip` shows on hover."""
    about = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}">{about}</circle>'


def polyline(points: Iterable[Xy], css: str = "line") -> str:
    """A line through points."""
    return f'<polyline class="{css}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def linked(body: str, url: str, name: str) -> str:
    """Marks that lead to what they are made of, with the name of the link; unchanged without an address."""
    return f'<a href="{escape(url)}" aria-label="{escape(name)}">{body}</a>' if url else body


def bar_class(tone: str) -> str:
    """The stylesheet's class of a filled mark."""
    return f"bar-{tone}" if tone else "bar"


def fitted(words: str, width: float) -> str:
    """`words`, cut with an ellipsis where they would be wider than `width`."""
    room = max(1, int(width / CHARACTER))
    return words if len(words) <= room else f"{words[: room - 1]}…"


def scale(largest: float, steps: int = 4) -> list[float]:
    """Round numbers from 0 to at least `largest`, about `steps` of them apart: 0, 20, 40, 60, 80 for 71."""
    if largest <= 0:
        return [0.0, 1.0]
    raw = largest / steps
    magnitude = 10.0 ** floor(log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw)
    return [step * index for index in range(ceil(largest / step - 1e-9) + 1)]


def every(count: int, room: int) -> int:
    """Label each n-th of `count` places so that at most `room` labels stand."""
    return max(1, ceil(count / max(1, room)))


def blank(title: str, description: str, sentence: str, width: float, height: float, head: Sequence[str]) -> Chart:
    """A chart without data: the sentence in its middle, no axis that pretends a scale."""
    body = text(width / 2, height / 2, sentence, "lab", "middle")
    return Chart(title, description, document(width, height, body, title, description), tuple(head), (), is_empty=True)


def plain(value: float) -> str:
    """A number as it is, without trailing zeros; the default printer."""
    return f"{value:g}"
