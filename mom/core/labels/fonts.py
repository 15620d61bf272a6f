"""The one typeface of print: Inter, embedded, so that paper looks the same from every machine."""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = "Inter", "Inter-Bold"


@lru_cache(maxsize=1)
def load() -> None:
    """Make both weights known to the PDF library."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(FOLDER / "Inter-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FOLDER / "Inter-Bold.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def name(*, is_bold: bool) -> str:
    """The font's name."""
    load()
    return BOLD if is_bold else REGULAR


def fitted(text: str, size: float, width: float, *, is_bold: bool) -> tuple[str, float]:
    """The text and the size at which it fits into the width: smaller down to 60 %, then cut with an ellipsis."""
    font = name(is_bold=is_bold)
    wide = pdfmetrics.stringWidth(text, font, size)
    if wide <= width:
        return text, size
    smaller = max(size * width / wide, size * 0.6)
    while text and pdfmetrics.stringWidth(text, font, smaller) > width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text, smaller
