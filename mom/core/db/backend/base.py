"""The backend that `DATABASES` names. Django asks for a module of this name."""

import select

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is taken for good while its socket is silent.

    Django asks the server `SELECT 1` before each request's first statement. A server that ended or was told to end a
    connection has said so and closed it: then the socket has something to read, and only then the server is asked.
    What this can't see is a network that fell silent; the question would have waited there just as the statement does.
    """

    def is_usable(self) -> bool:
        """Whether the connection can be used for this request."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            return bool(super().is_usable())  # one that failed takes no statement
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or bool(super().is_usable())
