"""Reading a whole file into staging and checking it, before any of its rows takes effect.

Rows travel by COPY into a temporary table of this session, a batch a transaction, so that a killed or refused import
leaves nothing. One last transaction numbers equal rows, leaves out those that are known, and moves the rest beside
their run.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, cast

from django.db import connection, transaction

from mom.core.db.bulk import copy_rows
from mom.erp.engine.mapping import ExecutionMapping
from mom.erp.engine.problems import CHANGES, Problem, ProblemCode
from mom.erp.engine.rows import ReportedRow, RowReader, RowRefused
from mom.erp.models import ImportRun, StagedRow
from mom.erp.readers import OpenTable, open_table
from mom.erp.words import sentence

BATCH = 5_000
_encode = json.JSONEncoder(ensure_ascii=False).encode
STAGED = StagedRow._meta.db_table
INCOMING = "erp_incoming"
ISSUES = "erp_incoming_issue"
COLUMNS = [
    "run_id",
    "line",
    "digest",
    "occurrence",
    "raw",
    "order_code",
    "operation",
    "resource_code",
    "resource_name",
    "person_code",
    "person_name",
    "part_code",
    "part_name",
    "order_quantity",
    "unit",
    "started_at",
    "ended_at",
    "duration",
    "work_kind",
    "good",
    "scrap",
    "rework",
    "review",
    "is_rework",
]
ISSUE_COLUMNS = ("run_id", "line", "column", "value", "code", "message")


@dataclass
class Counted:
    """What a check found. `total` = new + known + refused; a changed row is taken, with something reported."""

    total: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0
    changed: int = 0
    header: list[str] = field(default_factory=list)
    file_digest: str = ""


def read_into_session(
    run: ImportRun, mapping: ExecutionMapping, file: BinaryIO, tick: Callable[[int], None]
) -> Counted:
    """Reads every line into this session's temporary tables. `tick` hears after each batch how many lines are read.

    Raises: BrokenFile, and whatever `tick` raises to stop.
    """
    counted = Counted()
    _make_tables()
    with open_table(file, mapping.file) as table:
        reader = RowReader(mapping, table.header, run.site.zone)
        counted.header = table.header
        batches = _Batches(run, table, reader, counted)
        while rows := batches.next():
            with transaction.atomic():
                copy_rows(INCOMING, COLUMNS, rows.taken)
                copy_rows(ISSUES, ISSUE_COLUMNS, rows.issues)
            tick(counted.total)
    file.seek(0)
    counted.file_digest = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    return counted


def settle(run: ImportRun, counted: Counted) -> None:
    """Refuses what does not fit the plant, numbers equal rows, leaves known ones out, and puts the rest beside the run.

    Joins the caller's transaction. Afterwards `counted` is complete and the session's tables are gone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute("SET LOCAL jit = off")  # compiling these few statements costs more than it saves
        _refuse_foreign_orders(cursor, run, counted)
        _refuse_other_units(cursor, run, counted)
        _report_differing_orders(cursor, run)
        counted.changed = _changed(cursor)
        columns = ", ".join(f'"{name}"' for name in ISSUE_COLUMNS)
        cursor.execute(f"INSERT INTO core_taskrunissue ({columns}) SELECT {columns} FROM {ISSUES} ORDER BY line")  # noqa: S608
        names = ", ".join(COLUMNS)
        numbered = names.replace("occurrence", "row_number() OVER (PARTITION BY digest ORDER BY line) AS occurrence")
        cursor.execute(
            f"INSERT INTO {STAGED} ({names}) SELECT {names} FROM (SELECT {numbered} FROM {INCOMING}) AS n"  # noqa: S608
            " WHERE (SELECT k.id FROM erp_sourcerow k WHERE k.site_id = %s AND k.source = %s"
            " AND k.digest = n.digest AND k.occurrence = n.occurrence) IS NULL ORDER BY line",
            [run.site_id, run.source],
        )
        counted.new = cursor.rowcount
        counted.known = counted.total - counted.refused - counted.new
        drop_tables()


