"""A list as CSV or XLSX: every row of the view, its columns, exact values, and no cell that a program would run.

Source: OWASP ASVS 5.0 requirement 1.2.10 (formula injection).
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.web import printing
from mom.core.web.tables import Column, read

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CHUNK = 2_000
AT_ONCE = 20_000  # rows; a larger view is made by a worker, as long work


def respond(kind: str, name: Any, columns: Sequence[Column], rows: Any) -> HttpResponseBase:
    """The download of a view, `kind` "csv" or "xlsx"."""
    return _WRITERS[kind](file_name(kind, name), columns, rows)


def file_name(kind: str, name: Any) -> str:
    """What the download of a view is called."""
    stem = slugify(str(name)) or "export"
    return f"{stem}-{clock.now():%Y%m%d-%H%M}.{kind}"


def guarded(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def heads(columns: Iterable[Column]) -> list[str]:
    """The head row: labels, a column of its own for each unit, and the note of a column after it."""
    names: list[str] = []
    for column in columns:
        label = str(column.label)
        names.append(_("%(label)s (s)") % {"label": label} if column.kind in {"duration", "hours"} else label)
        if column.kind == "quantity":
            names.append(_("%(label)s unit") % {"label": label})
        if column.note is not None:
            names.append(_("%(label)s note") % {"label": label})
    return [str(guarded(name)) for name in names]


def values(columns: Iterable[Column], row: Any) -> list[Any]:
    """One row's exact values under `heads`: ratios as ratios, lengths of time as `timedelta`, instants as ISO 8601."""
    cells: list[Any] = []
    for column in columns:
        cells.append(guarded(column.plain(row)))
        if column.kind == "quantity":
            cells.append(_unit(column, row))
        if column.note is not None:
            cells.append(guarded(column.note(row) if callable(column.note) else read(row, column.note)))
    return cells


def _unit(column: Column, row: Any) -> str:
    code = read(row, column.unit) if column.unit else getattr(column.value_of(row), "unit", "")
    return str(guarded(printing.unit(str(code or ""))))


def each(rows: Any) -> Iterator[Any]:
    """The rows one after the other, read in chunks."""
    return iter(rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else rows)


class _Echo:
    """What `csv` writes to: it gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The file, line by line."""
    writer = csv.writer(_Echo())
    yield "\N{BYTE ORDER MARK}"  # without it spreadsheets read the file in the system's old code page
    yield writer.writerow(heads(columns))
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in values(columns, row)])


def _csv_cell(value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return f"{printing.seconds_of(value).normalize():f}"
    return f"{value:f}" if isinstance(value, Decimal) else value


def write_csv(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """The view into an open file."""
    file.writelines(line.encode() for line in csv_lines(columns, rows))


def write_xlsx(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """The view into an open file, a row at a time."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        fill_sheet(book, book.add_worksheet(), columns, rows)


def fill_sheet(book: Any, sheet: Any, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """One sheet of a workbook: its head, then a row at a time."""
    bold, length = book.add_format({"bold": True}), book.add_format({"num_format": "[h]:mm:ss"})
    share = book.add_format({"num_format": "0.0 %"})
    shapes = [share if kind == "percent" else None for kind in _kinds(columns)]
    for index, name in enumerate(heads(columns)):
        sheet.write_string(0, index, name.removesuffix(" (s)"), bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(values(columns, row)):
            _xlsx_cell(sheet, number, index, value, length, shapes[index])


def _kinds(columns: Iterable[Column]) -> list[str]:
    """What stands under each of the `heads`."""
    kinds: list[str] = []
    for column in columns:
        kinds.append(column.kind)
        kinds.extend("text" for _each in heads((column,))[1:])
    return kinds


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any, length: Any, shape: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, dt.timedelta):
        sheet.write_number(row, column, float(printing.seconds_of(value)) / 86_400, length)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, float(value), shape)
    else:
        sheet.write_string(row, column, str(value))


def _csv(filename: str, columns: Sequence[Column], rows: Any) -> HttpResponseBase:
    response = StreamingHttpResponse(csv_lines(columns, each(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _xlsx(filename: str, columns: Sequence[Column], rows: Any) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    write_xlsx(file, columns, each(rows))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


_WRITERS: dict[str, Callable[[str, Sequence[Column], Any], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx}
