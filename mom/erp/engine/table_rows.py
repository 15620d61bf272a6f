"""One row of a list, read: the value of each chosen field, or everything that is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mom.core.engine.units import UNITS
from mom.erp.engine.problems import Problem, ProblemCode, RefusedValue
from mom.erp.engine.table_fields import FIELDS, UNIT_WORDS, CellKind, TableField, TableKind, fold
from mom.erp.engine.values import number_reader

_SYMBOLS = {unit.symbol.casefold(): unit.code for unit in reversed(UNITS.values())}
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class TableMapping:
    """Which column is which field, and how numbers and dates are written."""

    kind: TableKind
    columns: Mapping[str, str]  # field -> heading
    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    properties: Mapping[str, str] = field(default_factory=dict)  # property -> heading

    def missing(self) -> list[str]:
        """The fields that are needed and have no column."""
        return [each.key for each in FIELDS[self.kind] if each.is_required and not self.columns.get(each.key)]


@dataclass(frozen=True)
class TableRow:
    """A line of the file: its values by field and its properties as written, those given only, and its problems.

    With a problem it is not taken.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class TableReader:
    """Reads lines under a mapping. A column that the mapping names and the file lacks reads as empty."""

    def __init__(self, mapping: TableMapping, header: Sequence[str]) -> None:
        self._width = len(header)
        places = {heading: index for index, heading in reversed(list(enumerate(header)))}
        thousands = "." if mapping.decimal == "," else ","
        number = number_reader(mapping.decimal, thousands)
        self._fields = [
            (each, mapping.columns[each.key], places[mapping.columns[each.key]], _reader(each, number, mapping))
            for each in FIELDS[mapping.kind]
            if mapping.columns.get(each.key) in places
        ]
        self._properties = [(code, places[name]) for code, name in mapping.properties.items() if name in places]

    def read(self, line: int, cells: Sequence[str]) -> TableRow:
        """The row of a line."""
        row = TableRow(line)
        if len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
            row.problems.append(Problem(ProblemCode.ROW_WIDTH, "", str(len(cells)), str(self._width)))
            return row
        for each, heading, place, read in self._fields:
            text = " ".join(cells[place].split()) if place < len(cells) else ""
            if not text and each.is_required:
                row.problems.append(Problem(ProblemCode.VALUE_MISSING, heading))
            if not text:
                continue
            try:
                row.values[each.key] = read(text)
            except RefusedValue as refused:
                row.problems.append(Problem(refused.code, heading, text, refused.detail))
        for code, place in self._properties:
            if text := " ".join(cells[place].split()) if place < len(cells) else "":
                row.properties[code] = text
        return row


Read = Callable[[str], Any]


def _reader(each: TableField, number: Callable[[str], Decimal], mapping: TableMapping) -> Read:
    readers: dict[CellKind, Read] = {
        CellKind.CODE: lambda text: _short(text, each.longest),
        CellKind.TEXT: lambda text: _short(text, each.longest),
        CellKind.NAMES: lambda text: [
            _short(name.strip(), each.longest) for name in re.split("[,;]", text) if name.strip()
        ],
        CellKind.NUMBER: number,
        CellKind.SIGNED: lambda text: -number(text[1:].strip()) if text[0] in "-\N{MINUS SIGN}" else number(text),
        CellKind.WHOLE: lambda text: _whole(number, text),
        CellKind.DATE: lambda text: _date(text, mapping.date_format),
        CellKind.UNIT: _unit,
        CellKind.CHOICE: lambda text: _choice(text, each.words or {}),
    }
    return readers[each.kind]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", text) if part.strip()]


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise RefusedValue(ProblemCode.VALUE_TOO_LONG, str(longest))
    if _UNSTORABLE.search(text):
        raise RefusedValue(ProblemCode.WORD_UNKNOWN, "text")
    return text


def _whole(number: Callable[[str], Decimal], text: str) -> int:
    value = number(text)
    if value % 1 or value > 32_767:
        raise RefusedValue(ProblemCode.NUMBER_BAD, "12")
    return int(value)


def _date(text: str, layout: str) -> date:
    """A day; a spreadsheet's own date cell comes as ISO with a time of midnight, whatever the format."""
    for form, given in ((layout, text), ("%Y-%m-%d %H:%M:%S", text), ("%Y-%m-%d", text)):
        try:
            found = datetime.strptime(given, form).date()  # noqa: DTZ007 - a day of the calendar, not an instant
        except ValueError:
            continue
        if 1970 <= found.year <= 2199:
            return found
    raise RefusedValue(ProblemCode.TIME_BAD, layout)


def _unit(text: str) -> str:
    if text.upper() in UNITS:
        return text.upper()
    code = UNIT_WORDS.get(fold(text)) or _SYMBOLS.get(text.casefold())
    if code is None:
        raise RefusedValue(ProblemCode.WORD_UNKNOWN, "pcs, kg, g, t, m, mm, l, h, UN/ECE")
    return code


def _choice(text: str, words: Mapping[str, str]) -> str:
    try:
        return words[fold(text)]
    except KeyError:
        raise RefusedValue(ProblemCode.WORD_UNKNOWN, ", ".join(sorted(set(words.values())))) from None
