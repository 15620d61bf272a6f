"""Bodies with files: more than a file may be is not even read, and half a file is none.

Files stay in memory until they are judged, so a process that dies leaves nothing behind on a disk.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

from mom.core.files.limits import MOST_REQUEST_BYTES

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


class CappedUpload(MemoryFileUploadHandler):
    """Takes files into memory, and refuses a body that is larger than one file may be before reading it."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - as Django names it
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raises: RequestDataTooBig."""
        if content_length > MOST_REQUEST_BYTES:
            raise RequestDataTooBig("The body is larger than one file may be.")
        self.activated = True


class Whole:
    """A body that fails where it ends too early, instead of looking like a shorter one."""

    def __init__(self, body: Any, length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int = -1) -> bytes:
        """Raises: OSError where the sender is gone before the end."""
        return self._counted(self._body.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        """Raises: OSError where the sender is gone before the end."""
        return self._counted(self._body.readline(size), size)

    def _counted(self, piece: bytes, size: int) -> bytes:
        self._left -= len(piece)
        if not piece and size and self._left > 0:
            raise OSError("The sender was gone before the end of the body.")
        return piece


def whole_bodies(application: Application) -> Application:
    """A WSGI application whose bodies are whole, or can't be read to the end."""

    def guarded(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdigit():
            environ = {**environ, "wsgi.input": Whole(environ["wsgi.input"], int(length))}
        return application(environ, start_response)

    return guarded
