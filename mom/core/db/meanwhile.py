"""A statement that the server works on while this process goes on with something else."""

from collections.abc import Callable, Sequence
from contextvars import copy_context
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from django.db import connection

from mom.core.db.transactions import require_transaction

Result = TypeVar("Result")
LONG_FROM = 100
"""Rows from which on a statement that changes each of them has milliseconds to do."""


def meanwhile(
    statement: str, values: Sequence[Any], work: Callable[[], Result], *, is_long: bool = True
) -> tuple[list[tuple[Any, ...]], Result]:
    """Run a statement, and `work` at the same time, on two processors; gives the rows, and what the work gives.

    `work` needs no database: the connection is taken. Joins the caller's transaction; both have ended when this
    returns or raises, also where a worker's time limit struck in between. `is_long`: for milliseconds, as a thread
    costs a tenth of one; else one comes after the other.

    Raises: what the statement raises, else what `work` raises.
    """
    require_transaction()
    with connection.cursor() as cursor:
        if not is_long:
            cursor.execute(statement, values)
            return _rows(cursor), work()
        running = _Running(cursor, statement, values)
        try:
            running.begin()
            result = work()
        finally:
            running.wait()
        return _rows(cursor), result


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return [] if cursor.description is None else list(cursor.fetchall())


class _Running:
    """A statement on its way, in a thread of its own: the driver lets go of the interpreter while it waits."""

    def __init__(self, cursor: Any, statement: str, values: Sequence[Any]) -> None:
        self._cursor, self._statement, self._values = cursor, statement, values
        self._failed: BaseException | None = None
        self._has_begun, self._has_ended, self._is_called_off = Event(), Event(), False
        self._deciding = Lock()  # whether it begins or is called off: one of the two, once
        self._thread = Thread(target=copy_context().run, args=(self._run,), name="meanwhile", daemon=True)

    def begin(self) -> None:
        """Comes back when it is on its way: else this thread would keep the interpreter, and the server wait."""
        self._thread.start()
        self._has_begun.wait()

    def _run(self) -> None:
        with self._deciding:
            if self._is_called_off:
                return
            self._has_begun.set()
        try:
            self._cursor.execute(self._statement, self._values)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._failed = error
        finally:
            self._has_ended.set()

    def wait(self) -> None:
        """Nothing of it is under way when this returns or raises. Raises: what the statement raised."""
        with self._deciding:
            self._is_called_off = not self._has_begun.is_set()
        if self._is_called_off:
            return
        try:
            self._has_ended.wait()
        except BaseException:  # a time limit that strikes here: who waits no longer wants no rows either
            self._cursor.connection.cancel()
            self._has_ended.wait()
            raise
        self._thread.join()
        if self._failed is not None:
            raise self._failed
