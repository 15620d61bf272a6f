"""A workbook of several lists, each on a sheet of its own, by the rules of every export."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from mom.core.web.exports import fill_sheet
from mom.core.web.tables import Column, Text

LONGEST_NAME = 31  # what the file format allows
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Sheet:
    """One list with its name on the tab."""

    name: Text
    columns: Sequence[Column]
    rows: Sequence[Any]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Text that a program would run as a formula is not run; numbers stay numbers."""
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        for sheet in sheets:
            tab = book.add_worksheet(str(sheet.name).translate(FORBIDDEN)[:LONGEST_NAME])
            fill_sheet(book, tab, sheet.columns, sheet.rows)
            tab.set_column(0, 0, 24)
            tab.set_column(1, len(sheet.columns) * 2, 13)
    return out.getvalue()
