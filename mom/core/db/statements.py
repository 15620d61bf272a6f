"""Statements that the server parses and plans once a connection instead of once a call.

For a read by key the planning costs several times what the reading costs: joins over eight tables are planned in some
milliseconds and answered in a tenth of one. What a plant asks for with every act is prepared:

    _BEFORE = Statement("SELECT kind FROM work_jobdependency WHERE successor_id = %(job)s", "work_before")

    with connection.cursor() as cursor:
        _BEFORE.execute(cursor, {"job": 17})

A parameter takes its type from where it stands: give it one (`%(site)s::bigint`) where nothing says it, and the type of
what is sent where that is another (`%(before)s::text[]::jsonb[]`). A connection pooler that changes the server's
connection between transactions must not be behind this: `DATABASE_PREPARES=off` sends every statement whole.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

_numbers = itertools.count(1)
_PARAMETER = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<percent>%))")


class Statement:
    """A statement with named parameters, under a name that shows in the server's log."""

    def __init__(self, sql: str, name: str) -> None:
        self.sql = sql
        self.name = f"mom_{name[:50]}_{next(_numbers)}"  # 63 characters at most, and the number is what tells it apart
        self.parameters: list[str] = []
        self._text = _PARAMETER.sub(self._numbered, sql)
        places = ", ".join("%s" for _each in self.parameters)  # by place: the driver is slow with names
        self._call = f"EXECUTE {self.name} ({places})" if places else f"EXECUTE {self.name}"

    def _numbered(self, found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return "%"
        if name not in self.parameters:
            self.parameters.append(name)
        return f"${self.parameters.index(name) + 1}"

    def execute(self, cursor: Any, values: Mapping[str, Any]) -> None:
        """Run it on a cursor of Django's connection. Raises: what `cursor.execute` raises."""
        cursor.execute(*self._as_sent(connections[DEFAULT_DB_ALIAS], values))

    def rows(self, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run it and give every row."""
        database: Any = connections[DEFAULT_DB_ALIAS]
        database.close_if_health_check_failed()  # before it is asked what the connection knows
        database.ensure_connection()
        found: Sequence[tuple[Any, ...]] = database.fetched(*self._as_sent(database, values))
        return found

    def _as_sent(self, database: Any, values: Mapping[str, Any]) -> tuple[str, Any]:
        """What is sent; the statement is prepared before, once a connection, which no rollback undoes."""
        if not settings.DATABASE_PREPARES:
            return self.sql, values
        if self.name not in database.known:
            with database.wrap_database_errors, database.connection.cursor() as bare:
                bare.execute(f"PREPARE {self.name} AS {self._text}")
            database.known.add(self.name)
        return self._call, [values[each] for each in self.parameters]
