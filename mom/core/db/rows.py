"""A row that is locked already, written back by its key: what `save(update_fields=…)` does, its statement made once."""

from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Model

from mom.core.db.statements import Statement


def write(row: Model, *names: str) -> None:
    """Write these fields of a row. Values only, no expressions. Raises: DatabaseError where the row is gone."""
    statement, fields = _statement(type(row), names)
    values: dict[str, Any] = {
        field.name: field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
    }
    with connection.cursor() as cursor:
        statement.execute(cursor, {**values, "row_key": row.pk})
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is gone.")


@cache
def _statement(model: type[Model], names: tuple[str, ...]) -> tuple[Statement, list[Any]]:
    meta, quote = model._meta, connection.ops.quote_name
    fields: list[Any] = [meta.get_field(name) for name in names]
    values = ", ".join(f"{quote(field.column)} = %({field.name})s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {values} WHERE {quote(str(meta.pk.column))} = %(row_key)s"  # noqa: S608 - names of ours
    return Statement(sql, f"write_{meta.db_table}"), fields
