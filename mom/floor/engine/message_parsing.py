"""A body of messages as it comes over the wire: unpacked with limits, read as JSON or as lines of JSON. Pure."""

import zlib
from typing import Any

from mom.core.engine import json_strict
from mom.core.engine.json_strict import RefusedJson

MOST_BODY = 4 * 1024 * 1024  # bytes, as they come
MOST_UNPACKED = 24 * 1024 * 1024
MOST_IN_BODY = 10_000  # messages
_MOST_KEYS = 16 * MOST_IN_BODY
_PIECE = 256 * 1024


class TooMuch(ValueError):
    """More than one body may hold."""


def unpacked(body: bytes, most: int = MOST_UNPACKED) -> bytes:
    """What a gzip body holds; it is never unpacked further than `most`. Raises: TooMuch, RefusedJson."""
    reader = zlib.decompressobj(wbits=31)  # gzip only
    pieces, size = [], 0
    try:
        while not reader.eof:
            piece = reader.decompress(body, _PIECE)
            size += len(piece)
            if size > most:
                raise TooMuch(f"The body is larger than {most} bytes when unpacked.")
            if not piece and not reader.unconsumed_tail and not reader.eof:
                raise RefusedJson("The gzip body ends too early.")
            pieces.append(piece)
            body = reader.unconsumed_tail
    except zlib.error:
        raise RefusedJson("The body is not gzip.") from None
    if reader.unused_data:
        raise RefusedJson("Something follows the gzip body.")
    return b"".join(pieces)


def read_document(body: bytes) -> Any:
    """One JSON document. Raises: RefusedJson."""
    return json_strict.loads_records(body, _MOST_KEYS)


def read_lines(body: bytes) -> list[Any]:
    """A message a line; a line that is no JSON stays the text that it is, for a person to look at. Raises: TooMuch."""
    lines = [line for each in body.split(b"\n") if (line := each.strip())]
    if len(lines) > MOST_IN_BODY:
        raise TooMuch(f"At most {MOST_IN_BODY} messages at once.")
    if all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        try:
            found = json_strict.loads_records(b"[" + b",".join(lines) + b"]", _MOST_KEYS)
        except RefusedJson:
            pass
        else:
            if len(found) == len(lines):  # each line was one document
                return list(found)
    return [_line(line) for line in lines]


def _line(line: bytes) -> Any:
    try:
        return json_strict.loads(line)
    except RefusedJson:
        return line.decode("utf-8", "backslashreplace")
