"""One thread a process that waits for NOTIFY on a connection of its own and hands changes to the event loop."""

import contextlib
import logging
import os
import select
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg2
from django.db import connections

from mom.core.closing import CHANNEL
from mom.core.live.change import Change, parse

log = logging.getLogger(__name__)
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0


class Listener:
    """Calls `on_changes` with what came at once and `on_gap` whenever some was missed, both from its own thread."""

    def __init__(self, on_changes: Callable[[Sequence[Change]], None], on_gap: Callable[[], None]) -> None:
        self._on_changes = on_changes
        self._on_gap = on_gap
        self._stopped = threading.Event()
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._run, name="live-listener", daemon=True)

    def start(self) -> None:
        """Begin to listen; the connection is made in the thread and again whenever it breaks."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        os.write(self._wake_writer, b"x")
        self._thread.join(10)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                self._listen()
                pause = FIRST_PAUSE
            except psycopg2.Error as error:
                log.warning("live listener lost the database, next try in %.1f s: %s", pause, type(error).__name__)
                self._stopped.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _listen(self) -> None:
        """Listen until stopped. Raises: psycopg2.Error when the connection breaks."""
        connection = _connect()
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._on_gap()
            # poll, not select: select fails above descriptor 1,024, which many open streams reach
            poller = select.poll()
            poller.register(connection.fileno(), select.POLLIN)
            poller.register(self._wake_reader, select.POLLIN)
            while not self._stopped.is_set():
                poller.poll()
                connection.poll()
                came = [parse(each.payload) for each in connection.notifies]
                connection.notifies.clear()
                if changes := [change for change in came if change is not None]:
                    self._on_changes(changes)


def _connect() -> Any:
    """A connection outside Django's pool, with Django's own parameters but without its statement time limits."""
    parameters = connections["default"].get_connection_params()
    parameters.pop("cursor_factory", None)
    return psycopg2.connect(**{**parameters, "options": "-c idle_session_timeout=0 -c timezone=UTC"})
