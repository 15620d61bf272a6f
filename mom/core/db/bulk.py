"""Many rows at once: COPY into a table, and keys taken from its sequence beforehand, for children to point at."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from mom.core.canonical import to_json
from mom.core.db.transactions import require_transaction

_NULL = "\\N"


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Put `rows` into `table` over COPY and say how many. Joins the caller's transaction; triggers and checks apply.

    A value is text, number, bool, instant, UUID, None, or a dict or list that becomes JSON.
    """
    require_transaction()
    buffer = io.StringIO()
    count = 0
    for row in rows:
        buffer.write(",".join(_cell(value) for value in row) + "\n")
        count += 1
    if count:
        buffer.seek(0)
        with connection.cursor() as cursor, connection.wrap_database_errors:
            quote = connection.ops.quote_name
            names = ", ".join(quote(column) for column in columns)
            cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{_NULL}')", buffer)
    return count


def _cell(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, dict | list):
        value = to_json(value)
    elif hasattr(value, "isoformat"):
        value = value.isoformat()
    return '"' + str(value).replace('"', '""') + '"'


def allocate_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh keys of `model`, ascending; nobody else gets them."""
    if count < 1:
        return []
    pk = model._meta.pk
    if pk is None:
        raise TypeError(f"{model.__name__} has no primary key.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), pk.column, count],
        )
        return sorted(row[0] for row in cursor.fetchall())
