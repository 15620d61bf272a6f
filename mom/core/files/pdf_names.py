"""Which names stand in a PDF's own objects: what it does shows in them. Pure, one pass, no recursion.

Text in brackets, hex strings, comments and the insides of streams are passed over, so that a drawing which speaks of
"/JavaScript" in its title is not taken for one that runs it. Source: ISO 32000-1, 7.2 to 7.3.
"""

import re

ACTIVE: dict[str, str] = {
    "JavaScript": "pdf_has_script",
    "JS": "pdf_has_script",
    "Launch": "pdf_launches",
    "EmbeddedFile": "pdf_holds_files",
    "EmbeddedFiles": "pdf_holds_files",
    "GoToE": "pdf_holds_files",
    "RichMedia": "pdf_has_media",
    "Movie": "pdf_has_media",
    "XFA": "pdf_is_form",
    "SubmitForm": "pdf_sends",
    "ImportData": "pdf_sends",
    "Encrypt": "pdf_encrypted",
}
"""A name that means something happens when the document is opened or clicked -> the code of the refusal."""

_NEXT = re.compile(rb"[(%/<]|\bstream\r?\n")
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)")
_STRING_END = re.compile(rb"[()\\]")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def names(document: bytes) -> set[str]:
    """Every name of the document's objects, unescaped."""
    found: set[str] = set()
    position = 0
    while (hit := _NEXT.search(document, position)) is not None:
        mark, position = hit.group()[:1], hit.end()
        if mark == b"/":
            name = _NAME.match(document, hit.start())
            assert name is not None  # noqa: S101 - the slash is there
            found.add(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name[1]).decode("latin-1"))
            position = name.end()
        elif mark == b"(":
            position = _after_string(document, position)
        elif mark == b"%":
            position = _after(document, position, re.compile(rb"[\r\n]"))
        elif mark == b"s":
            position = _after(document, position, re.compile(rb"endstream"))
        elif document[position : position + 1] != b"<":
            position = _after(document, position, re.compile(rb">"))
        else:
            position += 1
    return found


def problem(found: set[str]) -> str:
    """The code of the first refusal that the names give; empty where they are harmless."""
    return next((code for name, code in ACTIVE.items() if name in found), "")


def _after(document: bytes, position: int, end: re.Pattern[bytes]) -> int:
    hit = end.search(document, position)
    return hit.end() if hit else len(document)


def _after_string(document: bytes, position: int) -> int:
    """Behind the bracket that closes a string; brackets nest, a backslash takes the next letter along."""
    depth = 1
    while depth and (hit := _STRING_END.search(document, position)) is not None:
        position = hit.end() + (hit.group() == b"\\")
        depth += {b"(": 1, b")": -1}.get(hit.group(), 0)
    return position if not depth else len(document)
