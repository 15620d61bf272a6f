"""Data Matrix ECC 200 in square sizes up to 280 codewords, with FNC1 for GS1. Source: ISO/IEC 16022."""

from dataclasses import dataclass

FNC1 = "\x1d"
_FNC1_WORD, _PAD, _UPPER_SHIFT, _ECI, _ECI_UTF8 = 232, 129, 235, 241, 27


class TooMuchData(ValueError):
    """More than the largest symbol that we make can hold."""


@dataclass(frozen=True)
class _Size:
    """Modules a side, codewords for data and for correction, regions a side, interleaved blocks."""

    modules: int
    data: int
    correction: int
    regions: int = 1
    blocks: int = 1


_SIZES = (
    _Size(10, 3, 5), _Size(12, 5, 7), _Size(14, 8, 10), _Size(16, 12, 12), _Size(18, 18, 14), _Size(20, 22, 18),
    _Size(22, 30, 20), _Size(24, 36, 24), _Size(26, 44, 28), _Size(32, 62, 36, 2), _Size(36, 86, 42, 2),
    _Size(40, 114, 48, 2), _Size(44, 144, 56, 2), _Size(48, 174, 68, 2), _Size(52, 204, 84, 2, 2),
    _Size(64, 280, 112, 4, 2),
)  # fmt: skip


def encode(text: str, *, is_gs1: bool = False) -> list[str]:
    """Rows of `1` (dark) and `0`; with `is_gs1`, FNC1 stands first and for each separator. Raises: TooMuchData."""
    words = ([_FNC1_WORD] if is_gs1 else []) + _codewords(text, is_gs1=is_gs1)
    size = next((each for each in _SIZES if each.data >= len(words)), None)
    if size is None:
        raise TooMuchData(f"{len(words)} codewords do not fit.")
    data = _padded(words, size.data)
    return _framed(_placed(data + _correction(data, size), size.modules - 2 * size.regions), size)


def _codewords(text: str, *, is_gs1: bool) -> list[int]:
    if not text.isascii():
        text, words = text.encode().decode("latin-1"), [_ECI, _ECI_UTF8]
    else:
        words = []
    at = 0
    while at < len(text):
        letter = text[at]
        if is_gs1 and letter == FNC1:
            words.append(_FNC1_WORD)
        elif text[at : at + 2].isdigit() and len(text[at : at + 2]) == 2 and text[at : at + 2].isascii():
            words.append(130 + int(text[at : at + 2]))
            at += 1
        elif ord(letter) > 127:
            words += [_UPPER_SHIFT, ord(letter) - 127]
        else:
            words.append(ord(letter) + 1)
        at += 1
    return words


def _padded(words: list[int], length: int) -> list[int]:
    words = words[:]
    if len(words) < length:
        words.append(_PAD)
    while len(words) < length:
        value = _PAD + (149 * (len(words) + 1)) % 253 + 1
        words.append(value if value <= 254 else value - 254)
    return words


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logs[value] = value, exponent
        value = value << 1 ^ (0x12D if value & 0x80 else 0)
    return powers, logs


_POWERS, _LOGS = _tables()


def _times(one: int, other: int) -> int:
    return _POWERS[(_LOGS[one] + _LOGS[other]) % 255] if one and other else 0


def _correction(data: list[int], size: _Size) -> list[int]:
    """Reed-Solomon over GF(256) with the polynomial 0x12D, each block for itself, interleaved."""
    each = size.correction // size.blocks
    generator = [1]
    for exponent in range(1, each + 1):
        root = _POWERS[exponent]
        generator = [
            (generator[at] if at < len(generator) else 0) ^ (_times(generator[at - 1], root) if at else 0)
            for at in range(len(generator) + 1)
        ]
    out = [0] * size.correction
    for block in range(size.blocks):
        rest = [0] * each
        for word in data[block :: size.blocks]:
            factor = word ^ rest[0]
            rest = [
                following ^ _times(factor, coefficient)
                for following, coefficient in zip([*rest[1:], 0], generator[1:], strict=True)
            ]
        out[block :: size.blocks] = rest
    return out


_UTAH = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
_CORNERS = (
    ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)),
    ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1)),
    ((-3, 0), (-2, 0), (-1, 0), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)),
    ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1)),
)


class _Grid:
    """The mapping matrix while it is being filled. Source: ISO/IEC 16022, annex F."""

    def __init__(self, words: list[int], side: int) -> None:
        self.words, self.side, self.at = words, side, 0
        self.cells: list[list[str]] = [[""] * side for _ in range(side)]

    def is_free(self, row: int, column: int) -> bool:
        return not self.cells[row][column]

    def corner(self, number: int) -> None:
        self._put([(row % self.side, column % self.side) for row, column in _CORNERS[number]])

    def utah(self, row: int, column: int) -> None:
        places = []
        for down, right in _UTAH:
            r, c = row + down, column + right
            if r < 0:
                r, c = r + self.side, c + 4 - (self.side + 4) % 8
            if c < 0:
                c, r = c + self.side, r + 4 - (self.side + 4) % 8
            places.append((r, c))
        self._put(places)

    def _put(self, places: list[tuple[int, int]]) -> None:
        word = self.words[self.at]
        self.at += 1
        for bit, (row, column) in enumerate(places):
            self.cells[row][column] = str(word >> (7 - bit) & 1)


def _placed(words: list[int], side: int) -> list[str]:
    grid, row, column = _Grid(words, side), 4, 0
    while row < side or column < side:
        if column == 0 and row == side:
            grid.corner(0)
        if column == 0 and row == side - 2 and side % 4:
            grid.corner(1)
        if column == 0 and row == side - 2 and side % 8 == 4:
            grid.corner(2)
        if column == 2 and row == side + 4 and side % 8 == 0:
            grid.corner(3)
        row, column = _sweep(grid, row, column, -2)
        row, column = _sweep(grid, row + 1, column + 3, 2)
        row, column = row + 3, column + 1
    if grid.is_free(side - 1, side - 1):
        for at in (1, 2):
            grid.cells[side - at][side - at] = "1"
    return ["".join(cell or "0" for cell in line) for line in grid.cells]


def _sweep(grid: _Grid, row: int, column: int, step: int) -> tuple[int, int]:
    """One diagonal, up (`step` -2) or down (2); gives where it left the matrix."""
    while True:
        if 0 <= row < grid.side and 0 <= column < grid.side and grid.is_free(row, column):
            grid.utah(row, column)
        row, column = row + step, column - step
        if step < 0 and not (row >= 0 and column < grid.side):
            return row, column
        if step > 0 and not (row < grid.side and column >= 0):
            return row, column


def _framed(inner: list[str], size: _Size) -> list[str]:
    """Each region gets its solid left and bottom side and its dotted top and right side."""
    side = len(inner) // size.regions
    rows = []
    for band in range(size.regions):
        cuts = [
            [line[at * side : (at + 1) * side] for at in range(size.regions)]
            for line in inner[band * side : (band + 1) * side]
        ]
        rows.append("10" * ((side + 2) // 2) * size.regions)
        for number, parts in enumerate(cuts):
            edge = "1" if number % 2 == 0 else "0"
            # Counted from the bottom, the right side begins dark; the row below the top one is dark.
            rows.append("".join(f"1{part}{edge}" for part in parts))
        rows.append("1" * (side + 2) * size.regions)
    return rows
