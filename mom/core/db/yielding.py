"""How PostgreSQL says that a transaction had to yield to another: nothing is wrong, and it may be tried again."""

from django.db import DatabaseError

_YIELDED = frozenset({"40001", "40P01", "55P03"})  # not serializable, a ring of locks, a lock held for too long


def has_yielded(error: DatabaseError) -> bool:
    """Whether the same again may well succeed."""
    return getattr(error.__cause__, "pgcode", None) in _YIELDED
