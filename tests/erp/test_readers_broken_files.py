"""A broken file gets one clear error, and a hostile one is not opened at all."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from openpyxl import Workbook

from mom.erp.engine.mapping import FileShape
from mom.erp.engine.problems import BrokenFile, ProblemCode
from mom.erp.readers import limits, open_table, xlsx_file

WALL_TIME = datetime(2025, 5, 5, 6, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
CSV, XLSX = FileShape(), FileShape(format="xlsx")


def lines_of(content: bytes, shape: FileShape = CSV) -> list[tuple[int, list[str]]]:
    with open_table(io.BytesIO(content), shape) as table:
        return [(1, table.header), *table.lines]


def refusal_of(content: bytes, shape: FileShape = CSV) -> tuple[ProblemCode, str]:
    with pytest.raises(BrokenFile) as caught:
        lines_of(content, shape)
    return caught.value.problem.code, caught.value.problem.where


def workbook(fill: Callable[[Workbook], None]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    fill(book)
    book.save(file)
    return file.getvalue()


def archive(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def test_csv_keeps_line_numbers_over_quoted_line_ends_and_blank_lines() -> None:
    content = b'\xef\xbb\xbfa,b\n"one\ntwo",2\n\n , \n3,"4,5"\n'
    assert [line for line, _ in lines_of(content)] == [1, 2, 6]
    assert lines_of(content)[1:] == [(2, ["one\ntwo", "2"]), (6, ["3", "4,5"])]


def test_csv_reads_header_further_down() -> None:
    assert lines_of(b"Export of today\n\na,b\n1,2\n", FileShape(header_row=3)) == [(1, ["a", "b"]), (4, ["1", "2"])]


@pytest.mark.parametrize(
    ("content", "shape", "code", "where"),
    [
        (b"", CSV, ProblemCode.FILE_EMPTY, ""),
        (b"\n\n", CSV, ProblemCode.FILE_EMPTY, ""),
        (b"a,b\n1,\xe4\n", CSV, ProblemCode.FILE_ENCODING, "2"),
        (b"a,b\n1,\x81\n", FileShape(encoding="cp1252"), ProblemCode.FILE_ENCODING, "2"),
        ("a,b\n".encode("utf-16"), CSV, ProblemCode.FILE_ENCODING, "1"),
        (b"\xef\xbb\xbfa,b\n", FileShape(encoding="cp1252"), ProblemCode.FILE_ENCODING, "1"),
        (b"a,b\n1,\x002\n", CSV, ProblemCode.FILE_NUL, "2"),
        (b'a,b\n1,2\n1,"never closed\n2,3\n', CSV, ProblemCode.FILE_NOT_CSV, "3"),
        (b'a,b\n"x"y,2\n', CSV, ProblemCode.FILE_NOT_CSV, "2"),
        (b"a,b\n" + b"x" * 70_000 + b",1\n", CSV, ProblemCode.FILE_NOT_CSV, "2"),
        (b"," * 600 + b"x\n", CSV, ProblemCode.FILE_NOT_CSV, "1"),
        (archive(("a", b"b")), CSV, ProblemCode.FILE_NOT_CSV, "1"),
        (b"not a workbook", XLSX, ProblemCode.FILE_NOT_XLSX, ""),
        (archive(("a", b"b")), XLSX, ProblemCode.FILE_NOT_XLSX, ""),
        (archive(("xl/workbook.xml", b"\0" * 1_000_000)), XLSX, ProblemCode.FILE_ARCHIVE_TOO_LARGE, ""),
        (archive(*((f"{n}", b"") for n in range(1_001))), XLSX, ProblemCode.FILE_ARCHIVE_TOO_LARGE, ""),
    ],
)
def test_file_refused_when_broken(content: bytes, shape: FileShape, code: ProblemCode, where: str) -> None:
    assert refusal_of(content, shape) == (code, where)


def test_file_refused_with_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mom.erp.readers.csv_file.MOST_ROWS", 3)
    assert len(lines_of(b"a\n1\n2\n3\n")) == 4
    assert refusal_of(b"a\n1\n2\n3\n4\n") == (ProblemCode.FILE_TOO_MANY_ROWS, "5")


def test_xlsx_refuses_bomb_by_its_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MOST_ARCHIVE_BYTES", 100)
    content = archive(("a", bytes(range(101))))
    assert refusal_of(content, XLSX) == (ProblemCode.FILE_ARCHIVE_TOO_LARGE, "")
    assert limits.MOST_ARCHIVE_BYTES == 200 * 1024 * 1024


def test_xlsx_reads_cells_as_the_mapping_reads_text() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["Order", "Start", "Span", "Good", "Rework", None])
        book.active.append(["W1", WALL_TIME, timedelta(hours=25, minutes=49), 0.1 + 0.2, True])
        book.active["C2"].number_format = "[h]:mm"
        book.active.append([])
        book.active.append(["W2", "05.05.2025", "0:30", 12])

    german = FileShape(format="xlsx", decimal=",")
    assert lines_of(workbook(fill), german)[1:] == [
        (2, ["W1", "2025-05-05 06:30:00", "25:49:00", "0,3", "true"]),
        (4, ["W2", "05.05.2025", "0:30", "12", ""]),
    ]


def test_xlsx_refuses_formulas() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["a", "b"])
        book.active.append([1, "=1+1"])

    assert refusal_of(workbook(fill), XLSX) == (ProblemCode.FILE_FORMULA, "B2")


def test_xlsx_takes_text_that_looks_like_a_formula() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["a"])
        book.active.append(["=1+1"])
        book.active["A2"].data_type = "s"

    assert lines_of(workbook(fill), XLSX)[1:] == [(2, ["=1+1"])]


def test_xlsx_names_the_sheets_it_has() -> None:
    with pytest.raises(BrokenFile) as caught:
        lines_of(workbook(lambda book: book.active.append(["a"])), FileShape(format="xlsx", sheet="Log"))
    assert (caught.value.problem.code, caught.value.problem.detail) == (ProblemCode.FILE_SHEET_MISSING, "Sheet")


def test_xlsx_refuses_document_type_declarations() -> None:
    plain = workbook(lambda book: book.active.append(["a"]))
    members = []
    with zipfile.ZipFile(io.BytesIO(plain)) as made:
        for name in made.namelist():
            content = made.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY e "boom">]>' + content.replace(b">a<", b">&e;<")
            members.append((name, content))
    assert refusal_of(archive(*members), XLSX)[0] == ProblemCode.FILE_NOT_XLSX
