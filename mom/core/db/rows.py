"""Rows written with statements that are made once a process, where Django makes them anew each time.

`write` is `save(update_fields=…)` of a row that is locked already, `add` is `save(force_insert=True)`, `add_all` is
`bulk_create`: without signals, which nobody here listens to.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from mom.core.db.statements import Statement

Row = TypeVar("Row", bound=Model)


def write(row: Model, *names: str) -> None:
    """Write these fields of a row. Values only, no expressions. Raises: DatabaseError where the row is gone."""
    statement, fields = _statement(type(row), names)
    values: dict[str, Any] = {field.name: sent(field, [getattr(row, field.attname)])[0] for field in fields}
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


# Of these the driver takes what is of the Python type as it is: Django would find that out for each value anew.
_TAKEN_AS_THEY_ARE: dict[type[Any], type[Any]] = {
    models.BigAutoField: int,
    models.BigIntegerField: int,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.SmallIntegerField: int,
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.DurationField: timedelta,
    models.UUIDField: uuid.UUID,
}


def sent(field: Any, values: Sequence[Any]) -> list[Any]:
    """Values of a field as they go to the database: what `get_db_prep_save` makes of each."""
    kind = _taken_as_it_is(field)
    if kind is None:
        return [field.get_db_prep_save(value, connection) for value in values]
    return [
        value if value is None or type(value) is kind else field.get_db_prep_save(value, connection) for value in values
    ]


@cache
def _taken_as_it_is(field: Any) -> type[Any] | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return _TAKEN_AS_THEY_ARE.get(type(field))


def add(row: Row) -> Row:
    """Insert a row; it has its key then. Raises: IntegrityError."""
    return add_all([row])[0]


def add_all(rows: Iterable[Row]) -> list[Row]:
    """Insert rows of one model in one statement; they have their keys then, in this order. Raises: IntegrityError."""
    added = list(rows)
    if not added:
        return []
    model = type(added[0])
    if any(isinstance(field, ArrayField) for field in model._meta.local_concrete_fields):
        return model._default_manager.bulk_create(added)  # an array of arrays would be unnested to its last element
    left_out = frozenset(
        field.name
        for field in model._meta.local_concrete_fields
        if field.has_db_default() and isinstance(getattr(added[0], field.attname), DatabaseDefault)
    )
    statement, fields, returning = _inserting(model, left_out)
    values = {field.name: sent(field, [field.pre_save(row, add=True) for row in added]) for field in fields}
    for row, given in zip(added, statement.rows(values), strict=True):
        for field, value in zip(returning, given, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return added


@cache
def _inserting(model: type[Model], left_out: frozenset[str]) -> tuple[Statement, list[Any], list[Any]]:
    """The statement, the fields that it takes as arrays, and those it gives back."""
    meta, quote = model._meta, connection.ops.quote_name
    fields: list[Any] = [
        field
        for field in meta.local_concrete_fields
        if field is not meta.auto_field and not field.generated and field.name not in left_out
    ]
    returning: list[Any] = [field for field in meta.db_returning_fields if field not in fields] or [meta.pk]
    names = ", ".join(quote(field.column) for field in fields)
    arrays = ", ".join(f"%({field.name})s{_as_array(field)}" for field in fields)
    gives = ", ".join(quote(field.column) for field in returning)
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({names})"  # noqa: S608 - names of ours
        f" SELECT * FROM unnest({arrays}) RETURNING {gives}"
    )
    return Statement(sql, f"add_{meta.db_table}"), fields, returning


def _as_array(field: "Field[Any, Any]") -> str:
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return "::text[]::jsonb[]" if kind == "jsonb" else f"::{kind}[]"
