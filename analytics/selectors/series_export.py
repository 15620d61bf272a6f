"""Figures as rows of a table, with everything that a reader needs to judge them, and as CSV and Parquet files.

Source of the guard against formulas: OWASP ASVS 5.0 requirement 1.2.10.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.engine.kpi import Basis, Kpi, KpiValue
from analytics.engine.kpi_evidence import Machines
from analytics.engine.targets import TargetPeriod
from analytics.engine.trust import Trust, trust
from analytics.selectors.kpis import kpi_table
from analytics.selectors.reckoning import without_order_at
from analytics.selectors.series import By, Scope
from analytics.selectors.series_grid import grid
from analytics.selectors.slices import Window
from analytics.selectors.targets import Targets, targets_at
from mom.accounts.models import Site
from mom.core.web.exports import guarded
from mom.floor.engine.terms import PieceSource
from mom.floor.selectors.listening import listening_by_machine
from mom.plant.engine.calendar import instant
from mom.plant.models import Equipment

PERIOD = {
    By.SHIFT: TargetPeriod.SHIFT,
    By.DAY: TargetPeriod.DAY,
    By.WEEK: TargetPeriod.WEEK,
    By.MONTH: TargetPeriod.MONTH,
}
PLACES = frozenset({By.MACHINE, By.LINE, By.AREA, By.PLACE})
DIGITS = 12
PIECE = 65_536
COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
    ("site", pa.string()), ("kpi", pa.string()), ("version", pa.int32()), ("variant", pa.string()),
    ("first", pa.date32()), ("last", pa.date32()), ("by", pa.string()), ("key", pa.string()), ("label", pa.string()),
    ("step", pa.string()), ("at", pa.string()), ("value", pa.decimal128(38, DIGITS)), ("unit", pa.string()),
    ("per", pa.string()), ("missing", pa.string()), ("low", pa.decimal128(38, DIGITS)),
    ("high", pa.decimal128(38, DIGITS)), ("target", pa.decimal128(38, DIGITS)), ("trust", pa.string()),
    ("completeness", pa.decimal128(38, DIGITS)), ("coded_share", pa.decimal128(38, DIGITS)), ("doubts", pa.string()),
    ("piece_source", pa.string()), ("without_order", pa.string()), ("of", pa.string()),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a table of figures is of. `step` None: one value for each slice."""

    kpi: Kpi
    site: Site
    window: Window
    by: By
    scope: Scope
    variant: str = ""
    step: By | None = None


@dataclass(frozen=True)
class FigureRow:
    """One value with its slice, its target and its trust."""

    key: str
    label: str
    at: str
    value: KpiValue
    trust: Trust | None
    target: Decimal | None
    piece_source: str


@dataclass(frozen=True)
class Figures:
    """The rows, and the whole computed from the sum. `without_order`: what time without an order counts as."""

    asked: Asked
    rows: list[FigureRow]
    whole: FigureRow
    without_order: str


def figures(asked: Asked, now: datetime) -> Figures:
    """The table. Statements do not depend on the window. Raises: LookupError where it can't be told apart so."""
    facts = _Facts(asked, now)
    table = kpi_table(
        asked.kpi, asked.site, asked.window, asked.by if asked.step is None else By.SITE, asked.scope,
        variant=asked.variant, now=now,
    )  # fmt: skip
    if asked.step is None:
        rows = [facts.row(each.slice.key, each.slice.label, "", each.slice.pk, each.value, each.trust)
                for each in table.rows]  # fmt: skip
    elif asked.kpi.basis != Basis.MACHINES:
        raise LookupError(f"{asked.kpi.id} can't be told apart by place and time at once")
    else:
        rows = [
            facts.row(key, label, at, None, asked.kpi.of(cell, asked.variant), _trust(cell))
            for key, label, at, cell in grid(asked.site, asked.window, asked.by, asked.step, asked.scope)
        ]
    whole = facts.row("total", "total", "", None, table.whole, table.trust)
    return Figures(asked, rows, whole, facts.without_order)


