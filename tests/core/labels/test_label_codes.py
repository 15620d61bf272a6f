"""What a label carries is what a scanner reads: every code is read back from the printed page, and from ZPL's dots."""

import random
import string
from typing import Any

import pytest

from mom.core.engine import code128, datamatrix
from mom.core.errors import InvalidInput
from mom.core.labels import pdf, svg, zpl
from mom.core.labels.codes import Symbology, symbol
from mom.core.labels.template import Drawing, Size, checked, fill
from tests.core.labels.reading import codes, pages, picture_of, texts

SIZE = Size(100, 40)
VALUES = {
    "code": "L-2604/118",
    "gtin": "09506000134352",
    "day": "271231",
    "empty": "",
    "name": "Gehäuse Łódź 30 % ^~_\\",
}


def label(kind: str, data: str, *, human: bool = True, values: dict[str, str] = VALUES, side: float = 30) -> Drawing:
    width = 96.0 if kind in {"code128", "gs1-128"} else side
    elements: Any = [
        {"type": "code", "x": 2, "y": 2, "width": width, "height": side, "symbology": kind, "data": data,
         "human": human},
        {"type": "text", "x": 2, "y": 35, "width": 90, "size": 4, "text": "{name}", "align": "right"},
        {"type": "line", "x": 2, "y": 34, "width": 90, "height": 0.3},
    ]  # fmt: skip
    return fill(checked(elements, SIZE, values), SIZE, values)


CASES = [
    ("qr", "{code}", "L-2604/118", "]Q1"),
    ("datamatrix", "{code}", "L-2604/118", "]d1"),
    ("code128", "{code}", "L-2604/118", "]C0"),
    ("gs1-datamatrix", "(01){gtin}(10){code}(17){day}", "(01)09506000134352(10)L-2604/118(17)271231", "]d2"),
    ("gs1-128", "(01){gtin}(10){code}(17){day}", "(01)09506000134352(10)L-2604/118(17)271231", "]C1"),
]


@pytest.mark.parametrize(("kind", "data", "expected", "symbology"), CASES)
def test_code_is_read_back_from_the_printed_page(kind: str, data: str, expected: str, symbology: str) -> None:
    (page,) = pages(pdf.singles([label(kind, data)], "Label"))
    (read,) = codes(page)

    assert (read.text, read.symbology_identifier) == (expected, symbology)


@pytest.mark.parametrize(("kind", "data", "expected", "symbology"), CASES)
@pytest.mark.parametrize("dots", [203, 300, 600])
def test_code_is_read_back_from_the_dots_of_a_label_printer(
    kind: str, data: str, expected: str, symbology: str, dots: int
) -> None:
    (read,) = codes(picture_of(zpl.render(label(kind, data), dots=dots)))

    assert (read.text, read.symbology_identifier) == (expected, symbology)


def test_gs1_code_is_understood_by_our_own_scan_box() -> None:
    from datetime import date

    from mom.core.engine.scan import read

    data = "(01){gtin}(10){code}(17){day}"
    (page,) = pages(pdf.singles([label("gs1-datamatrix", data)], "Label"))
    (found,) = codes(page)
    raw = found.bytes.decode()
    scan = read(f"]d2{raw}", today=date(2026, 4, 16))

    assert "\x1d" in raw, "a separator ends the lot, and none follows what has a fixed length"
    assert [(each.code, each.text) for each in scan.elements] == [
        ("01", "09506000134352"), ("10", "L-2604/118"), ("17", "271231"),
    ]  # fmt: skip


def test_gs1_value_can_not_add_an_element_of_its_own() -> None:
    """A lot called so by a supplier must not get another expiry."""
    drawn = label("gs1-datamatrix", "(01){gtin}(10){code}", values={**VALUES, "code": "A(17)301231"})
    (read,) = codes(pages(pdf.singles([drawn], "Label"))[0])

    assert read.bytes.decode() == "0109506000134352" + "10A(17)301231"


def test_gs1_element_without_a_value_is_left_out() -> None:
    (read,) = codes(pages(pdf.singles([label("gs1-datamatrix", "(10){code}(17){empty}")], "Label"))[0])
    assert read.text == "(10)L-2604/118"


