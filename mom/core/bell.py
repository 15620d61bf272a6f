"""The bell wakes a worker for rows that are stored already. It may be lost, doubled or late: sweepers make it good."""

import time
from typing import Any

import structlog
from django.db import connection, transaction

log = structlog.get_logger(__name__)

_REST = 5.0  # seconds without ringing after the broker did not answer: the sweepers do it meanwhile
_EXPIRES = 60

_rests_until = 0.0


class _Ring:
    """A hook with a name of its own: Django logs a robust hook by `__qualname__`, which a partial doesn't have."""

    def __init__(self, task: str, args: tuple[Any, ...], queue: str) -> None:
        self.task, self.args, self.queue = task, args, queue
        self.__qualname__ = f"ring {task}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ring) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.task, self.queue))

    def __call__(self) -> None:
        ring(self.task, *self.args, queue=self.queue)


def ring_after_commit(task: str, *args: Any, queue: str = "default") -> None:
    """Ring once, however often it is asked for, when the present transaction has committed."""
    hook = _Ring(task, args, queue)
    if not any(waiting[1] == hook for waiting in connection.run_on_commit):
        transaction.on_commit(hook, robust=True)


def ring(task: str, *args: Any, queue: str = "default") -> bool:
    """Send the task's name and ids to the broker now; say whether it took them. Never fails, never waits long.

    After a failure it rests a few seconds, so that a dead broker doesn't slow every write down.
    """
    from celery import current_app  # the broker's client is slow to import, and commands don't need it

    global _rests_until  # noqa: PLW0603 - one breaker per process
    if time.monotonic() < _rests_until:
        return False
    try:
        current_app.send_task(task, args=args, queue=queue, ignore_result=True, expires=_EXPIRES)
    except Exception as error:  # noqa: BLE001 - whatever the client raises: the rows are stored, the bell is optional
        _rests_until = time.monotonic() + _REST
        log.warning("bell_not_rung", task=task, error=type(error).__name__)
        return False
    return True
