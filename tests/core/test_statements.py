"""Statements prepared on the server say the same as when they are sent whole."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import override_settings

from mom.core.db.rows import write
from mom.core.db.statements import Statement
from tests.bench.statements import counting
from tests.factories.work import make_chain

pytestmark = pytest.mark.django_db

SUM = Statement("SELECT %(a)s::int + %(b)s::int + %(a)s::int, '100 %%'", "sum")


@pytest.mark.parametrize("prepares", [True, False])
def test_statement_takes_its_parameters_by_name_and_keeps_percent_signs(prepares):
    with override_settings(DATABASE_PREPARES=prepares):
        assert SUM.rows({"a": 1, "b": 5}) == [(7, "100 %")]
        assert SUM.rows({"b": 1, "a": 2}) == [(5, "100 %")]


def test_statement_is_prepared_once_a_connection_and_counts_as_one():
    SUM.rows({"a": 1, "b": 1})
    with counting() as count:
        SUM.rows({"a": 1, "b": 1})
    assert len(count) == 1
    assert "EXECUTE mom_sum" in str(count)


@pytest.mark.django_db(transaction=True)
def test_statement_is_known_again_on_a_new_connection_and_after_a_rollback():
    statement = Statement("SELECT %(number)s::numeric * 2", "double")
    with transaction.atomic():
        assert statement.rows({"number": Decimal("1.5")}) == [(Decimal("3.0"),)]
        transaction.set_rollback(True)
    assert statement.rows({"number": Decimal("2.5")}) == [(Decimal("5.0"),)]

    connection.close()
    assert statement.rows({"number": None}) == [(None,)]


def test_statement_that_is_wrong_says_so_as_a_database_error():
    with pytest.raises(ProgrammingError, match="no_such_table"), transaction.atomic():
        Statement("SELECT * FROM no_such_table WHERE id = %(id)s", "wrong").rows({"id": 1})


def test_row_is_written_as_save_writes_it_and_a_missing_row_is_told(site):
    job, _after = make_chain(site, "Saw", "Mill")
    job.operation, job.version = "Saw 100 % off", job.version + 1

    write(job, "operation", "version")

    job.refresh_from_db()
    assert job.operation == "Saw 100 % off"
    job.pk = 0
    with pytest.raises(DatabaseError, match="is gone"):
        write(job, "version")