@pytest.mark.parametrize("wrong", ["(01)09506000134353", "(10)" + "x" * 21, "(10)\u00e5", "(17)271331"])
def test_gs1_that_breaks_a_rule_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        fill([{"type": "code", "x": 0, "y": 0, "width": 40, "height": 30, "symbology": "gs1-datamatrix",
               "data": wrong, "human": False}], SIZE, {})  # fmt: skip


def test_codes_of_all_lengths_are_read_back() -> None:
    chance = random.Random(3)
    letters = string.ascii_letters + string.digits * 3 + "-/. ^~{}"
    for kind in (Symbology.QR, Symbology.DATAMATRIX, Symbology.CODE128):
        for length in range(1, 41, 3):
            text = "".join(chance.choice(letters) for _ in range(length)).strip() or "x"
            drawn = label(kind, "{code}", human=False, values={**VALUES, "code": text})
            assert [read.text for read in codes(picture_of(zpl.render(drawn, dots=600)))] == [text], kind


@pytest.mark.parametrize("length", [1, 3, 5, 8, 12, 18, 22, 30, 36, 44, 62, 86, 114, 144, 174, 204, 280])
def test_datamatrix_of_each_size_is_read_back(length: int) -> None:
    from PIL import Image

    made = symbol(Symbology.DATAMATRIX, "A" * length)
    side = len(made.rows)
    image = Image.new("L", (side + 8, side + 8), 255)
    for y, row in enumerate(made.rows):
        for x, module in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if module == "1" else 255)
    (read,) = codes(image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST))
    assert read.text == "A" * length


def test_datamatrix_holds_letters_of_other_languages() -> None:
    drawn = label("datamatrix", "{name}")
    assert codes(picture_of(zpl.render(drawn, dots=300)))[0].text == VALUES["name"]


def test_code_refuses_what_it_can_not_hold() -> None:
    with pytest.raises(datamatrix.TooMuchData):
        datamatrix.encode("A" * 281)
    with pytest.raises(code128.NotEncodable):
        code128.encode("Łódź")
    with pytest.raises(InvalidInput):
        symbol(Symbology.CODE128, "Łódź")
    with pytest.raises(InvalidInput):
        symbol(Symbology.QR, "")


def test_zpl_text_can_be_no_command() -> None:
    hostile = "^XA^FDx^FS~JA _5E\\&\r\n^XZ"
    printed = zpl.render(label("qr", "{code}", human=False, values={**VALUES, "name": hostile}), dots=203)
    (field,) = printed.split("^FH^FD")[1:]
    text = field.split("^FS")[0]

    assert text == "_5EXA_5EFDx_5EFS_7EJA _5F5E_5C&  _5EXZ"
    assert printed.count("^XA") == printed.count("^XZ") == 1
    assert "~" not in printed
    assert zpl.escaped("Ł^") == "_C5_81_5E"
    assert "^PQ3^XZ" in zpl.render(label("qr", "{code}"), dots=203, copies=3)


def test_page_shows_text_as_text() -> None:
    drawn = label("qr", "{code}", values={**VALUES, "name": "<script>alert(1)</script>"})
    shown = svg.render(drawn, '"><script>')
    assert "<script" not in shown
    assert "Gehäuse Łódź" in texts(pdf.singles([label("qr", "{code}")], "Label"))[0]


def test_sheets_hold_labels_side_by_side() -> None:
    drawn = label("qr", "{code}")
    sheets = pages(pdf.sheets([drawn] * 16, "Labels"), dots=200)
    assert [len(codes(sheet)) for sheet in sheets] == [6, 6, 4]


def test_text_that_is_too_long_gets_smaller_and_then_shorter() -> None:
    from mom.core.labels.fonts import fitted

    assert fitted("short", 4, 50, is_bold=False) == ("short", 4)
    text, size = fitted("x" * 300, 4, 50, is_bold=False)
    assert text.endswith("…")
    assert size == pytest.approx(2.4)
