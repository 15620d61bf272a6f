"""Files as strangers make them, good and bad, built here byte by byte so that no sample has to be kept."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

EXIF_ORIENTATION, EXIF_MAKER, EXIF_GPS = 0x0112, 0x010F, 0x8825


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: Any) -> bytes:
    """A plain picture with a red left half."""
    made = Image.new(mode, size, 255 if mode == "L" else "white")
    made.paste("black" if mode == "L" else "red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def photo_turned() -> bytes:
    """A JPEG that lies on its side, with the place where it was taken and the camera's name in it."""
    made = Image.new("RGB", (60, 40), "white")
    made.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION], exif[EXIF_MAKER] = 6, "SecretCam"
    exif.get_ifd(EXIF_GPS)[1] = "N"
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif, comment=b"from the laboratory")
    return out.getvalue()


def pdf(pages: int = 1, text: str = "Pump housing", **more: Any) -> bytes:
    """A plain PDF."""
    out = io.BytesIO()
    sheet = canvas.Canvas(out, invariant=1, **more)
    for number in range(pages):
        sheet.drawString(72, 700, f"{text} {number + 1}")
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that opens with a password."""
    return pdf(encrypt=StandardEncryption("secret"))


def owner_locked_pdf() -> bytes:
    """A PDF that everybody opens and nobody may copy from."""
    return pdf(encrypt=StandardEncryption("", ownerPassword="boss"))


def raw_pdf(*objects: bytes, catalog: bytes = b"") -> bytes:
    """A PDF of one empty page with further objects from number 4 on and entries of one's own in its catalog."""
    every = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
        *objects,
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(every, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(every) + 1, start)


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def script_pdf() -> bytes:
    """JavaScript at opening."""
    return raw_pdf(SCRIPT, catalog=b"/OpenAction 4 0 R")


def script_pdf_in_disguise() -> bytes:
    """The same with its names spelled by codes."""
    return raw_pdf(b"<< /S /Java#53cript /#4aS (app.alert\\(1\\)) >>", catalog=b"/OpenAction 4 0 R")


def script_pdf_packed() -> bytes:
    """The same with the action inside a compressed object stream, where no search of the bytes finds it."""
    packed = b"1 0 2 60 3 110 4 180 "
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
        SCRIPT,
    ]
    body, heads = b"", []
    for number, part in enumerate(parts, start=1):
        heads.append(b"%d %d" % (number, len(body)))
        body += part + b" "
    packed = b" ".join(heads) + b" "
    stream = zlib.compress(packed + body)
    out = b"%PDF-1.7\n"
    at_stream = len(out)
    out += b"5 0 obj\n<< /Type /ObjStm /N 4 /First %d /Length %d /Filter /FlateDecode >>\nstream\n" % (
        len(packed),
        len(stream),
    )
    out += stream + b"\nendstream\nendobj\n"
    at_xref = len(out)
    rows = struct.pack(">BHB", 0, 0, 255)
    rows += b"".join(struct.pack(">BHB", 2, 5, index) for index in range(4))
    rows += struct.pack(">BHB", 1, at_stream, 0) + struct.pack(">BHB", 1, at_xref, 0)
    out += b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
    return out + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at_xref


def launching_pdf() -> bytes:
    """A PDF that starts a program."""
    return raw_pdf(b"<< /S /Launch /F (cmd.exe) >>", catalog=b"/OpenAction 4 0 R")


def carrying_pdf() -> bytes:
    """A PDF with another file inside."""
    file = b"<< /Type /EmbeddedFile /Length 5 >>\nstream\nhello\nendstream"
    spec = b"<< /Type /Filespec /F (a.txt) /EF << /F 4 0 R >> >>"
    return raw_pdf(file, spec, catalog=b"/Names << /EmbeddedFiles << /Names [(a.txt) 5 0 R] >> >>")


def zipped(**files: bytes) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def header_bomb() -> bytes:
    """A PNG of 60 bytes that claims to be 50,000 pixels wide and high."""
    return _png(50_000, 50_000, zlib.compress(b"\0" * 100))


def pixel_bomb() -> bytes:
    """A real PNG of 41 million pixels in some kilobytes."""
    width, height = 8_200, 5_000
    return _png(width, height, zlib.compress((b"\0" + b"\0" * width) * height, 9))


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 100 MB."""
    good = picture("PNG")
    bomb = b"Comment\0\0" + zlib.compress(b"a" * 100_000_000, 9)
    return good[:33] + _chunk(b"zTXt", bomb) + good[33:]


def _png(width: int, height: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
