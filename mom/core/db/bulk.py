"""Many rows at once: COPY into a table, whole arrays as values, and keys taken from a sequence beforehand."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import connection, models

from mom.core.canonical import to_json
from mom.core.db.transactions import require_transaction

_NULL = "\\N"
_STEPS = 60  # of other work after some hundred lines: about as long as the server needs for these


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Put `rows` into `table` over COPY and say how many. Joins the caller's transaction; triggers and checks apply.

    A value is text, number, bool, instant, UUID, None, or a dict or list that becomes JSON.
    """
    return copy_spelled(table, columns, spelled(rows))


def spelled(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows as `copy_spelled` takes them, made while the database is busy with something else."""
    spelling = _SPELLING.get
    return [",".join([spelling(type(value), _quoted)(value) for value in row]) + "\n" for row in rows]


def copy_spelled(table: str, columns: Sequence[str], lines: Sequence[str]) -> int:
    """`copy_rows` of rows that are spelled."""
    require_transaction()
    if lines:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            quote = connection.ops.quote_name
            names = ", ".join(quote(column) for column in columns)
            how = f"COPY {quote(table)} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{_NULL}')"
            cursor.copy_expert(how, _Lines(lines))
    return len(lines)


def copy_lines(statement: str, lines: Iterable[str], beside: Iterable[None] = ()) -> None:
    """COPY lines that are spelled already. Joins the caller's transaction.

    `beside`: work of ours that needs no database. Steps of it are done while the server is busy with lines that it
    has, so that the two share two processors; all of it is done when this returns. Raises: what `beside` raises.
    """
    require_transaction()
    sent = _Lines(lines, beside)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, sent)
    if sent.failed is not None:
        raise sent.failed


class _Lines:
    """A file of lines for COPY: the next ones are made while the server takes the ones before in."""

    def __init__(self, lines: Iterable[str], beside: Iterable[None] = ()) -> None:
        self._lines, self._beside = iter(lines), iter(beside)
        self._has_begun = False
        self.failed: Exception | None = None  # of `beside`: the driver would make it an error of the database

    def read(self, _size: int = -1) -> str:
        """The next few hundred; empty at the end."""
        if self._has_begun:
            self._work(_STEPS)
        self._has_begun = True
        found = "".join(islice(self._lines, 400))
        if not found:
            self._work(None)
        return found

    def _work(self, steps: int | None) -> None:
        try:
            deque(islice(self._beside, steps), maxlen=0)
        except Exception as error:  # noqa: BLE001 - raised where the lines are in
            self.failed = self.failed or error


def _quoted(value: Any) -> str:
    return '"' + str(value).replace('"', '""') + '"'


def _json(value: Any) -> str:
    return _quoted(to_json(value))


def _null(_value: None) -> str:
    return _NULL


# One look-up a value instead of a chain of questions: there are millions of them. What is not listed is quoted text.
_SPELLING: dict[type, Callable[[Any], str]] = {
    NoneType: _null,
    int: str,
    bool: str,
    Decimal: str,
    UUID: str,
    datetime: str,
    date: str,
    dict: _json,
    list: _json,
}


def array(values: Iterable[Any]) -> str:
    """Many values as the one text that PostgreSQL reads as an array; the statement says of what (`%s::bigint[]`).

    A list would be sent as ARRAY[…], whose every value is parsed as an expression: for thousands of values that costs
    more than the statement itself. A value is a number, bool, instant, text or None.
    """
    values = values if isinstance(values, list) else list(values)
    kinds = set(map(type, values))
    has_none = NoneType in kinds
    kinds.discard(NoneType)
    if kinds <= {int}:  # as Python spells them, in one go
        return "{" + str(values)[1:-1].replace("None", "NULL") + "}"
    if len(kinds) > 1:
        spelling = _IN_ARRAY.get
        return "{" + ",".join([spelling(type(value), _quoted_in_array)(value) for value in values]) + "}"
    spell = _IN_ARRAY.get(kinds.pop(), _quoted_in_array)
    if spell is _quoted_in_array:  # many words, few of them different
        words = {value: spell(value) for value in set(values) if value is not None}
        return "{" + ",".join([words.get(value, "NULL") for value in values]) + "}"
    if has_none:
        return "{" + ",".join(["NULL" if value is None else spell(value) for value in values]) + "}"
    return "{" + ",".join(map(spell, values)) + "}"


def _quoted_in_array(value: Any) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


_IN_ARRAY: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _value: "NULL",
    int: str,
    bool: str,
    Decimal: str,
    datetime: str,
}


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
