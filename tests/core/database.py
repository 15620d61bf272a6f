"""The database as its owner sees it, for what the application may not do."""

import os
from collections.abc import Iterator

import psycopg2
import psycopg2.extensions
import pytest
from django.db import connection


@pytest.fixture
def owner(transactional_db: None) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor of the owner of the tables, on this test's database; each statement commits."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


@pytest.fixture
def as_owner(transactional_db: None) -> Iterator[None]:
    """Everything here runs as the owner of the tables, who may switch guards off; the database is thrown away."""
    told = psycopg2.extensions.parse_dsn(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
    kept = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    connection.close()
    connection.settings_dict |= {key: told.get(key.lower(), "") for key in kept}
    yield
    connection.close()
    connection.settings_dict |= kept
