"""Where the files lie: a directory, or an S3-compatible store by URL. Names are given once and never written again.

A file has its name only once all of it is on disk; an object of S3 appears whole by itself. The store's credentials
come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the host's role), never from the URL.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pyarrow as pa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from pyarrow import fs

from mom.core.errors import Unavailable

_UNFINISHED = ".unfinished"


class ArchiveUnread(Unavailable):
    """What only the archive has can't be read. People get one sentence; logs and terminals all of it, places too."""

    default_sentence = _lazy(
        "What was asked for stands only in the archive, and it can't be read at the moment; nothing was changed. Try"
        " again later; the status of the system says more."
    )
    retry_after = 600

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__()

    def __str__(self) -> str:
        return self.words


class StoreAway(ArchiveUnread, OSError):
    """The archive is not where its URL says, or doesn't answer: nothing is known of any file, and none is damaged."""


def is_unfinished(address: str) -> bool:
    """Whether it is what a killed worker had written of a file that never got its name: no row can have named it."""
    return address.endswith(_UNFINISHED)


class Store:
    """Files below one root of a file system that Arrow knows."""

    def __init__(self, system: fs.FileSystem, root: str) -> None:
        self.system, self.root = system, root.rstrip("/")

    def path(self, address: str) -> str:
        """The place of `address` in `system`."""
        return f"{self.root}/{address}"

    def write(self, address: str, content: bytes) -> None:
        """Put the whole file there, or nothing."""
        with self.system.open_output_stream(self.path(address)) as stream:
            stream.write(content)

    def read(self, address: str) -> bytes:
        """The whole file. Raises: FileNotFoundError."""
        with self.system.open_input_file(self.path(address)) as file:
            return bytes(file.read())

    def delete(self, address: str) -> None:
        """Take the file away if it is there."""
        try:
            self.system.delete_file(self.path(address))
        except FileNotFoundError:
            return

    def files(self, below: str) -> Iterator[tuple[str, datetime]]:
        """Every file below a folder, with the instant it was written."""
        chosen = fs.FileSelector(self.path(below), recursive=True, allow_not_found=True)
        for found in self.system.get_file_info(chosen):
            if found.type == fs.FileType.File:
                yield found.path.removeprefix(f"{self.root}/"), found.mtime.astimezone(UTC)

    def require_there(self) -> None:
        """Prove that the bucket answers. Raises: StoreAway."""
        bucket = self.root.partition("/")[0]
        problem: object = _("there is no such bucket")
        cause = None
        try:
            if self.system.get_file_info(bucket).type != fs.FileType.NotFound:
                return
        except OSError as error:
            problem = cause = error
        words = _(
            "The archive in the bucket %(place)s doesn't answer: %(problem)s. Check MOM_ARCHIVE_URL, AWS_ACCESS_KEY_ID,"
            " AWS_SECRET_ACCESS_KEY and the way to the store, then try again. Nothing was deleted."
        )
        raise StoreAway(words % {"place": bucket, "problem": problem}) from cause

    @contextmanager
    def told_from_away(self) -> Iterator[None]:
        """Where something fails inside because the whole store is away, say that. Raises: StoreAway."""
        try:
            yield
        except OSError:
            self.require_there()
            raise


class DirectoryStore(Store):
    """Files on a disk, made durable before they have their name."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        super().__init__(fs.LocalFileSystem(use_mmap=True), str(directory))

    def write(self, address: str, content: bytes) -> None:
        """Written beside its name, synced, moved there, and the folder synced."""
        target = self.directory / address
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}{_UNFINISHED}")
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync_folders(target.parent, self.directory)

    def require_there(self) -> None:
        """Prove that the directory is the archive; an empty one waits for its disk. Raises: StoreAway."""
        problem: object = _("the folder is empty, as where a disk is not mounted")
        cause = None
        try:
            if any(self.directory.iterdir()):
                return
        except OSError as error:
            problem = cause = error
        words = _(
            "The archive is not in %(place)s: %(problem)s. Mount its disk there, put its copy back or correct"
            " MOM_ARCHIVE_URL, then try again. Nothing was deleted. Where all of it is lost for good, create the folder"
            " %(place)s/lost: days that the database holds are then written again."
        )
        raise StoreAway(words % {"place": self.directory, "problem": problem}) from cause


def _sync_folders(folder: Path, top: Path) -> None:
    """Make new names in the three levels of folders as durable as the file."""
    for each in (folder, *folder.parents):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if each == top:
            return


def the_store() -> Store:
    """The store that the setting MOM_ARCHIVE_URL names."""
    return open_store(settings.ARCHIVE_URL)


@lru_cache(maxsize=8)
def open_store(url: str) -> Store:
    """The store at a path, a `file://` URL, or `s3://bucket/prefix?region=…&endpoint_override=…&scheme=…`.

    Raises: ImproperlyConfigured for another scheme, a URL that holds a secret, or one without a bucket.
    """
    parts = urlsplit(url)
    if parts.scheme in {"", "file"}:
        return DirectoryStore(Path(unquote(parts.path) if parts.scheme else url))
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"MOM_ARCHIVE_URL must be a path or begin with s3://, not {parts.scheme}://.")
    if parts.username or parts.password:
        raise ImproperlyConfigured(
            "MOM_ARCHIVE_URL must not hold a secret: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    try:
        system, root = fs.FileSystem.from_uri(url)
    except pa.ArrowInvalid as error:  # it names the part, never its value
        raise ImproperlyConfigured(f"MOM_ARCHIVE_URL can't be read: {error}.") from None
    return Store(system, root)
