"""The database server as a backup meets it: entered as the owner of the tables, past Django and its time limits."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extensions
from django.conf import settings
from django.db import connection
from psycopg2 import sql

_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
_UNLIMITED = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c timezone=UTC"


@dataclass(frozen=True)
class Server:
    """One database on one server, with the role that owns its tables."""

    parameters: tuple[tuple[str, str], ...]

    @property
    def database(self) -> str:
        return dict(self.parameters)["dbname"]

    def named(self, database: str) -> "Server":
        """Another database of the same server."""
        return Server(tuple(sorted({**dict(self.parameters), "dbname": database}.items())))

    def environment(self, options: str = "") -> dict[str, str]:
        """What PostgreSQL's programs read. By environment, not by argument: others see the arguments."""
        told = {_ENVIRONMENT[name]: value for name, value in self.parameters if name in _ENVIRONMENT}
        return {**told, "PGOPTIONS": f"{_UNLIMITED} {options}".strip(), "PGAPPNAME": "mom-backup"}

    @contextmanager
    def cursor(self, *, isolation: int | None = None) -> Iterator[Any]:
        """A connection of its own for the length of a block: autocommit, or one transaction at `isolation`."""
        options = {**dict(self.parameters), "options": _UNLIMITED, "application_name": "mom-backup"}
        with closing(psycopg2.connect(**options)) as opened:
            if isolation is None:
                opened.autocommit = True
            else:
                opened.set_session(isolation_level=isolation, readonly=True)
            with opened.cursor() as cursor:
                yield cursor

    def version(self) -> tuple[int, str]:
        """The server's major version, and all of it."""
        with self.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
            cursor.execute("SHOW server_version")
            return number // 10_000, str(cursor.fetchone()[0]).split(" ")[0]

    def exists(self, name: str) -> bool:
        """Whether the server has a database of that name."""
        with self.named("postgres").cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def create(self, name: str) -> "Server":
        """A new, empty database with the encoding and order of this one. Raises: psycopg2.Error."""
        with self.cursor() as cursor:
            cursor.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
            encoding = cursor.fetchone()[0]
        with self.named("postgres").cursor() as cursor:
            statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING {}"
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Literal(encoding)))
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        return self.named(name)

    def drop(self, name: str) -> None:
        """Remove a database and cut who is in it; one that isn't there is fine."""
        with self.named("postgres").cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def names_like(self, pattern: str) -> list[str]:
        """The databases whose whole name matches a regular expression."""
        with self.named("postgres").cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
            return [name for (name,) in cursor.fetchall() if re.fullmatch(pattern, name)]


def owner() -> Server:
    """The database that Django uses at this moment, as the role that owns its tables."""
    parts = psycopg2.extensions.parse_dsn(settings.DATABASE_OWNER_URL)
    told = {name: str(value) for name, value in parts.items() if name in _ENVIRONMENT}
    return Server(tuple(sorted({**told, "dbname": str(connection.settings_dict["NAME"])}.items())))


def may_create(server: Server) -> bool:
    """Whether the role may make databases, which a proof and a restore need."""
    with server.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def rows(cursor: Any, statement: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    cursor.execute(statement, values)
    return list(cursor.fetchall())
