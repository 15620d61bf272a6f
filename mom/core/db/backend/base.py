"""The backend that `DATABASES` names. Django asks for a module of this name."""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

MANY = 1_000  # rows


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is taken for good while its socket is silent.

    Django asks the server `SELECT 1` before each request's first statement. A server that ended or was told to end a
    connection has said so and closed it: then the socket has something to read, and only then the server is asked.
    What this can't see is a network that fell silent; the question would have waited there just as the statement does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: set[str] = set()
        """The prepared statements that the server knows on the present connection."""
        self._kept: Any = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection, which knows nothing yet."""
        self.known = set()
        return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        """Whether the connection can be used for this request."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            return bool(super().is_usable())  # one that failed takes no statement
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or bool(super().is_usable())

    def fetched(self, sql: str, values: Any) -> list[tuple[Any, ...]]:
        """Every row of a statement, on a cursor that is kept for the next one: making it costs as much as a read."""
        cursor = self._kept if self._may_use_kept() else self.cursor()
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if self.queries_logged or len(rows) > MANY:  # a test that counts, or a result that should not stay in memory
            cursor.close()
            self._kept = None
        else:
            self._kept = cursor
        return rows

    def _may_use_kept(self) -> bool:
        return (
            self._kept is not None
            and not self.queries_logged
            and not self._kept.closed
            and self._kept.connection is self.connection
            and (self.health_check_done or not self.health_check_enabled)  # type: ignore[attr-defined]
        )
