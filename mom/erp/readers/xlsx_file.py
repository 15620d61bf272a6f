"""XLSX: the archive is measured before it is opened, sheets are read in passing, formulas are refused."""

import zipfile
from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mom.erp.engine.mapping import FileShape
from mom.erp.engine.problems import BrokenFile, ProblemCode
from mom.erp.readers.limits import (
    MOST_ARCHIVE_BYTES,
    MOST_ARCHIVE_MEMBERS,
    MOST_ARCHIVE_RATIO,
    MOST_COLUMNS,
    MOST_ROWS,
)

_NOT_A_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    DefusedXmlException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,  # an encrypted member
)


def read_xlsx(file: BinaryIO, shape: FileShape) -> Generator[tuple[int, list[str]], None, None]:
    """The header, then each row that is not empty, with its row number. Raises: BrokenFile."""
    check_archive(file)
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except _NOT_A_WORKBOOK as error:
        raise BrokenFile(ProblemCode.FILE_NOT_XLSX, detail=type(error).__name__) from None
    try:
        rows = _rows(book, shape)
        while True:
            try:
                found = next(rows)
            except StopIteration:
                return
            except _NOT_A_WORKBOOK as error:
                raise BrokenFile(ProblemCode.FILE_NOT_XLSX, detail=type(error).__name__) from None
            yield found
    finally:
        book.close()


def check_archive(file: BinaryIO) -> None:
    """Refuses what would unpack to too much: total size, member count and compression ratio, by the directory alone."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError):
        raise BrokenFile(ProblemCode.FILE_NOT_XLSX, detail="zip") from None
    finally:
        file.seek(0)
    if len(members) > MOST_ARCHIVE_MEMBERS:
        raise BrokenFile(ProblemCode.FILE_ARCHIVE_TOO_LARGE, value=str(len(members)), detail=str(MOST_ARCHIVE_MEMBERS))
    total = sum(member.file_size for member in members)
    if total > MOST_ARCHIVE_BYTES:
        raise BrokenFile(ProblemCode.FILE_ARCHIVE_TOO_LARGE, value=str(total), detail=str(MOST_ARCHIVE_BYTES))
    for member in members:
        if member.file_size > MOST_ARCHIVE_RATIO * max(member.compress_size, 1):
            ratio = member.file_size // max(member.compress_size, 1)
            raise BrokenFile(ProblemCode.FILE_ARCHIVE_TOO_LARGE, value=str(ratio), detail=str(MOST_ARCHIVE_RATIO))


def _rows(book: Any, shape: FileShape) -> Generator[tuple[int, list[str]], None, None]:
    if shape.sheet and shape.sheet not in book.sheetnames:
        raise BrokenFile(ProblemCode.FILE_SHEET_MISSING, value=shape.sheet, detail=", ".join(book.sheetnames)[:200])
    sheet = book[shape.sheet] if shape.sheet else book.worksheets[0]
    sheet.reset_dimensions()  # what the file claims about its own size is not trusted
    width, count = 0, 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number < shape.header_row:
            continue
        if len(row) > MOST_COLUMNS:
            raise BrokenFile(ProblemCode.FILE_NOT_XLSX, where=str(number), detail=f"> {MOST_COLUMNS}")
        cells = [_text(cell, shape) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise BrokenFile(ProblemCode.FILE_TOO_MANY_ROWS, where=str(number), detail=str(MOST_ROWS))
        width = width or len(cells)
        yield number, cells + [""] * (width - len(cells))
    if not count:
        raise BrokenFile(ProblemCode.FILE_EMPTY)


def _text(cell: Any, shape: FileShape) -> str:
    """A cell as the text that the mapping's formats read: numbers with its decimal sign, ISO times, spans h:mm:ss."""
    value = cell.value
    if cell.data_type == "f":
        raise BrokenFile(ProblemCode.FILE_FORMULA, where=f"{cell.column_letter}{cell.row}", value=str(value)[:60])
    if value is None:
        return ""
    if isinstance(value, str):
        if "\0" in value:
            raise BrokenFile(ProblemCode.FILE_NUL, where=f"{cell.column_letter}{cell.row}")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value + timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M:%S")  # a serial number is rarely exact
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00"
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    return _number(value, shape.decimal)


def _span(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def _number(value: float, decimal: str) -> str:
    """The 15 digits that a spreadsheet keeps, without the noise behind them and without an exponent."""
    text = str(value) if isinstance(value, int) else f"{value:.15g}"
    if "e" in text or "n" in text:  # 1e+20, nan, inf: no quantity of a report
        return text
    return text.replace(".", decimal)
