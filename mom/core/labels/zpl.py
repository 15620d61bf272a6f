"""Labels as ZPL. Text goes as hexadecimal, so that nothing in a field can be a command; codes go as pictures of their
modules in whole dots, so that what is printed is what was made and proven here, whatever the printer's firmware knows.

Source: ZPL II Programming Guide (^CI28 UTF-8, ^FH hexadecimal, ^GFA picture, ^GB line, ^PQ copies).
"""

from mom.core.labels import fonts
from mom.core.labels.svg import runs
from mom.core.labels.template import CodeMark, Drawing, LineMark, TextMark

_JUSTIFY = {"left": "L", "center": "C", "right": "R"}
_PLAIN = frozenset(range(0x20, 0x7F)) - set(map(ord, "^~_\\"))


def render(drawing: Drawing, *, dots: int, copies: int = 1) -> str:
    """The label for a printer of so many dots per inch."""
    scale = dots / 25.4
    lines = [
        "^XA^CI28^LH0,0",
        f"^PW{round(drawing.size.width * scale)}^LL{round(drawing.size.height * scale)}",
        *(_mark(mark, scale) for mark in drawing.marks),
        f"^PQ{copies}^XZ",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text as field data after ^FH: whatever is not a plain sign stands as _ and two hexadecimal figures a byte."""
    return "".join(chr(byte) if byte in _PLAIN else f"_{byte:02X}" for byte in text.encode())


def _mark(mark: TextMark | CodeMark | LineMark, scale: float) -> str:
    if isinstance(mark, LineMark):
        width, height = max(1, round(mark.width * scale)), max(1, round(mark.height * scale))
        return f"^FO{round(mark.x * scale)},{round(mark.y * scale)}^GB{width},{height},{min(width, height)}^FS"
    if isinstance(mark, TextMark):
        text, size = fonts.fitted(mark.text, mark.size, mark.width, is_bold=mark.is_bold)
        height = max(10, round(size * scale))
        place = f"^FO{round(mark.x * scale)},{round(mark.y * scale)}^A0N,{height},{height}"
        block = f"^FB{max(1, round(mark.width * scale))},1,0,{_JUSTIFY[mark.align]}"
        return f"{place}{block}^FH^FD{escaped(text)}^FS"
    return _picture(mark, scale)


def _picture(mark: CodeMark, scale: float) -> str:
    symbol = mark.symbol
    module = max(1, int(mark.module * scale + 0.001))
    down = round(mark.height * scale) if symbol.is_linear else module
    width = len(symbol.rows[0]) * module
    bytes_a_row = (width + 7) // 8
    rows = []
    for row in symbol.rows:
        bits = 0
        for start, length in runs(row):
            for at in range(start * module, (start + length) * module):
                bits |= 1 << (bytes_a_row * 8 - 1 - at)
        rows += [f"{bits:0{bytes_a_row * 2}X}"] * down
    quiet_down = 0 if symbol.is_linear else symbol.quiet * module
    x = round(mark.x * scale) + symbol.quiet * module
    total = bytes_a_row * len(rows)
    y = round(mark.y * scale) + quiet_down
    return f"^FO{x},{y}^GFA,{total},{total},{bytes_a_row},{''.join(rows)}^FS"
