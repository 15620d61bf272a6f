"""Rows written with statements that are made once a process, where Django makes them anew each time.

`write` is `save(update_fields=…)` of a row that is locked already, `add` is `save(force_insert=True)`, `add_all` is
`bulk_create`: without signals, which nobody here listens to.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass
class Along:
    """A statement that is run in the round trip of an insert: it writes one row, and gives of it what it returns.

    Both see the database as it was before. Its parameters have other names than the fields that are inserted.
    """

    sql: str
    name: str
    values: dict[str, Any]
    given: Any = None


def add(row: Row, along: Along | None = None) -> Row:
    """Insert a row; it has its key then. `along` has what it gives. Raises: IntegrityError."""
    if along is None:
        return add_all([row])[0]
    left_out = _left_out(row)
    statement, fields, returning = _inserting_along(type(row), left_out, along.sql, along.name)
    values = {field.name: sent(field, [field.pre_save(row, add=True)]) for field in fields}
    if clash := values.keys() & along.values.keys():
        raise ValueError(f"{along.name} and the row both name {', '.join(sorted(clash))}.")
    [(*given, along.given)] = statement.rows({**values, **along.values})
    _added(row, returning, given)
    return row


def add_all(rows: Iterable[Row]) -> list[Row]:
    """Insert rows of one model in one statement; they have their keys then, in this order. Raises: IntegrityError."""
    added = list(rows)
    if not added:
        return []
    model = type(added[0])
    if any(isinstance(field, ArrayField) for field in model._meta.local_concrete_fields):
        return model._default_manager.bulk_create(added)  # an array of arrays would be unnested to its last element
    statement, fields, returning = _inserting(model, _left_out(added[0]))
    values = {field.name: sent(field, [field.pre_save(row, add=True) for row in added]) for field in fields}
    for row, given in zip(added, statement.rows(values), strict=True):
        _added(row, returning, given)
    return added


def _left_out(row: Model) -> frozenset[str]:
    """The fields that the database fills in."""
    return frozenset(
        field.name
        for field in row._meta.local_concrete_fields
        if field.has_db_default() and isinstance(getattr(row, field.attname), DatabaseDefault)
    )


def _added(row: Model, returning: Sequence[Any], given: Sequence[Any]) -> None:
    for field, value in zip(returning, given, strict=True):
        setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _inserting(model: type[Model], left_out: frozenset[str]) -> tuple[Statement, list[Any], list[Any]]:
    """The statement, the fields that it takes as arrays, and those it gives back."""
    sql, fields, returning = _insert(model, left_out)
    return Statement(sql, f"add_{model._meta.db_table}"), fields, returning


@cache
def _inserting_along(
    model: type[Model], left_out: frozenset[str], along: str, name: str
) -> tuple[Statement, list[Any], list[Any]]:
    sql, fields, returning = _insert(model, left_out)
    whole = f"WITH along (given) AS ({along}) {sql}, (SELECT given FROM along)"  # noqa: S608 - constants
    return Statement(whole, f"{name}_add_{model._meta.db_table}"), fields, returning


def _insert(model: type[Model], left_out: frozenset[str]) -> tuple[str, list[Any], list[Any]]:
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
    return sql, fields, returning


def _as_array(field: "Field[Any, Any]") -> str:
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return "::text[]::jsonb[]" if kind == "jsonb" else f"::{kind}[]"
