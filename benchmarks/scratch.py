"""The database of a benchmark: its own, migrated, and dropped at the end whatever happened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2


def name_of(benchmark: str) -> str:
    """The name of its database: two that run at the same time do not meet."""
    return f"mom_bench_{benchmark}_{os.getpid()}"


@contextmanager
def own_database(database: str, *apps: str, template: str = "") -> Iterator[None]:
    """Django on a new database of this name, migrated (`apps`: only so far), or copied from a `template`."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    admin = psycopg2.connect(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"], dbname="postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database}" + (f" TEMPLATE {template}" if template else ""))
        try:
            settings.DATABASES["default"]["NAME"] = database
            django.setup()
            call_command("migrate", *apps, verbosity=0)
            yield
        finally:
            connections.close_all()
            cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")
