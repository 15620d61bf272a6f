"""Paper for people: a head with site and title, facts, tables, codes, and page x of y with when it was printed.

paper = Document(Head(title="WO-24112", kind=_("Order"), site="NOR Norrtal", zone=site.zone, printed_at=now))
paper.facts([(_("Due"), "16 Apr 14:00")])
paper.table((_("Job"), _("Machine")), rows, widths=(40, 60))
answer = paper.render()
"""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from mom.core.labels import fonts
from mom.core.labels.codes import Symbology, symbol
from mom.core.labels.pdf import draw_code
from mom.core.labels.template import CodeMark

Text = str | Promise
MARGIN, TOP = 16 * mm, 30 * mm
WIDTH = A4[0] - 2 * MARGIN
_PADDING = 6  # the library keeps that much inside the frame of a page
_GREY, _LINE = colors.HexColor("#475059"), colors.HexColor("#c4cad1")


@dataclass(frozen=True)
class Head:
    """What stands on every page."""

    title: str
    kind: Text
    site: str
    zone: zoneinfo.ZoneInfo
    printed_at: datetime
    printed_by: str = ""


class Code(Flowable):
    """A code in the flow of a page or in a cell of a table."""

    def __init__(self, data: str, kind: Symbology = Symbology.QR, side: float = 20.0) -> None:
        super().__init__()
        self.symbol = symbol(kind, data)
        self.side = side
        self.width, self.height = side * mm, (side if not self.symbol.is_linear else 10) * mm

    def draw(self) -> None:
        """Draw it with its lower left corner at the origin."""
        module = self.side / self.symbol.width
        high = self.height / mm
        draw_code(self.canv, CodeMark(0, 0, module, high, self.symbol), 0, 0, high)


class Document:
    """A document in the making: parts are added in their order, then it is rendered."""

    def __init__(self, head: Head) -> None:
        fonts.load()
        self.head = head
        self._parts: list[Any] = []
        self._body = ParagraphStyle("body", fontName=fonts.REGULAR, fontSize=9, leading=12)
        self._dim = ParagraphStyle("dim", parent=self._body, textColor=_GREY)
        self._right = ParagraphStyle("right", parent=self._body, alignment=TA_RIGHT)
        self._dim_right = ParagraphStyle("dim right", parent=self._dim, alignment=TA_RIGHT)
        self._bold = ParagraphStyle("bold", parent=self._body, fontName=fonts.BOLD)
        self._title = ParagraphStyle("title", parent=self._bold, fontSize=12, leading=16, spaceBefore=10, spaceAfter=4)

    def heading(self, text: Text) -> None:
        """A heading between parts; what it heads begins on the same page."""
        self._parts.append(CondPageBreak(35 * mm))
        self._parts.append(Paragraph(escape(str(text)), self._title))

    def paragraph(self, text: Text) -> None:
        """A paragraph."""
        self._parts.append(Paragraph(escape(str(text)), self._body))

    def facts(self, pairs: Sequence[tuple[Text, str]], code: Code | None = None) -> None:
        """Short facts, two columns of label and value; a code stands to the right of them."""
        filled = [(label, value) for label, value in pairs if value]
        rows = []
        for at in range(0, len(filled), 2):
            row: list[Any] = []
            for label, value in filled[at : at + 2]:
                row += [Paragraph(escape(str(label)), self._dim), Paragraph(escape(value), self._bold)]
            rows.append(row + [""] * (4 - len(row)))
        room = WIDTH - (code.width + 4 * mm if code else 0)
        inner = Table(rows or [[""] * 4], colWidths=[room * share for share in (0.18, 0.32, 0.18, 0.32)], style=_PLAIN)
        whole = Table([[inner, code]], colWidths=[room, WIDTH - room], style=_PLAIN) if code else inner
        self._parts += [whole, Spacer(1, 4 * mm)]

    def table(
        self, head: Sequence[Text], rows: Sequence[Sequence[Any]], widths: Sequence[float], numeric: Sequence[int] = ()
    ) -> None:
        """A table that breaks over pages under its own head; `widths` in mm, the numbers of `numeric` columns right."""
        right = frozenset(numeric)
        top = [
            Paragraph(escape(str(cell)), self._dim_right if at in right else self._dim) for at, cell in enumerate(head)
        ]
        body = [[self._cell(cell, is_number=at in right) for at, cell in enumerate(row)] for row in rows]
        style = [
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            *(("ALIGN", (column, 0), (column, -1), "RIGHT") for column in numeric),
        ]
        share = WIDTH / sum(widths)
        self._parts.append(
            LongTable([top, *body], colWidths=[each * share for each in widths], repeatRows=1, style=TableStyle(style))
        )
        self._parts.append(Spacer(1, 4 * mm))

    def _cell(self, cell: Any, *, is_number: bool = False) -> Any:
        style = self._right if is_number else self._body
        return cell if isinstance(cell, Flowable) else Paragraph(escape(str(cell)), style)

    def render(self) -> bytes:
        """The document as PDF."""
        out, head = BytesIO(), self.head
        paper = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=MARGIN - _PADDING,
            rightMargin=MARGIN - _PADDING,
            topMargin=TOP,
            bottomMargin=18 * mm,
            title=head.title,
            author=head.site,
            creator="MOM",
        )

        class Numbered(_Numbered):
            on_page = head

        paper.build(self._parts or [Spacer(1, 1)], canvasmaker=Numbered)
        return out.getvalue()


_PLAIN = TableStyle(
    [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


class _Numbered(Canvas):
    """Keeps the pages until the last is known, then writes head and foot on each."""

    on_page: Head

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._frame(number, len(self._pages))
            super().showPage()
        super().save()

    def _frame(self, number: int, pages: int) -> None:
        head, top = self.on_page, A4[1] - 14 * mm
        self.setFont(fonts.BOLD, 14)
        self.drawString(MARGIN, top - 5 * mm, f"{head.kind} {head.title}"[:70])
        self.setFont(fonts.REGULAR, 8)
        self.setFillColor(_GREY)
        self.drawString(MARGIN, top, head.site[:90])
        local = head.printed_at.astimezone(head.zone)
        words = {"when": f"{local:%Y-%m-%d %H:%M}", "zone": head.zone.key, "who": head.printed_by}
        printed = (
            _("Printed %(when)s (%(zone)s) by %(who)s") if head.printed_by else _("Printed %(when)s (%(zone)s)")
        ) % words
        self.drawString(MARGIN, 10 * mm, printed)
        self.drawRightString(
            A4[0] - MARGIN, 10 * mm, _("Page %(number)d of %(pages)d") % {"number": number, "pages": pages}
        )
        self.setStrokeColor(_LINE)
        self.line(MARGIN, top - 9 * mm, A4[0] - MARGIN, top - 9 * mm)
