"""Reads back what was printed: pages of a PDF as pictures, pictures out of ZPL, and the codes in both."""

import io
import re
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

DOTS = 300


def pages(pdf: bytes, dots: int = DOTS) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [page.render(scale=dots / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def codes(image: Image.Image) -> list[Any]:
    return list(zxingcpp.read_barcodes(image))


def picture_of(zpl: str) -> Image.Image:
    """The label with its ^GFA pictures, as a printer would put its dots."""
    width, height = map(int, re.search(r"\^PW(\d+)\^LL(\d+)", zpl).groups())  # type: ignore[union-attr]
    paper = Image.new("L", (width, height), 255)
    for x, y, total, _total, row, data in re.findall(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS", zpl):
        raw = bytes.fromhex(data)
        assert len(raw) == int(total)
        dots = Image.frombytes("1", (int(row) * 8, len(raw) // int(row)), bytes(255 - byte for byte in raw))
        paper.paste(dots.convert("L"), (int(x), int(y)))
    return paper
