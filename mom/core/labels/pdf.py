"""Labels as PDF: one to a page of its own size, or many to sheets of A4."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mom.core.labels import fonts
from mom.core.labels.svg import runs
from mom.core.labels.template import CodeMark, Drawing, LineMark, TextMark

EDGE, GAP = 8.0, 2.0  # mm


def singles(drawings: Sequence[Drawing], title: str) -> bytes:
    """Each label on a page of its own size: for label printers with a driver."""
    out = BytesIO()
    canvas = _canvas(out, title)
    for drawing in drawings:
        canvas.setPageSize((drawing.size.width * mm, drawing.size.height * mm))
        draw(canvas, drawing, 0, 0, drawing.size.height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def sheets(drawings: Sequence[Drawing], title: str) -> bytes:
    """Labels in rows and columns on A4, with a hair line to cut along."""
    out = BytesIO()
    canvas = _canvas(out, title)
    paper_width, paper_height = A4[0] / mm, A4[1] / mm
    size = drawings[0].size
    across = max(1, int((paper_width - 2 * EDGE + GAP) // (size.width + GAP)))
    down = max(1, int((paper_height - 2 * EDGE + GAP) // (size.height + GAP)))
    for number, drawing in enumerate(drawings):
        place = number % (across * down)
        if number and place == 0:
            canvas.showPage()
        x = EDGE + place % across * (size.width + GAP)
        y = EDGE + place // across * (size.height + GAP)
        canvas.setLineWidth(0.1)
        canvas.setStrokeGray(0.7)
        canvas.rect(x * mm, (paper_height - y - size.height) * mm, size.width * mm, size.height * mm)
        draw(canvas, drawing, x, y, paper_height)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw(canvas: Any, drawing: Drawing, left: float, top: float, paper_height: float) -> None:
    """Put a label on a page, its upper left corner at `left`, `top` (mm from the page's)."""
    canvas.setFillGray(0)
    for mark in drawing.marks:
        if isinstance(mark, TextMark):
            _text(canvas, mark, left, top, paper_height)
        elif isinstance(mark, LineMark):
            y = paper_height - top - mark.y - mark.height
            canvas.rect((left + mark.x) * mm, y * mm, mark.width * mm, mark.height * mm, stroke=0, fill=1)
        else:
            draw_code(canvas, mark, left, top, paper_height)


def draw_code(canvas: Any, mark: CodeMark, left: float, top: float, paper_height: float) -> None:
    """The dark modules of a code as one path, so that no seam is drawn between neighbours."""
    symbol, path = mark.symbol, canvas.beginPath()
    down = mark.height if symbol.is_linear else mark.module
    first = 0 if symbol.is_linear else symbol.quiet
    for at, row in enumerate(symbol.rows):
        y = paper_height - top - mark.y - (first + at) * mark.module - down
        for start, length in runs(row):
            x = left + mark.x + (symbol.quiet + start) * mark.module
            path.rect(x * mm, y * mm, length * mark.module * mm, down * mm)
    canvas.drawPath(path, stroke=0, fill=1)


def _text(canvas: Any, mark: TextMark, left: float, top: float, paper_height: float) -> None:
    text, size = fonts.fitted(mark.text, mark.size, mark.width, is_bold=mark.is_bold)
    canvas.setFont(fonts.name(is_bold=mark.is_bold), size * mm)
    x, y = left + mark.x, paper_height - top - mark.y - mark.size * 0.8
    if mark.align == "right":
        canvas.drawRightString((x + mark.width) * mm, y * mm, text)
    elif mark.align == "center":
        canvas.drawCentredString((x + mark.width / 2) * mm, y * mm, text)
    else:
        canvas.drawString(x * mm, y * mm, text)


def _canvas(out: BytesIO, title: str) -> Any:
    canvas = Canvas(out, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("MOM")
    return canvas
