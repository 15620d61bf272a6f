"""A label as SVG, for the page: one path per code, text as text."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mom.core.labels import fonts
from mom.core.labels.template import CodeMark, Drawing, LineMark, TextMark

_ANCHOR = {"left": "start", "center": "middle", "right": "end"}
_SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}


def render(drawing: Drawing, title: str) -> SafeString:
    """The drawing, as wide as its place; `title` says what it shows."""
    marks = format_html_join("", "{}", ((_mark(mark),) for mark in drawing.marks))
    return format_html(
        '<svg class="label-paper" viewBox="0 0 {w} {h}" role="img" aria-label="{title}"'
        ' xmlns="http://www.w3.org/2000/svg"><rect width="{w}" height="{h}" fill="#fff"/>{marks}</svg>',
        w=f"{drawing.size.width:g}", h=f"{drawing.size.height:g}", title=title, marks=marks,
    )  # fmt: skip


def _mark(mark: TextMark | CodeMark | LineMark) -> SafeString:
    if isinstance(mark, LineMark):
        return format_html(
            '<rect x="{}" y="{}" width="{}" height="{}"/>',
            f"{mark.x:g}", f"{mark.y:g}", f"{mark.width:g}", f"{mark.height:g}",
        )  # fmt: skip
    if isinstance(mark, CodeMark):
        return format_html('<path d="{}" shape-rendering="crispEdges"/>', _path(mark))
    text, size = fonts.fitted(mark.text, mark.size, mark.width, is_bold=mark.is_bold)
    return format_html(
        '<text x="{}" y="{}" font-size="{}" font-weight="{}" text-anchor="{}" fill="#000">{}</text>',
        f"{mark.x + mark.width * _SHIFT[mark.align]:.2f}", f"{mark.y + mark.size * 0.8:.2f}", f"{size:.2f}",
        700 if mark.is_bold else 400, _ANCHOR[mark.align], text,
    )  # fmt: skip


def _path(mark: CodeMark) -> str:
    symbol = mark.symbol
    down = mark.height if symbol.is_linear else mark.module
    top = 0 if symbol.is_linear else symbol.quiet
    parts = []
    for at, row in enumerate(symbol.rows):
        for start, length in runs(row):
            x = mark.x + (symbol.quiet + start) * mark.module
            y = mark.y + (top + at) * mark.module
            parts.append(f"M{x:.3f} {y:.3f}h{length * mark.module:.3f}v{down:.3f}h-{length * mark.module:.3f}z")
    return "".join(parts)


def runs(row: str) -> list[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow each other."""
    found, at = [], 0
    while (start := row.find("1", at)) >= 0:
        end = row.find("0", start)
        at = end if end >= 0 else len(row)
        found.append((start, at - start))
    return found
