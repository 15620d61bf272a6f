"""CSV: the declared encoding and nothing else, one record at a time."""

import csv
import io
from collections.abc import Generator, Iterator
from typing import BinaryIO

from mom.erp.engine.mapping import FileShape
from mom.erp.engine.problems import BrokenFile, ProblemCode
from mom.erp.readers.limits import LONGEST_CSV_CELL, MOST_COLUMNS, MOST_ROWS

_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read_csv(file: BinaryIO, shape: FileShape) -> Generator[tuple[int, list[str]], None, None]:
    """The header, then each record that is not empty, with the line on which it begins. Raises: BrokenFile."""
    _check_mark(file, shape)
    encoding = "utf-8-sig" if shape.encoding.startswith("utf-8") else shape.encoding
    stream = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    text = _Lines(stream, shape.encoding)
    csv.field_size_limit(LONGEST_CSV_CELL)
    records = csv.reader(text, delimiter=shape.delimiter, quotechar=shape.quote, strict=True)
    header_seen, count, begins = False, 0, 1
    try:
        while True:
            try:
                cells = next(records)
            except StopIteration:
                break
            except csv.Error as error:
                raise BrokenFile(ProblemCode.FILE_NOT_CSV, where=str(begins), detail=str(error)) from None
            line, begins = begins, records.line_num + 1
            if line < shape.header_row or not any(cell.strip() for cell in cells):
                continue
            count += 1
            _check_size(line, count, cells)
            header_seen = True
            yield line, cells
        if not header_seen:
            raise BrokenFile(ProblemCode.FILE_EMPTY)
    finally:
        stream.detach()  # the file belongs to the caller


def _check_size(line: int, count: int, cells: list[str]) -> None:
    if count > MOST_ROWS + 1:
        raise BrokenFile(ProblemCode.FILE_TOO_MANY_ROWS, where=str(line), detail=str(MOST_ROWS))
    if len(cells) > MOST_COLUMNS:
        raise BrokenFile(ProblemCode.FILE_NOT_CSV, where=str(line), detail=f"> {MOST_COLUMNS}")


def _check_mark(file: BinaryIO, shape: FileShape) -> None:
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        raise BrokenFile(ProblemCode.FILE_NOT_CSV, where="1", detail="xlsx")
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark) and not (encoding == "utf-8-sig" and shape.encoding.startswith("utf-8")):
            raise BrokenFile(ProblemCode.FILE_ENCODING, where="1", value=shape.encoding, detail=encoding)


class _Lines:
    """Lines of text that turn what the decoder refuses, and NUL, into the one clear error."""

    def __init__(self, stream: io.TextIOWrapper, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._number += 1
        try:
            line = self._stream.readline(LONGEST_CSV_CELL * 4)
        except UnicodeDecodeError as error:
            found = f"0x{error.object[error.start]:02X}"
            number = self._number + error.object[: error.start].count(
                b"\n"
            )  # bytes are decoded in blocks of many lines
            raise BrokenFile(ProblemCode.FILE_ENCODING, where=str(number), value=self._encoding, detail=found) from None
        if not line:
            raise StopIteration
        if "\0" in line:
            raise BrokenFile(ProblemCode.FILE_NUL, where=str(self._number))
        return line
