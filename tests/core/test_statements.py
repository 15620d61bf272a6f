"""Statements prepared on the server say the same as when they are sent whole."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.test import override_settings

from mom.core.db.rows import add, add_all, write
from mom.core.db.statements import Statement
from mom.plant.models import Shift, WorkCalendar
from mom.work.models import WorkRequest
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


def test_rows_are_added_as_bulk_create_adds_them(site):
    job, _after = make_chain(site, "Saw", "Mill")
    new = [
        WorkRequest(
            site=site,
            code=f"A {number} 100 %",
            operations_type="production",
            created_at=job.created_at,
            priority=number,
        )
        for number in range(3)
    ]
    assert add_all(row for row in new) == new
    for row in new:
        assert row.pk
        assert not row._state.adding
        as_stored = WorkRequest.objects.get(pk=row.pk)
        assert {field.attname: getattr(row, field.attname) for field in WorkRequest._meta.concrete_fields} == {
            field.attname: getattr(as_stored, field.attname) for field in WorkRequest._meta.concrete_fields
        }
    assert [row.code for row in sorted(new, key=lambda row: row.pk)] == ["A 0 100 %", "A 1 100 %", "A 2 100 %"]
    assert add_all([]) == []


def test_row_that_breaks_a_rule_is_refused_as_the_database_does_it(site):
    job, _after = make_chain(site, "Saw", "Mill")
    again = WorkRequest(site=site, code=job.work_request.code, operations_type="production", created_at=job.created_at)
    with pytest.raises(IntegrityError, match="work_workrequest_code_unique_in_site"), transaction.atomic():
        add(again)


def test_rows_with_lists_are_added_too(site):
    times = {"starts_at": time(6), "ends_at": time(14), "valid_from": date(2026, 1, 1)}
    calendar = WorkCalendar.objects.create(site=site, code="OF-A-TEST", name="Of a test")
    shifts = [Shift(site=site, calendar=calendar, code=f"S{n}", weekdays=[n, n + 1], **times) for n in (1, 2)]
    add_all(shifts)
    assert [Shift.objects.get(pk=shift.pk).weekdays for shift in shifts] == [[1, 2], [2, 3]]
