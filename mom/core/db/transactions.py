"""Being inside a transaction is a precondition that can be stated."""

from django.db import connection


def require_transaction() -> None:
    """Refuse to go on outside a transaction: for functions that join their caller's. Raises: RuntimeError."""
    if not connection.in_atomic_block:
        raise RuntimeError("This joins its caller's transaction: open a use case first.")
