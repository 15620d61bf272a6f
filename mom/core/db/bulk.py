"""Many rows at once: COPY into a table, and keys taken from its sequence beforehand, for children to point at."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from mom.core.canonical import to_json
from mom.core.db.transactions import require_transaction

_NULL = "\\N"
_SPECIAL = frozenset({type(None), dict, list})


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Put `rows` into `table` over COPY and say how many. Joins the caller's transaction; triggers and checks apply.

    A value is text, number, bool, instant, UUID, None, or a dict or list that becomes JSON.
    """
    require_transaction()
    buffer = io.StringIO()
    count = 0
    plain, quotes = ",".join(['"%s"'] * len(columns)) + "\n", 2 * len(columns)
    for row in rows:
        line = plain % tuple(row)  # one step for a whole row; nearly all rows are plain, and there are millions of them
        if line.count('"') != quotes or not _SPECIAL.isdisjoint(map(type, row)):
            line = ",".join(map(_cell, row)) + "\n"
        buffer.write(line)
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
            "WITH named AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence)"
            " SELECT nextval(named.sequence) FROM named, generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), pk.column, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def check_foreign_keys_at_once(*tables: type[models.Model]) -> None:
    """Check the keys of these tables with each statement and not at the commit, which for thousands of rows is a fifth
    cheaper and keeps the commit short. Joins the caller's transaction, until its end.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE contype = 'f' AND condeferrable AND conrelid = ANY(%s::text[]::regclass[])",
            [[connection.ops.quote_name(model._meta.db_table) for model in tables]],
        )
        names = cursor.fetchone()[0]
        if names:
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
