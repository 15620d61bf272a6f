import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from mom.core.engine.quantity import Quantity
from mom.core.web import exports
from mom.core.web.tables import Column, State, Tag

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
COLUMNS = (
    Column("name", "=Name"),
    Column("count", "Count", kind="number"),
    Column("took", "Took", kind="duration"),
    Column("good", "Good", kind="quantity"),
    Column("status", "Status", note="why"),
)
ROW: dict[str, Any] = {
    "name": "plain",
    "count": Decimal("-3.50"),
    "took": dt.timedelta(hours=30, seconds=1, microseconds=500_000),
    "good": Quantity(Decimal("1.250000"), "KGM"),
    "status": Tag("Hold", "bad"),
    "why": "-crack",
}


@pytest.mark.parametrize("text", RISKY)
def test_export_guards_text_that_a_spreadsheet_would_run(text: str) -> None:
    assert exports.guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", ["A-1", "", Decimal(-5), -5, None])
def test_export_leaves_harmless_values(value: Any) -> None:
    assert exports.guarded(value) == value


def test_export_csv_writes_exact_numbers_units_and_guarded_heads() -> None:
    answer = exports.respond("csv", "Lots & WIP", COLUMNS, [ROW, {**ROW, "name": "=cmd|' /C calc'!A0"}])
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "'=Name,Count,Took (s),Good,Good unit,Status,Status note"
    assert lines[1] == "plain,-3.50,108001.5,1.250000,kg,Hold,'-crack"
    assert lines[2].startswith("'=cmd")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="lots-wip-')


@pytest.mark.django_db  # closing an answer ends a request, and that looks at the connections
def test_export_xlsx_never_writes_a_formula() -> None:
    answer = exports.respond("xlsx", "", COLUMNS, [{**ROW, "name": text} for text in RISKY])
    content = io.BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    answer.close()
    sheet = openpyxl.load_workbook(content).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n", "d"}
    assert sheet["B2"].value == -3.5
    assert sheet["C2"].number_format == "[h]:mm:ss"


@pytest.mark.django_db
def test_export_xlsx_shows_a_ratio_as_percent_and_keeps_it_exact_behind_a_unit() -> None:
    columns = (*COLUMNS, Column("share", "Share", kind="percent"))
    answer = exports.respond("xlsx", "", columns, [{**ROW, "share": Decimal("0.7479365")}])
    content = io.BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    answer.close()
    sheet = openpyxl.load_workbook(content).active
    assert sheet is not None
    cells = {sheet.cell(1, at).value: sheet.cell(2, at) for at in range(1, sheet.max_column + 1)}
    assert (cells["Share"].value, cells["Share"].number_format) == (0.7479365, "0.0 %")
    assert cells["Good"].number_format == "General"


def test_column_value_that_is_a_state_exports_its_word() -> None:
    assert Column("s", "S", lambda _: State("down")).plain({}) == "Down"


def test_column_cell_escapes_what_people_typed() -> None:
    column = Column("name", "Name", link=lambda _: "/x/?a=1&b=2", note=lambda _: "<i>")
    shown = column.cell({"name": "<script>alert(1)</script>"})
    assert "<script>" not in shown
    assert "<i>" not in shown
    assert "/x/?a=1&amp;b=2" in shown
