"""File locks that the kernel drops when their holder dies, however it dies."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path


class Held(Exception):
    """Somebody else holds the lock; the text is what they wrote into it (who they are)."""


@contextlib.contextmanager
def file_lock(path: Path, holder: str, *, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold `path` exclusively. Waits where `on_wait` is given (called once with the holder's text).

    Raises: Held where it is taken and no `on_wait` is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(descriptor, 500, 0).decode("utf-8", "replace").strip() or "another process"
            if on_wait is None:
                raise Held(other) from None
            on_wait(other)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