class _Facts:
    """What stands beside every value: targets, sources of pieces, the site's choice. Constant statements."""

    def __init__(self, asked: Asked, now: datetime) -> None:
        self.asked = asked
        self.is_of_machines = asked.kpi.basis == Basis.MACHINES
        end = instant(asked.window.last + timedelta(days=1), time(0), asked.site.zone)
        self.at = min(now, end - timedelta(microseconds=1))
        self.targets: Targets = targets_at(asked.site, self.at, [asked.kpi.id])
        self.sources: dict[str, str] = {}
        self.places: dict[str, int] = {}
        self.without_order = ""
        if self.is_of_machines:
            held = listening_by_machine(asked.site, self.at)
            rows = list(Equipment.objects.filter(site=asked.site).order_by().values_list("pk", "code"))
            self.places = {code: pk for pk, code in rows}
            self.sources = {code: str(held[pk].piece_source) for pk, code in rows if pk in held}
            self.without_order = without_order_at(asked.site, self.at)

    def row(self, key: str, label: str, at: str, pk: int | None, value: KpiValue, mark: Trust | None) -> FigureRow:
        """One value with what stands beside it."""
        asked = self.asked
        place = (self.places.get(key) or pk) if asked.by in PLACES else asked.scope.equipment
        material = pk if asked.by == By.MATERIAL else asked.scope.definition
        period = PERIOD.get(asked.step or asked.by, TargetPeriod.ANY)
        target = self.targets.of(asked.kpi.id, place, material, period)
        return FigureRow(key, label, at, value, mark, target.value if target else None, self._source(key))

    def _source(self, key: str) -> str:
        if not self.is_of_machines:
            return ""
        if self.asked.by == By.MACHINE and key in self.places:
            return self.sources.get(key, PieceSource.REPORTS.value)
        every = set(self.sources.values()) or {PieceSource.REPORTS.value}
        return "+".join(sorted(every))


def _trust(cell: Any) -> Trust | None:
    return trust(cell.totals) if isinstance(cell, Machines) else None


def plain_rows(found: Figures) -> Iterator[dict[str, Any]]:
    """The rows under `COLUMNS`, exact, the whole last."""
    asked = found.asked
    same = {
        "site": asked.site.code, "kpi": asked.kpi.id, "version": asked.kpi.version, "first": asked.window.first,
        "last": asked.window.last, "by": str(asked.by), "step": str(asked.step or ""),
        "without_order": found.without_order,
    }  # fmt: skip
    for row in (*found.rows, found.whole):
        value, mark = row.value, row.trust
        yield same | {
            "variant": value.variant, "key": row.key, "label": row.label, "at": row.at,
            "value": rounded(value.value), "unit": value.unit, "per": value.per, "missing": str(value.missing or ""),
            "low": rounded(value.low), "high": rounded(value.high), "target": rounded(row.target),
            "trust": str(mark.mark) if mark else "", "completeness": rounded(mark.completeness) if mark else None,
            "coded_share": rounded(mark.coded) if mark else None,
            "doubts": " ".join(str(each) for each in mark.doubts) if mark else "", "piece_source": row.piece_source,
            "of": value.of,
        }  # fmt: skip


def rounded(value: Decimal | None) -> Decimal | None:
    """A value as it leaves the house: twelve digits behind the point."""
    return None if value is None else round(value, DIGITS)


class _Echo:
    """What `csv` writes to: it gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(found: Figures) -> Iterator[str]:
    """The table as CSV, line by line; no cell that a spreadsheet would run."""
    writer = csv.writer(_Echo())
    names = [name for name, _kind in COLUMNS]
    yield "\N{BYTE ORDER MARK}"  # without it spreadsheets read the file in the system's old code page
    yield writer.writerow(names)
    for row in plain_rows(found):
        yield writer.writerow([_cell(row[name]) for name in names])


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else guarded(value)


def parquet_chunks(found: Figures, rows_at_once: int = 5_000) -> Iterator[bytes]:
    """The table as Parquet, written some rows at a time to disk and read from there in pieces."""
    schema = pa.schema(COLUMNS)
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema) as writer:
            for rows in _in_chunks(plain_rows(found), rows_at_once):
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _in_chunks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
