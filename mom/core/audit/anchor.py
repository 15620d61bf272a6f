"""Anchors: the heads of all chains, written each day into a directory that should be copied to somewhere else.

A file is JSON lines. The first names the instant, the file before it and that file's SHA-256; each other one a head:
chain, seq, hash. Nothing but hashes signs an anchor, so it proves what it says only where a copy (or its own SHA-256,
which the command and the page print) is kept out of reach of who runs this server.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mom.core.audit.chain import Finding, Head, heads

NAME = re.compile(r"^anchor-\d{8}T\d{6}Z\.jsonl$")


@dataclass(frozen=True)
class Anchor:
    """One anchor file: its name, what it was written for, its heads and its own SHA-256."""

    name: str
    written_at: str
    previous: str
    previous_digest: str
    heads: tuple[Head, ...]
    digest: str


def directory() -> Path:
    """Where anchors are kept (`AUDIT_ANCHOR_DIR`)."""
    return Path(settings.AUDIT_ANCHOR_DIR)


def write(now: datetime, where: Path | None = None) -> Anchor:
    """Write the present heads as the newest anchor, whole or not at all. Raises: OSError."""
    folder = where or directory()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = newest(folder)
    first = {
        "anchor": now.isoformat(),
        "previous": last.name if last else "",
        "previous_sha256": last.digest if last else "",
    }
    lines = [first, *(asdict(head) for head in heads())]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path = folder / f"anchor-{now:%Y%m%dT%H%M%SZ}.jsonl"
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    path.chmod(0o400)
    return read(path)


def read(path: Path) -> Anchor:
    """The anchor in a file. Raises: OSError, ValueError for anything else."""
    content = path.read_bytes()
    try:
        first, *rest = [json.loads(line) for line in content.decode().splitlines() if line.strip()]
        found = tuple(Head(**line) for line in rest)
        return Anchor(
            path.name,
            first["anchor"],
            first["previous"],
            first["previous_sha256"],
            found,
            hashlib.sha256(content).hexdigest(),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} is no anchor file.") from error


def read_all(where: Path | None = None) -> tuple[list[Anchor], list[Finding]]:
    """Every anchor of the directory, oldest first, and what is wrong with the files themselves."""
    folder = where or directory()
    found, wrong = [], []
    for path in _files(folder):
        try:
            found.append(read(path))
        except (OSError, ValueError):
            wrong.append(Finding(path.name, None, None, "anchor_unreadable"))
    by_name = {anchor.name: anchor for anchor in found}
    for anchor in found:
        if anchor.previous and anchor.previous not in by_name:
            wrong.append(Finding(anchor.previous, None, None, "anchor_missing"))
        elif anchor.previous and by_name[anchor.previous].digest != anchor.previous_digest:
            wrong.append(Finding(anchor.previous, None, None, "anchor_edited"))
    return found, wrong


def newest(where: Path | None = None) -> Anchor | None:
    """The last anchor that can be read."""
    for path in reversed(_files(where or directory())):
        try:
            return read(path)
        except (OSError, ValueError):
            continue
    return None


def all_heads(anchors: Iterable[Anchor]) -> list[Head]:
    """The heads of many anchors, each once."""
    return list(dict.fromkeys(head for anchor in anchors for head in anchor.heads))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.match(path.name))
