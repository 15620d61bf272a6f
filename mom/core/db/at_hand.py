"""What a transaction needs from outside the database is fetched before it: no network while locks are held.

Whoever needs such a thing looks on the shelf of the act. Where it isn't there, `NotAtHand` undoes the transaction;
`retrying` fetches outside of it and runs the act again. Without a shelf (a page that only reads) it is read directly.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Shelf:
    """What was fetched for one act, by name; `closing` takes it away when the act is over."""

    def __init__(self, closing: ExitStack) -> None:
        self.things: dict[str, Any] = {}
        self.closing = closing


class NotAtHand(Exception):
    """Something outside the database is needed that was not fetched yet."""

    def fetch(self, shelf: Shelf) -> None:
        """Put it on the shelf, outside of any transaction, so that the next run finds it there."""
        raise NotImplementedError


_shelf: ContextVar[Shelf | None] = ContextVar("shelf", default=None)


def shelf() -> Shelf | None:
    """The shelf of the present act, if it has one."""
    return _shelf.get()


@contextmanager
def with_shelf() -> Iterator[Shelf]:
    """Give the act a shelf of its own."""
    with ExitStack() as closing:
        mine = Shelf(closing)
        token = _shelf.set(mine)
        try:
            yield mine
        finally:
            _shelf.reset(token)


def fetching(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run the act until all that it needs is at hand. Inside another act it is that one which fetches."""

    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        if shelf() is not None:
            return function(*args, **kwargs)
        with with_shelf() as mine:
            while True:
                try:
                    return function(*args, **kwargs)
                except NotAtHand as needed:
                    needed.fetch(mine)

    return wrapper
