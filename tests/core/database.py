"""The database as its owner sees it, for what the application may not do."""

import os
from collections.abc import Iterator

import psycopg2
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
