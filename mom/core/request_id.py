"""The id that ties together everything one request or task did: logs, audit entries, row versions, events, answers."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ALLOWED = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """A fresh id that nobody can guess."""
    return secrets.token_hex(12)


def accepted_request_id(offered: str) -> str:
    """The caller's own id where it is harmless text of 8 to 64 characters, else a fresh one."""
    return offered if _ALLOWED.match(offered) else new_request_id()


@contextmanager
def bound_request_id(value: str) -> Iterator[str]:
    """Everything inside belongs to the request `value`."""
    token = request_id.set(value)
    try:
        yield value
    finally:
        request_id.reset(token)
