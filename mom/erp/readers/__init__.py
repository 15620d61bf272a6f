"""Opening a foreign file: one generator of lines for every format, strict, bounded, and flat in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from mom.erp.engine.mapping import FileShape
from mom.erp.readers.csv_file import read_csv
from mom.erp.readers.xlsx_file import read_xlsx

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class OpenTable:
    """A header and the lines below it, each with its line number in the file. Empty lines are left out."""

    header: list[str]
    lines: Iterator[Line]


@contextmanager
def open_table(file: BinaryIO, shape: FileShape) -> Iterator[OpenTable]:
    """Opens a file as its mapping says. Raises: BrokenFile, here and while the lines are taken."""
    lines = read_xlsx(file, shape) if shape.format == "xlsx" else read_csv(file, shape)
    try:
        _, header = next(lines)
        yield OpenTable(header, lines)
    finally:
        lines.close()
