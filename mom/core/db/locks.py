"""Every advisory lock of the software, in one list, so that no two uses share a number by accident."""

from collections.abc import Iterable
from enum import IntEnum, unique

from django.db import connection

from mom.core.db.transactions import require_transaction


@unique
class Lock(IntEnum):
    """A lock space; the key inside it is a whole number or text."""

    AUDIT_CHAIN = 7002
    REQUEST = 7003
    IMPORT = 7006
    BULK = 7012
    KPI_REBUILD = 7009
    DELIVERY = 7020
    BACKUP = 7021
    UPLOAD_QUOTA = 7013
    FIRST_START = 7031
    FLOOR_DAY = 7040  # taken by the function floor_open_day
    FLOOR_SOURCE = 7041
    FLOOR_MACHINE = 7042
    FLOOR_ARCHIVE = 7043
    MACHINE_REBUILD = 7044
    BOARD_HOUR = 7049
    ALIAS = 7050
    LOTS_MADE = 7051  # by site; shared by who makes lots (the function inventory_makes_lots), alone for a hold of them


def advisory_lock(name: Lock, key: int | str = 0) -> None:
    """Wait for the lock and hold it until the transaction ends. Joins the caller's transaction."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(%s, {_key_sql(key)})", [int(name), key])


def advisory_locks(name: Lock, keys: Iterable[str]) -> None:
    """Wait for several keys of one lock, in the same order whoever asks. Joins the caller's transaction."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, k)"
            " FROM (SELECT DISTINCT hashtext(t) AS k FROM unnest(%s::text[]) AS t ORDER BY 1) AS s",
            [int(name), list(keys)],
        )


def try_advisory_lock(name: Lock, key: int | str = 0) -> bool:
    """Take the lock until the transaction ends if it is free; say whether it was. Joins the caller's transaction."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock(%s, {_key_sql(key)})", [int(name), key])
        return bool(cursor.fetchone()[0])


def _key_sql(key: int | str) -> str:
    return "hashtext(%s)" if isinstance(key, str) else "%s"
