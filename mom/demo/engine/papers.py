"""The demo's papers, drawn here: a part drawing with its title block, and a procedure of one page."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4


def drawing(number: str, title: str, revision: str, bore: str, changes: Sequence[str]) -> bytes:
    """A turned housing from two sides with a few dimensions, on A3, as PDF. The same arguments give the same bytes."""
    out = io.BytesIO()
    sheet = Canvas(out, pagesize=landscape(A3), invariant=1)
    sheet.setTitle(f"{number} {revision}")
    sheet.scale(MM, MM)
    sheet.setLineWidth(0.5)
    sheet.rect(10, 10, 400, 277)
    _section(sheet, 60, 110, bore)
    _front(sheet, 290, 165)
    _title_block(sheet, number, title, revision)
    sheet.setFont("Helvetica", 4)
    for line, text in enumerate(changes):
        sheet.drawString(16, 276 - 7 * line, text)
    sheet.showPage()
    sheet.save()
    return out.getvalue()


def _section(sheet: Canvas, x: float, y: float, bore: str) -> None:
    """The housing cut open: outline, bore, thread relief, centre line and dimensions."""
    outline = [(0, 0), (0, 110), (18, 110), (18, 84), (96, 84), (96, 97), (120, 97), (120, 13), (96, 13), (96, 26)]
    path = sheet.beginPath()
    path.moveTo(x, y)
    for across, up in [*outline[1:], (18, 26), (18, 0), (0, 0)]:
        path.lineTo(x + across, y + up)
    sheet.drawPath(path)
    sheet.rect(x, y + 36, 120, 38)
    sheet.setDash(8, 3)
    sheet.line(x - 12, y + 55, x + 132, y + 55)
    sheet.setDash()
    _across(sheet, x, x + 120, y - 16, "120 ±0.2")
    _across(sheet, x, x + 18, y + 124, "18")
    _upright(sheet, x - 18, y, y + 110, "Ø110 h9")
    _upright(sheet, x + 140, y + 36, y + 74, bore)


def _front(sheet: Canvas, x: float, y: float) -> None:
    """The flange from the front with its six holes."""
    for radius in (55, 42, 19):
        sheet.circle(x, y, radius)
    for across, up in ((48, 0), (24, 41.6), (-24, 41.6), (-48, 0), (-24, -41.6), (24, -41.6)):
        sheet.circle(x + across, y + up, 4.5)
    sheet.setFont("Helvetica", 5)
    sheet.drawString(x + 60, y + 52, "6 × Ø9, Ø96")


def _across(sheet: Canvas, start: float, end: float, y: float, text: str) -> None:
    sheet.line(start, y, end, y)
    sheet.setFont("Helvetica", 5)
    sheet.drawCentredString((start + end) / 2, y + 2, text)


def _upright(sheet: Canvas, x: float, start: float, end: float, text: str) -> None:
    sheet.line(x, start, x, end)
    sheet.saveState()
    sheet.translate(x - 2, (start + end) / 2)
    sheet.rotate(90)
    sheet.setFont("Helvetica", 5)
    sheet.drawCentredString(0, 0, text)
    sheet.restoreState()


def _title_block(sheet: Canvas, number: str, title: str, revision: str) -> None:
    sheet.rect(230, 10, 180, 44)
    sheet.line(230, 32, 410, 32)
    sheet.line(350, 10, 350, 54)
    sheet.setFont("Helvetica-Bold", 9)
    sheet.drawString(235, 39, title)
    sheet.drawString(235, 17, number)
    sheet.setFont("Helvetica", 5)
    sheet.drawString(354, 45, "Revision")
    sheet.drawString(354, 23, "EN-GJL-250")
    sheet.drawString(354, 15, "ISO 2768-mK")
    sheet.setFont("Helvetica-Bold", 11)
    sheet.drawString(384, 38, revision)


def procedure(code: str, title: str, steps: Sequence[str], foot: str) -> bytes:
    """A procedure as numbered steps on A4, as PDF. The same arguments give the same bytes."""
    out = io.BytesIO()
    sheet = Canvas(out, pagesize=A4, invariant=1)
    sheet.setTitle(f"{code} {title}")
    sheet.setFont("Helvetica-Bold", 18)
    sheet.drawString(56, 770, f"{code}  {title}")
    sheet.line(56, 758, 540, 758)
    sheet.setFont("Helvetica", 12)
    for number, step in enumerate(steps, start=1):
        sheet.drawString(56, 758 - 34 * number, f"{number}.")
        sheet.drawString(80, 758 - 34 * number, step)
    sheet.setFont("Helvetica", 9)
    sheet.drawString(56, 50, foot)
    sheet.showPage()
    sheet.save()
    return out.getvalue()
