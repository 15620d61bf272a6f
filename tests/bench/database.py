"""Databases for tests: cloned from one migrated template, one per test process, anew after each test that commits.

The template is named by a hash of everything that decides its content, so a new migration makes a new template, and
several test runs share one server without seeing each other. A clone takes hundredths of a second where a flush would
take longer and is forbidden anyway: facts refuse TRUNCATE.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE_PREFIX = "mom_template_"
CLONE_PREFIX = "mom_test_"
BUILD_LOCK = 7_066_001


def template_hash() -> str:
    """A name for the content of a freshly migrated database: its migrations, triggers and the pinned packages.

    Trigger declarations live in Python, and a migration only names what they compile to; core's database code is
    therefore hashed along.
    """
    files = sorted(
        [
            *ROOT.glob("*/migrations/*.py"),
            *ROOT.glob("mom/*/migrations/*.py"),
            *ROOT.glob("mom/core/db/*.py"),
            *ROOT.glob("*/permissions*.py"),  # and with them the built-in roles
            *ROOT.glob("mom/*/permissions*.py"),
            ROOT / "mom/accounts/engine/roles.py",
        ]
    )
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Server:
    """The PostgreSQL server of the tests, entered as the role that may create databases.

    Holds an advisory lock, shared, on every database it uses: whoever gets that lock alone knows that its process is
    gone, and sweeps.
    """

    def __init__(self) -> None:
        self.dsn = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
        self.admin = psycopg2.connect(self.dsn, dbname="postgres")
        self.admin.autocommit = True

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self.admin.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def exists(self, name: str) -> bool:
        return bool(self.run("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def hold(self, name: str) -> None:
        self.run("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", name)

    def drop(self, name: str) -> None:
        if self.exists(name):
            self.run(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE false')
            self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def clone(self, template: str, name: str) -> None:
        """A database equal to the template; one of that name is replaced."""
        self.drop(name)
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def cut_off(self, name: str) -> None:
        """End every connection to a database: one that is copied has none."""
        self.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", name)

    def sweep(self) -> None:
        """Drop what test processes left that are no more."""
        found = "SELECT datname FROM pg_database WHERE datname LIKE %s OR datname LIKE %s"
        for (name,) in self.run(found, f"{CLONE_PREFIX}%", f"{TEMPLATE_PREFIX}%"):
            key = "hashtextextended(%s, 0)"
            if self.run(f"SELECT pg_try_advisory_lock({key})", name) == [(True,)]:
                self.drop(str(name))
                self.run(f"SELECT pg_advisory_unlock({key})", name)


@contextmanager
def _as_owner(server: Server, name: str) -> Iterator[None]:
    """Django's connection, on database `name`, as the role that owns the tables."""
    before = dict(connection.settings_dict)
    owner = psycopg2.extensions.parse_dsn(server.dsn)
    connection.close()
    connection.settings_dict.update(NAME=name, USER=owner.get("user", ""), PASSWORD=owner.get("password", ""))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def ensure_template(server: Server) -> str:
    """The name of the migrated template, made now if no test process made it yet."""
    name = TEMPLATE_PREFIX + template_hash()
    server.hold(name)
    server.run("SELECT pg_advisory_lock(%s)", BUILD_LOCK)
    try:
        if not server.exists(name):
            server.sweep()
            building = f"{CLONE_PREFIX}building"
            server.drop(building)
            server.run(f'CREATE DATABASE "{building}"')
            with _as_owner(server, building):
                call_command("migrate", verbosity=0, interactive=False)
            server.run(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
            server.run(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE true')
    finally:
        server.run("SELECT pg_advisory_unlock(%s)", BUILD_LOCK)
    return name


class Bench:
    """The template, and the one clone on which this process tests."""

    def __init__(self, server: Server, template: str, name: str) -> None:
        self.server = server
        self.template = template
        self.name = name
        self.kept: set[str] = set()

    def fresh(self, template: str = "") -> None:
        """Put a new clone under this process's name, of what was kept if that is named; connections are cut."""
        connections.close_all()
        self.server.clone(template or self.template, self.name)

    def keep(self, what: str) -> str:
        """Put aside what the process's database holds now, to begin from it again (`fresh`). Returns its name."""
        connections.close_all()
        kept = f"{self.name}_{what}"
        self.server.hold(kept)
        self.server.cut_off(self.name)
        self.server.clone(self.name, kept)
        self.kept.add(kept)
        return kept

    def url(self) -> str:
        """The clone's address as the application's role, for processes that a test starts."""
        parts = psycopg2.extensions.parse_dsn(os.environ["DATABASE_URL"])
        login = parts.get("user", "") + (f":{parts['password']}" if parts.get("password") else "")
        port = f":{parts['port']}" if parts.get("port") else ""
        host = parts.get("host", "")
        if host.startswith("/"):
            return f"postgresql://{login}@{port}/{self.name}?host={host}"
        return f"postgresql://{login}@{host}{port}/{self.name}"


@pytest.fixture(scope="session")
def bench(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Bench]:
    """The process's own database, cloned from the migrated template."""
    server = Server()
    name = f"{CLONE_PREFIX}{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        bench = Bench(server, ensure_template(server), name)
        server.hold(name)
        bench.fresh()
        settings.DATABASES["default"]["NAME"] = name
        connection.settings_dict["NAME"] = name
    yield bench
    with django_db_blocker.unblock():
        connections.close_all()
        for made in (name, *bench.kept):
            server.drop(made)
        server.admin.close()


@pytest.fixture(scope="session")
def django_db_setup(bench: Bench) -> Iterator[None]:
    """In place of pytest-django's own: a test that commits is followed by a new clone, never by a flush."""
    flush = TransactionTestCase._fixture_teardown

    def clone_anew(_test: TransactionTestCase) -> None:
        bench.fresh()

    # TestCase, which rolls back, has a teardown of its own and is not touched.
    TransactionTestCase._fixture_teardown = clone_anew  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]
