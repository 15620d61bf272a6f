"""The backend asks a kept connection whether it lives only where its socket has something to say."""

import pytest
from django.db import OperationalError, connection, transaction

from mom.core.db.statements import Statement
from tests.bench.statements import counting

pytestmark = pytest.mark.django_db(transaction=True)
WHO = Statement("SELECT pg_backend_pid(), %(word)s::text", "who")


@pytest.fixture(autouse=True)
def checked():
    """As at the beginning of a request: a kept connection is looked at before its first statement."""
    connection.close()
    connection.ensure_connection()
    connection.health_check_enabled, connection.health_check_done = True, False
    yield
    connection.close()


@pytest.fixture
def asked(monkeypatch):
    """How often the server was asked whether it lives."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    calls = []
    truly = DatabaseWrapper.is_usable
    monkeypatch.setattr(DatabaseWrapper, "is_usable", lambda self: calls.append(1) or truly(self))
    return calls


def end(pid, bench):
    import psycopg2

    other = psycopg2.connect(bench.url())
    other.autocommit = True
    other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def test_silent_connection_is_used_without_asking(asked):
    [(pid, _word)] = WHO.rows({"word": "a"})
    connection.health_check_done = False
    assert WHO.rows({"word": "b"}) == [(pid, "b")]
    assert asked == []


def test_connection_that_the_server_ended_is_made_anew_and_learns_its_statements_again(asked, bench):
    [(pid, _word)] = WHO.rows({"word": "a"})
    end(pid, bench)
    connection.health_check_done = False

    [(other, word)] = WHO.rows({"word": "b"})

    assert (other != pid, word) == (True, "b")
    assert asked == [1]


def test_connection_ended_in_the_middle_of_a_request_is_told(bench):
    """No second try behind a request's back: what it had written is gone with the connection."""
    [(pid, _word)] = WHO.rows({"word": "a"})
    end(pid, bench)
    with pytest.raises(OperationalError):
        WHO.rows({"word": "b"})


def test_transaction_that_failed_is_not_usable(asked):
    with transaction.atomic():
        with connection.cursor() as cursor, pytest.raises(Exception, match="division by zero"):
            cursor.execute("SELECT 1 / 0")
        assert not connection.is_usable()
        transaction.set_rollback(True)
    assert asked == [1]


def test_statements_that_are_counted_are_not_run_on_the_kept_cursor():
    WHO.rows({"word": "a"})
    with counting() as count:
        WHO.rows({"word": "b"})
    assert len(count) == 1
    assert WHO.rows({"word": "c"})[0][1] == "c"


def test_long_result_is_not_kept():
    many = Statement("SELECT generate_series(1, %(most)s::int)", "many")
    assert len(many.rows({"most": 1_001})) == 1_001
    assert connection._kept is None
    assert len(many.rows({"most": 1_000})) == 1_000
    assert connection._kept is not None
