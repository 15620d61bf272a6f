"""The bell wakes a worker for rows that are stored already. It may be lost, doubled or late: sweepers make it good."""

import atexit
import os
import threading
import time
from typing import Any

import structlog
from django.db import connection, transaction

log = structlog.get_logger(__name__)

_REST = 5.0  # seconds without ringing after the broker did not answer: the sweepers do it meanwhile
_EXPIRES = 60
_TOGETHER = 0.2  # seconds; bells for the same work within them are one

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
        _ringer.ask(self)


class _Ringer:
    """Rings beside the request, in a thread of the process, so that nobody waits for the broker.

    The first bell rings at once; what is asked for within the next moments rings together, once for each work.
    """

    def __init__(self) -> None:
        self._asked: dict[_Ring, None] = {}
        self._is_ringing = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, bell: _Ring) -> None:
        """Ring it soon."""
        with self._changed:
            self._asked[bell] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._go, name="bells", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self) -> None:
        """Come back when everything that was asked for has rung."""
        with self._changed:
            self._changed.wait_for(lambda: not self._asked and not self._is_ringing, timeout=_REST)

    def _go(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked)
                asked, self._asked, self._is_ringing = list(self._asked), {}, True
            for bell in asked:
                ring(bell.task, *bell.args, queue=bell.queue)
            with self._changed:
                self._is_ringing = False
                self._changed.notify_all()
            time.sleep(_TOGETHER)


_ringer = _Ringer()
os.register_at_fork(after_in_child=_ringer.__init__)  # type: ignore[misc]  # a thread stays with its process
atexit.register(_ringer.wait)


def wait_for_bells() -> None:
    """Come back when every bell that was asked for in this process has rung, or the broker did not answer."""
    _ringer.wait()


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
