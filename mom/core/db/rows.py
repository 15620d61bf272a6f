"""A row that is locked already, written back by its key: what `save(update_fields=…)` does, its statement made once."""

from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Model


def write(row: Model, *names: str) -> None:
    """Write these fields of a row. Values only, no expressions. Raises: DatabaseError where the row is gone."""
    statement, fields = _statement(type(row), names)
    values: list[Any] = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is gone.")


@cache
def _statement(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    meta, quote = model._meta, connection.ops.quote_name
    fields: list[Any] = [meta.get_field(name) for name in names]
    values = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(meta.db_table)} SET {values} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608 - names of ours
    return statement, fields
