"""What bytes are, told by the bytes alone; a name or a browser's word counts for nothing. Pure."""

import io
import re
import zipfile

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
IMAGES = (JPEG, PNG, WEBP)
EXTENSIONS: dict[str, tuple[str, ...]] = {JPEG: ("jpg", "jpeg"), PNG: ("png",), WEBP: ("webp",), PDF: ("pdf",)}
"""The endings that a name may have for each content; the first is the one that we give."""

_PROGRAMS = (
    b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"dex\n", b"\x00asm",
)  # fmt: skip
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIC = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif")
_TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|\?xml|iframe|img)", re.IGNORECASE)


def media_type(content: bytes) -> str:
    """The type of a file that may come in; empty for everything else."""
    if content[:3] == b"\xff\xd8\xff":
        return JPEG
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return PDF if content[:5] == b"%PDF-" else ""


def unwanted(content: bytes) -> str:
    """The code of what a file is that may not come in."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(_PROGRAMS) or _TEST_VIRUS in content[:4096]:
        return "file_is_program"
    if content.startswith(_ARCHIVES) or content.startswith(_OFFICE):
        return "file_is_archive"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "file_is_heic"
    if _MARKUP.match(head) or head.startswith((b"<?xml", b"<!--")):
        return "file_is_svg" if b"<svg" in content[:65_536].lower() else "file_is_markup"
    if _PDF_LATER.search(content[:1024]):
        return "file_is_two_things"
    return "file_kind_unknown"


_PDF_LATER = re.compile(rb"%PDF-\d")


def holds_archive(content: bytes) -> bool:
    """Whether an archive hangs on the end of a file that pretends to be a picture or a document."""
    if b"PK\x05\x06" not in content[-66_000:]:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    return True
