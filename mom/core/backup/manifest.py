"""What a backup holds, in words and sums: enough to check it before anything is touched, without opening a database."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mom.core.audit import Head

FORMAT = 1
FILE = "manifest.json"
PROOF = "proof.json"
RESTORES = "restores.jsonl"
UNFINISHED = ".unfinished"
_NAME = re.compile(r"\d{8}T\d{6}Z-[a-z]+(-\d+)?")
_PIECE = 1 << 20


class BadBackup(Exception):
    """This is no whole backup; the text says what is wrong with it."""


@dataclass(frozen=True)
class Measure:
    """A database counted at one instant."""

    tables: Mapping[str, int]
    sequences: Mapping[str, int]
    objects: Mapping[str, int]
    """How many constraints, indexes, triggers and functions it has: the guards must come along."""
    migrations: tuple[tuple[str, str], ...]
    heads: tuple[Head, ...]
    roles: tuple[str, ...]
    """The roles that hold rights in it: on a server without one of them the rights are given anew."""
    closed: tuple[str, ...]
    """Functions that not everybody may call."""

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


@dataclass(frozen=True)
class StoredFile:
    """One file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All that is known about one backup when it is whole."""

    name: str
    cause: str
    started_at: datetime
    finished_at: datetime
    version: str
    postgresql: str
    programs: int
    measure: Measure
    files: Mapping[str, StoredFile]
    secrets: tuple[str, ...]
    """Which secrets lie in `secrets.json`, by name; never their values."""
    not_inside: tuple[str, ...]
    """What a restore needs besides, in sentences."""
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


def write(directory: Path, manifest: Manifest) -> None:
    """Put the manifest into the backup, on disk when this returns."""
    body = {"format": FORMAT, **asdict(manifest)}
    body["started_at"], body["finished_at"] = manifest.started_at.isoformat(), manifest.finished_at.isoformat()
    write_synced(directory / FILE, json.dumps(body, indent=1, ensure_ascii=False))


def read(directory: Path) -> Manifest:
    """The manifest of a backup. Raises: BadBackup."""
    try:
        body: dict[str, Any] = json.loads((directory / FILE).read_text("utf-8"))
        if body.pop("format") != FORMAT:
            raise BadBackup(f"{directory} was written in a form that this version does not know.")
        measure = body.pop("measure")
        return Manifest(
            **{
                **body,
                "started_at": datetime.fromisoformat(body["started_at"]),
                "finished_at": datetime.fromisoformat(body["finished_at"]),
                "measure": Measure(
                    **{
                        **measure,
                        "migrations": tuple((app, name) for app, name in measure["migrations"]),
                        "heads": tuple(Head(**head) for head in measure["heads"]),
                        "roles": tuple(measure["roles"]),
                        "closed": tuple(measure["closed"]),
                    }
                ),
                "files": {name: StoredFile(**file) for name, file in body["files"].items()},
                "secrets": tuple(body["secrets"]),
                "not_inside": tuple(body["not_inside"]),
            }
        )
    except FileNotFoundError:
        raise BadBackup(f"{directory} holds no {FILE}: it is no backup of ours, or not a whole one.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadBackup(f"The manifest in {directory} can't be read ({type(error).__name__}).") from None


def stored(root: Path) -> list[Manifest]:
    """The whole backups below a directory, newest first. What is unfinished or not ours is left out."""
    found = []
    for directory in root.iterdir() if root.is_dir() else ():
        if is_name(directory.name) and (directory / FILE).exists():
            try:
                found.append(read(directory))
            except BadBackup:
                continue
    return sorted(found, key=lambda manifest: manifest.started_at, reverse=True)


def proof_of(directory: Path) -> dict[str, Any]:
    """What the proof of a backup said; empty where there is none or it can't be read."""
    try:
        return dict(json.loads((directory / PROOF).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def note_restore(root: Path, restored: Manifest, at: datetime) -> None:
    """Write down beside the backups that one of them became the living data again."""
    line = json.dumps({"at": at.isoformat(), "name": restored.name, "began": restored.started_at.isoformat()})
    path = root / RESTORES
    write_synced(path, (path.read_text("utf-8") if path.exists() else "") + line + "\n")


def is_superseded(root: Path, manifest: Manifest) -> bool:
    """Whether a restore went back behind this backup: the ends of its audit chains then are of a history given up."""
    path = root / RESTORES
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        told = json.loads(line)
        if datetime.fromisoformat(told["began"]) < manifest.started_at < datetime.fromisoformat(told["at"]):
            return True
    return False


def is_name(name: str) -> bool:
    """Whether a directory is called as we call backups."""
    return _NAME.fullmatch(name) is not None


def check(directory: Path, beat: Callable[[], None] = lambda: None) -> Manifest:
    """The manifest, once every file is as it says. Raises: BadBackup that names what is missing, changed or put in."""
    manifest = read(directory)
    found = {name: path for name, path in files_of(directory) if name not in {FILE, PROOF}}
    for name in sorted(set(manifest.files) - set(found)):
        raise BadBackup(f"{name} is missing in {directory}.")
    for name in sorted(set(found) - set(manifest.files)):
        raise BadBackup(f"{name} in {directory} is not part of the backup.")
    for name, path in found.items():
        if sum_of(path, beat) != manifest.files[name]:
            raise BadBackup(f"{name} in {directory} is not what was written: its size or its SHA-256 differs.")
    return manifest


def files_of(directory: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a directory by its name from there, in order."""
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(directory).as_posix(), path


def sum_of(path: Path, beat: Callable[[], None] = lambda: None) -> StoredFile:
    """Size and SHA-256 of a file. Raises: BadBackup for anything but an ordinary file."""
    if path.is_symlink() or not path.is_file():
        raise BadBackup(f"{path} is no ordinary file.")
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            beat()
    return StoredFile(size, digest.hexdigest())


def write_synced(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone, on disk when this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Bring the names in a directory to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
