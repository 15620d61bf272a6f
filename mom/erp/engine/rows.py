"""From the cells of one line to one report of work, and the identity by which it is known again."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mom.core.engine.quantity import UNITS
from mom.erp.engine.fields import FIELDS, LONGEST, LONGEST_TEXT, REQUIRED, WORK_KINDS, FieldKind
from mom.erp.engine.mapping import ExecutionMapping, FieldMap
from mom.erp.engine.patterns import LONGEST_TEXT_MATCHED, Stopwatch
from mom.erp.engine.problems import BrokenFile, Problem, ProblemCode, RefusedValue
from mom.erp.engine.values import Moment, duration_reader, flag_reader, moment_reader, number_reader

LONGEST_CELL = 2_000
ZERO = Decimal(0)
_encode = json.JSONEncoder(ensure_ascii=False).encode
_MEMORY = 4_096  # distinct texts remembered per field: names repeat, so most cells are read once


class ReportedRow(NamedTuple):
    """What one line says: who worked on what, where, when, for how long, and what came out.

    Times are aware UTC, half-open; `duration` is what the report claims, which need not be `completed_at - started_at`;
    None where the source gives none. Quantities are in `unit`, those not reported are zero.
    """

    order: str
    operation: str
    resource: str
    resource_name: str
    person: str
    person_name: str
    part: str
    part_name: str
    order_quantity: Decimal | None
    unit: str
    started_at: datetime
    completed_at: datetime
    duration: timedelta | None
    report_kind: str
    good: Decimal
    scrap: Decimal
    rework_quantity: Decimal
    review: Decimal
    rework: bool


class RowRefused(Exception):
    """A line that does not say what a report must say. All its problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def fold(text: str) -> str:
    """One blank for any run of white space, none at the ends, one spelling for composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def as_code(text: str) -> str:
    """A name made fit for an address: `Quality Check 1` becomes `QUALITY-CHECK-1`. Letters of every script stay."""
    return re.sub(r"[^\w]+", "-", text.upper()).strip("-_")


class RowReader:
    """Reads the lines of one file under one mapping.

    Raises (when made): BrokenFile where a mapped column is missing or stands twice in the header.
    """

    def __init__(self, mapping: ExecutionMapping, header: Sequence[str], site_zone: tzinfo) -> None:
        self._mapping = mapping
        self._width = len(header)
        self._places = _places(header, (*mapping.columns(), *mapping.identity_columns()))
        self._identity = [self._places[fold(name)] for name in mapping.identity_columns()]
        self._cells: list[tuple[int, int, FieldMap, Callable[[str], Any]]] = []
        self._constants: dict[int, Any] = {}
        stopwatch = Stopwatch()
        for place, name in enumerate(ReportedRow._fields):
            if name not in mapping.fields:
                continue
            found = mapping.fields[name]
            read = lru_cache(_MEMORY)(_reader(mapping, found, site_zone, stopwatch))
            if found.column is None:
                self._constants[place] = _constant(found, read)
            else:
                self._cells.append((place, self._places[fold(found.column)], found, read))

    def digest(self, cells: Sequence[str]) -> bytes:
        """SHA-256 of the raw texts of the identity columns, outer white space dropped."""
        text = _encode([cells[place].strip() for place in self._identity])
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        return hashlib.sha256(text.encode()).digest()

    def has_width(self, cells: Sequence[str]) -> bool:
        """Whether the line has a cell for each column of the header."""
        return len(cells) == self._width

    def read(self, cells: Sequence[str]) -> tuple[ReportedRow, list[Problem]]:
        """The report, and what was changed while reading it. Raises: RowRefused."""
        if not self.has_width(cells):
            raise RowRefused([Problem(ProblemCode.ROW_WIDTH, value=str(len(cells)), detail=str(self._width))])
        values: list[Any] = list(_NOTHING)
        for place, constant in self._constants.items():
            values[place] = constant
        refusals: list[Problem] = []
        changes: list[Problem] = []
        for place, column, found, read in self._cells:
            text = cells[column]
            try:
                value, change = read(text)
            except RefusedValue as refused:
                refusals.append(Problem(refused.code, found.column or "", text[:LONGEST_TEXT], refused.detail))
                continue
            values[place] = value
            if change is not None:
                changes.append(Problem(change, found.column or "", text[:LONGEST_TEXT]))
        if refusals:
            raise RowRefused(refusals)
        return self._assemble(values), changes

    def _assemble(self, values: list[Any]) -> ReportedRow:
        """Settles what depends on more than one cell: the end, and the time spent."""
        start: Moment = values[_START]
        end: Moment | None = values[_END]
        duration: timedelta | None = values[_DURATION]
        if end is None and duration is None:
            raise RowRefused(
                [Problem(ProblemCode.END_MISSING, self._column("completed_at") or self._column("duration"))]
            )
        if end is not None:
            finish = end.at if end.at >= start.at or end.later is None else end.later
        else:
            finish = start.at + (duration or timedelta(0))
        if finish < start.at:
            raise RowRefused([Problem(ProblemCode.END_BEFORE_START, self._column("completed_at"), finish.isoformat())])
        values[_START], values[_END] = start.at, finish
        if duration is None and not self._column("duration"):
            values[_DURATION] = finish - start.at  # the file claims no time of its own, so the clock is the claim
        return ReportedRow._make(values)

    def _column(self, name: str) -> str:
        found = self._mapping.fields.get(name)
        return found.column or "" if found else ""


_AT = {name: place for place, name in enumerate(ReportedRow._fields)}
_START, _END, _DURATION = _AT["started_at"], _AT["completed_at"], _AT["duration"]
_NOTHING = ReportedRow(
    order="",
    operation="",
    resource="",
    resource_name="",
    person="",
    person_name="",
    part="",
    part_name="",
    order_quantity=None,
    unit="C62",  # UN/ECE Recommendation 20: piece
    started_at=None,  # type: ignore[arg-type]
    completed_at=None,  # type: ignore[arg-type]
    duration=None,
    report_kind="production",
    good=ZERO,
    scrap=ZERO,
    rework_quantity=ZERO,
    review=ZERO,
    rework=False,
)


def _places(header: Sequence[str], needed: Sequence[str]) -> dict[str, int]:
    """Where each needed column stands. Names are compared with white space folded."""
    titles = [fold(title) for title in header]
    found: dict[str, int] = {}
    missing = []
    for column in dict.fromkeys(needed):
        title = fold(column)
        if titles.count(title) > 1:
            raise BrokenFile(ProblemCode.FILE_COLUMN_TWICE, value=column)
        if title in titles:
            found[title] = titles.index(title)
        else:
            missing.append(column)
    if missing:
        raise BrokenFile(ProblemCode.FILE_COLUMN_MISSING, value=", ".join(missing), detail=", ".join(titles)[:500])
    return found


def _constant(found: FieldMap, read: Callable[[str], tuple[Any, ProblemCode | None]]) -> Any:
    try:
        return read(found.constant or "")[0]
    except RefusedValue as refused:
        raise BrokenFile(
            ProblemCode.MAPPING_VALUE_BAD, where=found.name, value=found.constant or "", detail=refused.detail
        ) from None


def _reader(
    mapping: ExecutionMapping, found: FieldMap, site_zone: tzinfo, stopwatch: Stopwatch
) -> Callable[[str], tuple[Any, ProblemCode | None]]:
    """One function from a cell's text to its value and the change to report. Raises (when called): RefusedValue."""
    read = _kind_reader(mapping, found, site_zone)
    required = found.name in REQUIRED
    has_patterns = bool(found.damaged or found.replace)
    empty = _NOTHING[_AT[found.name]]

    def from_text(raw: str) -> tuple[Any, ProblemCode | None]:
        if len(raw) > LONGEST_CELL:
            raise RefusedValue(ProblemCode.VALUE_TOO_LONG, str(LONGEST_CELL))
        text = fold(raw) if found.fold_whitespace else raw.strip()
        change = None
        if has_patterns and len(text) > LONGEST_TEXT_MATCHED:
            raise RefusedValue(ProblemCode.VALUE_TOO_LONG, str(LONGEST_TEXT_MATCHED))
        if any(stopwatch.holds(text, pattern) for pattern in found.damaged):
            text, change = "", ProblemCode.DAMAGED_DROPPED
        for pattern, replacement in found.replace:
            text = stopwatch.replaced(text, pattern, replacement)
            if len(text) > LONGEST_CELL:  # each replacement may multiply what the one before left
                raise RefusedValue(ProblemCode.VALUE_TOO_LONG, str(LONGEST_CELL))
        if found.values is not None:
            text = found.values.get(text, text)
        if found.as_code:
            text = as_code(text)
        text = text or found.default or ""
        if not text:
            if required:
                raise RefusedValue(ProblemCode.VALUE_MISSING)
            return empty, change
        value = read(text)
        return value, value.change if isinstance(value, Moment) else change

    return from_text


