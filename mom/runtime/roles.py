"""The database and its two roles, as `roles.sql` says."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mom.runtime.postgres import DATABASE, SUPERUSER, Cluster

SQL = Path(__file__).with_name("roles.sql")
OWNER = "owner"
APP = "app"


FOR_TESTS = (  # tests make databases, cut connections to them and say who yields in a deadlock
    f"ALTER ROLE {OWNER} CREATEDB; GRANT {APP} TO {OWNER}; GRANT SET ON PARAMETER deadlock_timeout TO {OWNER};"
)


def prepare(cluster: Cluster, *, for_tests: bool = False) -> None:
    """Make the database where it is missing, and both roles with their rights. The same at every start.

    For tests every database made later has those rights too, and `owner` may make databases.
    """
    with _cursor(cluster, "postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    for database in [DATABASE, "template1"] if for_tests else [DATABASE]:
        with _cursor(cluster, database) as cursor:
            cursor.execute(SQL.read_text() + (FOR_TESTS if for_tests else ""))


@contextmanager
def _cursor(cluster: Cluster, database: str) -> Iterator[Any]:
    import psycopg2

    with closing(psycopg2.connect(host=str(cluster.socket), user=SUPERUSER, dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
