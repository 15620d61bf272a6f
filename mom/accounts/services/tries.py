"""The counters of wrong tries: locked and moved, each in one statement for all that a check needs."""

from collections.abc import Iterable, Mapping

from django.db import connection

from mom.accounts.engine.tries import Tries

# The change that changes nothing takes the lock of a row that is there, and gives its newest values back.
_LOCK = """
INSERT INTO accounts_secrettries AS kept (key, count, last_at)
SELECT key, 0, NULL FROM unnest(%s::varchar[]) WITH ORDINALITY AS wanted (key, place) ORDER BY place
ON CONFLICT (key) DO UPDATE SET count = kept.count
RETURNING key, count, last_at
"""
_STORE = """
UPDATE accounts_secrettries AS kept SET count = moved.count, last_at = moved.last_at
FROM unnest(%s::varchar[], %s::integer[], %s::timestamptz[]) AS moved (key, count, last_at)
WHERE kept.key = moved.key
"""


def tries_locked(keys: Iterable[str]) -> dict[str, Tries]:
    """The counters of these keys, made where they are new, locked in the order of their keys. Needs a transaction."""
    wanted = sorted(filter(None, keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [wanted])
        return {key: Tries(count, last_at) for key, count, last_at in cursor.fetchall()}


def tries_stored(tries: Mapping[str, Tries]) -> None:
    """Write counters that were locked before."""
    if not tries:
        return
    counts, instants = [each.count for each in tries.values()], [each.last_at for each in tries.values()]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [list(tries), counts, instants])