def _kind_reader(mapping: ExecutionMapping, found: FieldMap, site_zone: tzinfo) -> Callable[[str], Any]:
    kind = FIELDS[found.name]
    if kind is FieldKind.MOMENT:
        zone = _zone(mapping, site_zone)
        return moment_reader(found.format, zone, ambiguous=mapping.ambiguous_time, missing=mapping.missing_time)
    if kind is FieldKind.DURATION:
        return duration_reader(found.format, mapping.file.decimal, mapping.file.thousands)
    if kind is FieldKind.NUMBER:
        return number_reader(mapping.file.decimal, mapping.file.thousands)
    if kind is FieldKind.FLAG:
        return flag_reader()
    if kind is FieldKind.CHOICE:
        return _choice
    if kind is FieldKind.UNIT:
        return _unit
    longest = LONGEST.get(found.name, LONGEST_TEXT)

    def short_text(text: str) -> str:
        if len(text) > longest:
            raise RefusedValue(ProblemCode.VALUE_TOO_LONG, str(longest))
        return text

    return short_text


def _choice(text: str) -> str:
    if text not in WORK_KINDS:
        raise RefusedValue(ProblemCode.VALUE_UNKNOWN, ", ".join(WORK_KINDS))
    return text


def _unit(text: str) -> str:
    if text not in UNITS:
        raise RefusedValue(ProblemCode.VALUE_UNKNOWN, "C62, KGM, MTR, LTR …")
    return text


def _zone(mapping: ExecutionMapping, site_zone: tzinfo) -> tzinfo:
    return ZoneInfo(mapping.time_zone) if mapping.time_zone else site_zone
