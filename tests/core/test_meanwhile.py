"""A statement and work of ours at the same time: both done, in one transaction, whichever of them fails."""

import signal
import threading
import time
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from django.db import DataError, connection, transaction

from mom.core.db.meanwhile import _Running, meanwhile

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
    assert_at_rest()


class TimeIsUp(BaseException):
    """What a worker's time limit raises, wherever the work is."""


@pytest.fixture
def time_limit() -> Iterator[Callable[[float], None]]:
    """Strikes in the main thread after so many seconds, as a worker's soft time limit does."""

    def strike(_number: int, _frame: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, strike)
    try:
        yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_time_limit_while_the_statement_is_waited_for_ends_it(time_limit: Callable[[float], None]) -> None:
    started = time.monotonic()
    time_limit(0.1)
    with pytest.raises(TimeIsUp), transaction.atomic():
        meanwhile("SELECT pg_sleep(30)", [], lambda: None)
    assert time.monotonic() - started < 20
    assert_at_rest()


def test_time_limit_while_the_work_is_done_lets_the_statement_end(time_limit: Callable[[float], None]) -> None:
    def work() -> None:
        time_limit(0.05)
        while True:
            pass

    with pytest.raises(TimeIsUp), transaction.atomic():
        meanwhile("SELECT pg_sleep(0.3)", [], work)
    assert_at_rest()


def test_time_limit_before_the_statement_began_calls_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is there and hasn't come to its turn; what comes too late leaves the connection alone."""
    held, run = threading.Event(), _Running._run

    def late(self: _Running) -> None:
        held.wait()
        run(self)

    def struck(self: _Running) -> None:
        self._thread.start()
        raise TimeIsUp

    monkeypatch.setattr(_Running, "_run", late)
    monkeypatch.setattr(_Running, "begin", struck)
    with pytest.raises(TimeIsUp), transaction.atomic():
        meanwhile("CREATE TABLE came_too_late ()", [], lambda: None)
    held.set()
    for thread in threading.enumerate():
        if thread.name == "meanwhile":
            thread.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('came_too_late')")
        assert cursor.fetchone() == (None,)
    assert_at_rest()


def assert_at_rest() -> None:
    """No statement is left under way, and the connection takes the next."""
    assert not [each for each in threading.enumerate() if "meanwhile" in each.name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_refuses_to_begin_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        meanwhile("SELECT 1", [], lambda: None)
