"""Code 128 with sets B and C, and FNC1 for GS1-128. Source: ISO/IEC 15417."""

import re

FNC1 = "\x1d"
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_WIDTHS = _TABLE.split()
_CODE_C, _CODE_B, _FNC1, _START_B, _START_C, _STOP = 99, 100, 102, 104, 105, 106
_PIECE = re.compile(r"\x1d|[0-9]+|[^0-9\x1d]+", re.ASCII)


class NotEncodable(ValueError):
    """A character that Code 128 set B doesn't have."""


def encode(text: str, *, is_gs1: bool = False) -> str:
    """One row of `1` (dark) and `0`, without quiet zones. Raises: NotEncodable."""
    values = _values(text, is_gs1=is_gs1)
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    row = ""
    for value in [*values, check, _STOP]:
        for at, width in enumerate(_WIDTHS[value]):
            row += "10"[at % 2] * int(width)
    return row


def _values(text: str, *, is_gs1: bool) -> list[int]:
    if not text or any(not (" " <= letter <= "~" or (is_gs1 and letter == FNC1)) for letter in text):
        raise NotEncodable("Code 128 holds letters, digits and signs of ASCII only.")
    pieces = _PIECE.findall(text)
    values: list[int] = []
    current = ""
    for at, whole in enumerate(pieces):
        piece = whole
        if piece == FNC1:
            values.append(_FNC1)
            continue
        is_edge = at in {0, len(pieces) - 1}
        pairs = len(piece) // 2 if piece.isdigit() and len(piece) >= (4 if is_edge else 6) else 0
        if piece.isdigit() and (len(pieces) == 1 or current == "C") and len(piece) % 2 == 0:
            pairs = len(piece) // 2
        odd = len(piece) - 2 * pairs if piece.isdigit() and pairs else 0
        if odd and current != "C":
            current = _switch(values, current, "B", is_gs1=is_gs1)
            values.append(ord(piece[0]) - 32)
            piece, odd = piece[1:], 0
        if pairs:
            current = _switch(values, current, "C", is_gs1=is_gs1)
            values += [int(piece[2 * number : 2 * number + 2]) for number in range(pairs)]
            piece = piece[2 * pairs :]
        if piece:
            current = _switch(values, current, "B", is_gs1=is_gs1)
            values += [ord(letter) - 32 for letter in piece]
    return values


def _switch(values: list[int], current: str, wanted: str, *, is_gs1: bool) -> str:
    """Begin in a set, or change to it; FNC1 follows the beginning of GS1-128."""
    if not current:
        values.append(_START_C if wanted == "C" else _START_B)
        if is_gs1:
            values.append(_FNC1)
    elif current != wanted:
        values.append(_CODE_C if wanted == "C" else _CODE_B)
    return wanted
