"""P32: what strangers send is judged by its content, opened behind a wall, and refused with the reason in words."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from mom.core.errors import MomError
from mom.core.files import intake, isolated, kinds, limits, names, pdf_names
from mom.core.files.refusals import SENTENCES
from tests.core.files import hostile

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "svg": ("drawing.svg", lambda: SVG, "file_is_svg"),
    "svg without its head": ("a.svg", lambda: SVG[21:], "file_is_svg"),
    "html": ("page.html", lambda: HTML, "file_is_markup"),
    "html renamed": ("photo.png", lambda: HTML, "file_is_markup"),
    "html behind blanks": ("photo.png", lambda: b"\xef\xbb\xbf \r\n" + HTML, "file_is_markup"),
    "gif": ("a.gif", lambda: b"GIF89a" + b"\0" * 100, "file_kind_unknown"),
    "gifar": ("a.gif", lambda: b"GIF89a" + b"\0" * 50 + hostile.zipped(a=b"b"), "file_kind_unknown"),
    "jpeg with an archive": ("a.jpg", lambda: hostile.picture("JPEG") + hostile.zipped(a=b"b"), "file_hides_archive"),
    "pdf with an archive": ("a.pdf", lambda: hostile.pdf() + hostile.zipped(a=b"b"), "file_hides_archive"),
    "pdf behind a page": ("a.pdf", lambda: b"GIF89a;" + hostile.pdf(), "file_is_two_things"),
    "zip": ("a.zip", lambda: hostile.zipped(a=b"b"), "file_is_archive"),
    "zip bomb": ("a.zip", lambda: hostile.zipped(a=b"\0" * 30_000_000), "file_is_archive"),
    "zip bomb renamed": ("a.pdf", lambda: hostile.zipped(a=b"\0" * 30_000_000), "file_is_archive"),
    "gzip": ("a.gz", lambda: b"\x1f\x8b\x08" + b"\0" * 20, "file_is_archive"),
    "old office file": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20, "file_is_archive"),
    "windows program": ("a.exe", lambda: b"MZ" + b"\0" * 100, "file_is_program"),
    "linux program": ("a.png", lambda: b"\x7fELF" + b"\0" * 100, "file_is_program"),
    "shell script": ("a.png", lambda: b"#!/bin/sh\nrm -rf /\n", "file_is_program"),
    "test virus": ("a.pdf", lambda: EICAR, "file_is_program"),
    "heic": ("a.heic", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 50, "file_is_heic"),
    "pixel bomb": ("a.png", hostile.pixel_bomb, "image_too_many_pixels"),
    "header bomb": ("a.png", hostile.header_bomb, "image_too_many_pixels"),
    "text bomb": ("a.png", hostile.text_bomb, "image_unreadable"),
    "cut off jpeg": ("a.jpg", lambda: hostile.picture("JPEG", (800, 600))[:-2_000], "image_unreadable"),
    "cut off png": ("a.png", lambda: hostile.picture("PNG", (800, 600))[:-40], "image_unreadable"),
    "jpeg of noise": ("a.jpg", lambda: b"\xff\xd8\xff" + bytes(range(256)) * 20, "image_unreadable"),
    "locked pdf": ("a.pdf", hostile.encrypted_pdf, "pdf_encrypted"),
    "owner locked pdf": ("a.pdf", hostile.owner_locked_pdf, "pdf_encrypted"),
    "pdf with script": ("a.pdf", hostile.script_pdf, "pdf_has_script"),
    "pdf with disguised script": ("a.pdf", hostile.script_pdf_in_disguise, "pdf_has_script"),
    "pdf with packed script": ("a.pdf", hostile.script_pdf_packed, "pdf_has_script"),
    "pdf that launches": ("a.pdf", hostile.launching_pdf, "pdf_launches"),
    "pdf with files": ("a.pdf", hostile.carrying_pdf, "pdf_holds_files"),
    "pdf of many pages": ("a.pdf", lambda: hostile.pdf(limits.MOST_PAGES + 1), "pdf_too_many_pages"),
    "cut off pdf": ("a.pdf", lambda: hostile.pdf()[:300], "pdf_unreadable"),
    "pdf of noise": ("a.pdf", lambda: b"%PDF-1.4\n" + b"\xde\xad" * 500, "pdf_unreadable"),
    "wrong ending": ("a.pdf", lambda: hostile.picture("PNG"), "file_name_differs"),
    "double ending": ("a.png.exe", lambda: hostile.picture("PNG"), "file_name_differs"),
    "path in the name": ("../../etc/a.png", lambda: hostile.picture("PNG"), "file_name_tricky"),
    "windows path": ("..\\a.png", lambda: hostile.picture("PNG"), "file_name_tricky"),
    "line break in the name": ("a\r\nX: y.png", lambda: hostile.picture("PNG"), "file_name_tricky"),
    "nul in the name": ("a.exe\0.png", lambda: hostile.picture("PNG"), "file_name_tricky"),
    "name that turns round": ("a\u202egnp.exe.png", lambda: hostile.picture("PNG"), "file_name_tricky"),
    "empty": ("a.png", lambda: b"", "file_empty"),
    "one byte too many": ("a.pdf", lambda: b"%PDF-" + b"\0" * (limits.MOST_BYTES - 4), "file_too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_P32_file_hostile_is_refused_with_its_reason(case: str) -> None:
    name, make, code = HOSTILE[case]
    with pytest.raises(MomError) as refused:
        intake.take_in(name, make())
    assert refused.value.code == code
    assert str(SENTENCES[code]) in str(refused.value.as_problem())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_P32_picture_is_written_anew(kind: str) -> None:
    sent = hostile.picture(kind)
    taken = intake.take_in(f"a.{kind.lower()}", sent)
    assert taken.media_type in {kinds.JPEG, kinds.PNG}
    assert (taken.width, taken.height, taken.pages) == (60, 40, 1)
    with Image.open(io.BytesIO(taken.content)) as kept:
        left: Any = kept.convert("RGB").getpixel((10, 20))
        right: Any = kept.convert("RGB").getpixel((50, 20))
    assert left[0] > 240
    assert left[1] < 20
    assert min(right) > 240


def test_P32_photo_stands_upright_and_tells_nothing_of_its_maker() -> None:
    sent = hostile.photo_turned()
    assert b"SecretCam" in sent
    assert b"laboratory" in sent
    taken = intake.take_in("IMG_1.JPG", sent)
    assert (taken.width, taken.height) == (40, 60)
    for kept in (taken.content, taken.thumb):
        with Image.open(io.BytesIO(kept)) as opened:
            assert not opened.getexif()
            assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"SecretCam" not in kept
        assert b"laboratory" not in kept


def test_P32_bytes_behind_a_picture_are_gone() -> None:
    taken = intake.take_in("a.png", hostile.picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in taken.content


def test_P32_picture_at_the_limit_passes() -> None:
    taken = intake.take_in("a.png", hostile.picture("PNG", (8_000, 5_000), "L"))
    assert taken.width * taken.height == limits.MOST_PIXELS


def test_P32_document_is_kept_byte_for_byte() -> None:
    sent = hostile.pdf(3)
    taken = intake.take_in("", sent)
    assert (taken.content, taken.pages, taken.media_type) == (sent, 3, kinds.PDF)
    with Image.open(io.BytesIO(taken.thumb)) as thumb:
        assert max(thumb.size) == limits.THUMB_SIDE


def test_P32_document_that_speaks_of_script_passes() -> None:
    assert intake.take_in("a.pdf", hostile.raw_pdf(b"(an essay on /JavaScript and /Launch)")).pages == 1


def test_P32_room_that_takes_too_much_is_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHILD_MEMORY", 120 * 1024 * 1024)
    done = isolated.run("image", hostile.picture("PNG", (7_000, 5_000)), type=kinds.PNG)
    assert done.refused == "file_too_costly"


def test_P32_room_writes_nothing() -> None:
    source = isolated.CHILD.read_text()
    assert "RLIMIT_FSIZE, 0" in source
    assert "RLIMIT_NPROC, 0" in source


def test_pdf_names_are_read_past_texts_streams_and_comments() -> None:
    document = b"/A (/B \\) (/C)) % /D\n<2F45> << /F#20G 1 >> stream\n/H endstream /I"
    assert pdf_names.names(document) == {"A", "F G", "I"}


@pytest.mark.parametrize(
    ("revision", "following"),
    [("A", "B"), ("Z", "AA"), ("AZ", "BA"), ("ZZ", "AAA"), ("1", "2"), ("09", "10"), ("A.1", ""), ("", "")],
)
def test_revision_is_followed_by_the_next(revision: str, following: str) -> None:
    assert names.next_revision(revision) == following


def test_name_is_ours() -> None:
    made = names.our_name('Pumpengehäuse "X"; ../', "B", "3fa9c1d2" + "0" * 56, kinds.PDF)
    assert made == "pumpengehause-x-rev-b-3fa9c1d2.pdf"
