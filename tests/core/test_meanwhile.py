"""A statement and work of ours at the same time: both done, in one transaction, whichever of them fails."""

import threading

import psycopg2
import pytest
from django.db import DataError, connection, transaction

from mom.core.db.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def test_gives_the_rows_and_what_the_work_gives() -> None:
    with transaction.atomic():
        rows, result = meanwhile("SELECT n FROM generate_series(1, %s) AS n", [3], lambda: "done")
    assert (rows, result) == ([(1,), (2,), (3,)], "done")


@pytest.mark.parametrize("is_long", [True, False])
def test_statement_without_rows_gives_none(is_long: bool) -> None:
    with transaction.atomic():
        assert meanwhile("CREATE TEMP TABLE nothing () ON COMMIT DROP", [], lambda: 1, is_long=is_long) == ([], 1)


def test_statement_runs_while_the_work_is_done() -> None:
    """The work lets the statement go on, which waits for it: one after the other they would never end."""
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor, transaction.atomic():
            cursor.execute("SELECT pg_advisory_lock(42)")

            def work() -> str:
                cursor.execute("SELECT pg_advisory_unlock(42)")
                return "let go"

            rows, result = meanwhile("SELECT pg_advisory_xact_lock(42), 'had it'", [], work)
        assert (rows[0][1], result) == ("had it", "let go")
    finally:
        other.close()


def test_statement_that_fails_is_raised_as_ever_after_the_work() -> None:
    done = []
    with pytest.raises(DataError), transaction.atomic():
        meanwhile("SELECT 1 / %s", [0], lambda: done.append(True))
    assert done == [True]
    assert connection.is_usable()


def test_work_that_fails_is_raised_once_the_statement_has_ended() -> None:
    def fails() -> None:
        raise LookupError("what we did")

    with pytest.raises(LookupError, match="what we did"), transaction.atomic():
        meanwhile("SELECT pg_sleep(0.05)", [], fails)
    assert not [each for each in threading.enumerate() if "meanwhile" in each.name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_refuses_to_begin_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        meanwhile("SELECT 1", [], lambda: None)