def drop_tables() -> None:
    """Forgets what this session has read."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {INCOMING}, {ISSUES}")


def _make_tables() -> None:
    drop_tables()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {INCOMING} (LIKE {STAGED})")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {ISSUES} (run_id bigint, line bigint, "
            '"column" text, value text, code text, message text)'
        )


@dataclass
class _Rows:
    taken: list[tuple[Any, ...]] = field(default_factory=list)
    issues: list[tuple[Any, ...]] = field(default_factory=list)


class _Batches:
    """Takes lines off an open file, a batch at a time, as rows for COPY."""

    def __init__(self, run: ImportRun, table: OpenTable, reader: RowReader, counted: Counted) -> None:
        self._run, self._reader, self._counted = run, reader, counted
        self._lines: Iterator[tuple[int, list[str]]] = table.lines

    def next(self) -> _Rows | None:
        """The next batch, or None where the file ends."""
        rows, seen = _Rows(), 0
        for line, cells in islice(self._lines, BATCH):
            seen += 1
            try:
                report, changes = self._reader.read(cells)
            except RowRefused as refused:
                self._counted.refused += 1
                rows.issues.extend(self._issue(line, problem) for problem in refused.problems)
                continue
            rows.taken.append(self._row(line, cells, report))
            rows.issues.extend(self._issue(line, problem) for problem in changes)
        self._counted.total += seen
        return rows if seen else None

    def _row(self, line: int, cells: list[str], report: ReportedRow) -> tuple[Any, ...]:
        digest = "\\x" + self._reader.digest(cells).hex()
        return (self._run.pk, line, digest, 0, _encode(cells), *report)

    def _issue(self, line: int, problem: Problem) -> tuple[Any, ...]:
        return issue(self._run, line, problem)


def issue(run: ImportRun, line: int, problem: Problem) -> tuple[Any, ...]:
    """A problem as a row for the run's list of issues."""
    return (run.check_task_id, line, problem.where[:200], problem.value[:500], problem.code.value, sentence(problem))


def _refuse_foreign_orders(cursor: Any, run: ImportRun, counted: Counted) -> None:
    """An order number that another domain uses here: its rows would land in the wrong order."""
    cursor.execute(
        f"DELETE FROM {INCOMING} s USING work_workrequest w WHERE w.site_id = %s AND w.code = s.order_code"  # noqa: S608
        " AND w.operations_type <> 'production' RETURNING s.line, s.order_code, w.operations_type",
        [run.site_id],
    )
    _refuse(run, counted, ProblemCode.ORDER_OF_OTHER_DOMAIN, cursor.fetchall())


def _refuse_other_units(cursor: Any, run: ImportRun, counted: Counted) -> None:
    """A row in another unit than its material is kept in; a new material is kept in the unit most rows have."""
    cursor.execute(
        f"""
        WITH kept AS (
            SELECT s.part_code, coalesce(min(m.unit), mode() WITHIN GROUP (ORDER BY s.unit)) AS unit
            FROM {INCOMING} s LEFT JOIN plant_materialdefinition m ON m.site_id = %s AND m.code = s.part_code
            WHERE s.part_code <> '' GROUP BY s.part_code)
        DELETE FROM {INCOMING} s USING kept
        WHERE s.part_code = kept.part_code AND s.unit <> kept.unit RETURNING s.line, s.unit, kept.unit
        """,  # noqa: S608
        [run.site_id],
    )
    _refuse(run, counted, ProblemCode.UNIT_DIFFERS, cursor.fetchall())


def _refuse(run: ImportRun, counted: Counted, code: ProblemCode, found: list[tuple[int, str, str]]) -> None:
    counted.refused += len(found)
    column = {ProblemCode.UNIT_DIFFERS: "unit", ProblemCode.ORDER_OF_OTHER_DOMAIN: "order"}[code]
    _note(run, ((line, Problem(code, column, value, detail)) for line, value, detail in found))


def _report_differing_orders(cursor: Any, run: ImportRun) -> None:
    """Orders whose rows disagree on the order quantity: the most frequent is taken, the first other one reported."""
    cursor.execute(f"""
        WITH mixed AS (
            SELECT order_code, mode() WITHIN GROUP (ORDER BY order_quantity) AS usual FROM {INCOMING}
            WHERE order_quantity IS NOT NULL GROUP BY order_code HAVING count(DISTINCT order_quantity) > 1)
        SELECT DISTINCT ON (s.order_code) s.line, trim_scale(s.order_quantity)::text, trim_scale(mixed.usual)::text
        FROM {INCOMING} s JOIN mixed USING (order_code)
        WHERE s.order_quantity <> mixed.usual ORDER BY s.order_code, s.line
        """)  # noqa: S608
    differs = ProblemCode.ORDER_DIFFERS
    _note(run, ((line, Problem(differs, "order_quantity", value, usual)) for line, value, usual in cursor.fetchall()))


def _note(run: ImportRun, found: Iterable[tuple[int, Problem]]) -> None:
    copy_rows(ISSUES, ISSUE_COLUMNS, (issue(run, line, problem) for line, problem in found))


def _changed(cursor: Any) -> int:
    codes = [code.value for code in CHANGES]
    cursor.execute(f"SELECT count(DISTINCT line) FROM {ISSUES} WHERE code = ANY(%s)", [codes])  # noqa: S608
    return int(cursor.fetchone()[0])
