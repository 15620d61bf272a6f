"""Hands bytes of strangers to the walled room and takes back what came out of it."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mom.core.errors import Unavailable
from mom.core.files import limits

CHILD = Path(__file__).with_name("child.py")
_ROOMS = threading.BoundedSemaphore(2)  # so many at once in one process: each may take its whole memory
_PATIENCE = 25.0


@dataclass(frozen=True)
class Outcome:
    """What the room says of the bytes, and the pieces it made; `refused` is the code of a refusal."""

    facts: dict[str, Any]
    pieces: tuple[bytes, ...]

    @property
    def refused(self) -> str:
        return str(self.facts.get("refused", ""))


def run(job: str, content: bytes, **more: Any) -> Outcome:
    """Do one job on the bytes in a process of its own. Raises: Unavailable where every room stays taken.

    A room that dies, runs out of memory or takes too long is the file's fault: `file_too_costly`.
    """
    order = {
        "job": job,
        "memory": limits.CHILD_MEMORY,
        "seconds": limits.CHILD_SECONDS,
        "most_pixels": limits.MOST_PIXELS,
        "longest_side": limits.LONGEST_SIDE,
        "most_pages": limits.MOST_PAGES,
        "thumb": limits.THUMB_SIDE,
        **more,
    }
    if not _ROOMS.acquire(timeout=_PATIENCE):
        raise Unavailable
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD), json.dumps(order)],
            input=content,
            capture_output=True,
            timeout=limits.CHILD_SECONDS * 2,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _TOO_COSTLY
    finally:
        _ROOMS.release()
    head, _line, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        return _TOO_COSTLY
    facts = json.loads(head)
    pieces, start = [], 0
    for size in facts.pop("sizes"):
        pieces.append(rest[start : start + size])
        start += size
    return Outcome(facts, tuple(pieces))


_TOO_COSTLY = Outcome({"refused": "file_too_costly"}, ())
