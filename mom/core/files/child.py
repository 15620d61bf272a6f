"""The walled room: a process of its own opens what strangers sent, with little memory and time and nothing to write.

Run as a script by `isolated`. A picture is opened by exactly the decoder of its kind, turned upright, and written
anew, so that nothing but pixels is left of it; a document is opened, looked through and drawn. In: a job as JSON in
the first argument, the bytes on standard input. Out: a line of JSON, then the pieces whose sizes it names.
"""

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any


class Refused(Exception):
    """The file may not come in; the argument is the code of the refusal."""


def image(content: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """The picture written anew and its small one. Raises: Refused."""
    picture = _decoded(content, job)
    kind = "image/png" if job["type"] == "image/png" or picture.mode == "RGBA" else "image/jpeg"
    facts = {"type": kind, "width": picture.width, "height": picture.height, "pages": 1}
    return facts, [_written(picture, kind), _written(_shrunk(picture, job["thumb"]), kind)]


def scaled(content: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """The picture with its longest side shrunk to `side`."""
    picture = _shrunk(_decoded(content, job), job["side"])
    kind = "image/png" if job["type"] == "image/png" else "image/jpeg"
    return {"type": kind, "width": picture.width, "height": picture.height}, [_written(picture, kind)]


def document(content: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """A PDF's pages and its first one as a small picture. Raises: Refused."""
    from mom.core.files import pdf_names

    problem = pdf_names.problem(pdf_names.names(content))
    if problem:
        raise Refused(problem)
    pdf = _opened(content)
    if len(pdf) > job["most_pages"]:
        raise Refused("pdf_too_many_pages")
    if not len(pdf):
        raise Refused("pdf_unreadable")
    # Written out by the reader itself, every object stands plain, also those that were packed away.
    plain = io.BytesIO()
    pdf.save(plain, flags=2)  # FPDF_NO_INCREMENTAL
    problem = pdf_names.problem(pdf_names.names(plain.getvalue()))
    if problem:
        raise Refused(problem)
    width, height = pdf[0].get_size()
    facts = {"type": "application/pdf", "width": round(width), "height": round(height), "pages": len(pdf)}
    return facts, [_written(_drawn(pdf, 0, job["thumb"]), "image/png")]


def page(content: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """One page of a PDF as a picture whose longest side has `side` pixels."""
    drawn = _drawn(_opened(content), job["page"] - 1, job["side"])
    return {"type": "image/png", "width": drawn.width, "height": drawn.height}, [_written(drawn, "image/png")]


def _decoded(content: bytes, job: dict[str, Any]) -> Any:
    from PIL import Image, ImageFile, ImageOps, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = job["most_pixels"]
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
    try:
        picture = Image.open(io.BytesIO(content), formats=[job["type"].removeprefix("image/").upper()])
        if picture.width * picture.height > job["most_pixels"] or max(picture.size) > job["longest_side"]:
            raise Refused("image_too_many_pixels")
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("image_too_many_pixels") from None
    except Refused:
        raise
    except MemoryError:
        raise Refused("file_too_costly") from None
    except Exception:  # noqa: BLE001 - a decoder fails on broken bytes in any way it likes
        raise Refused("image_unreadable") from None
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    # A new canvas: pixels only, no comment, profile, position or serial number of the camera.
    return upright.convert("RGBA" if has_alpha else "L" if upright.mode in {"1", "L"} else "RGB")


def _shrunk(picture: Any, side: int) -> Any:
    copy = picture.copy()
    copy.thumbnail((side, side))
    return copy


def _written(picture: Any, kind: str) -> bytes:
    from PIL import Image

    clean = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    if kind == "image/png":
        clean.save(out, "PNG")
    else:
        (clean.convert("RGB") if clean.mode == "RGBA" else clean).save(out, "JPEG", quality=88)
    return out.getvalue()


def _opened(content: bytes) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise Refused("pdf_encrypted" if is_locked else "pdf_unreadable") from None
    if raw.FPDF_GetSecurityHandlerRevision(pdf) != -1:
        raise Refused("pdf_encrypted")
    if raw.FPDFDoc_GetJavaScriptActionCount(pdf) > 0:
        raise Refused("pdf_has_script")
    if raw.FPDFDoc_GetAttachmentCount(pdf) > 0:
        raise Refused("pdf_holds_files")
    return pdf


def _drawn(pdf: Any, index: int, side: int) -> Any:
    import pypdfium2

    try:
        sheet = pdf[index]
        longest = max(sheet.get_size())
        if not 1 <= longest <= 20_000:  # points; the largest that the format knows is 14,400
            raise Refused("pdf_unreadable")
        picture = sheet.render(scale=side / longest, may_draw_forms=False).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, IndexError, ZeroDivisionError):
        raise Refused("pdf_unreadable") from None
    is_grey = picture.width * picture.height < 30_000_000 and _is_grey(picture)
    return picture.convert("L") if is_grey else picture


def _is_grey(picture: Any) -> bool:
    from PIL import ImageChops

    red, green, blue = picture.split()
    return not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()


JOBS = {"image": image, "scaled": scaled, "document": document, "page": page}


def wall_off(job: dict[str, Any]) -> None:
    """Little memory, little time, no file to write, no process to start."""
    for what, most in (
        (resource.RLIMIT_AS, job["memory"]),
        (resource.RLIMIT_CPU, job["seconds"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """One job."""
    job = json.loads(sys.argv[1])
    wall_off(job)
    content = sys.stdin.buffer.read()
    try:
        facts, pieces = JOBS[job["job"]](content, job)
    except Refused as refusal:
        facts, pieces = {"refused": str(refusal)}, []
    except MemoryError:
        facts, pieces = {"refused": "file_too_costly"}, []
    head = json.dumps({**facts, "sizes": [len(piece) for piece in pieces]})
    sys.stdout.buffer.write(head.encode() + b"\n" + b"".join(pieces))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    main()
