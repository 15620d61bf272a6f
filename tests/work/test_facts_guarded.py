"""Facts stay as they were recorded, whatever a session of the application sends to the database."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from mom.core.actor import Actor
from mom.core.db.grants import grant_to_application
from mom.work.engine.terms import QuantityKind
from mom.work.models import OutputTotal
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from tests.factories.work import give, job_of, make_order, make_person

pytestmark = pytest.mark.django_db

SWITCHED_OFF = """
    SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal), true)
"""
FORGERIES = [
    "UPDATE work_jobresponse SET started_at = started_at - interval '1 hour'",
    "UPDATE work_labourentry SET duration = interval '9 hours', ended_at = started_at, person_id = person_id + 1",
    "DELETE FROM work_labourentry",
    "DELETE FROM work_jobresponse",
    "DELETE FROM work_quantityreport",
    "UPDATE work_quantityreport SET quantity = 99",
    "UPDATE work_outputtotal SET good = 99",
    'UPDATE work_outputtotal SET "limit" = NULL',
    "DELETE FROM work_outputtotal",
]


@pytest.fixture
def reported(site: Any, actor: Actor) -> Any:
    """A running job with a person's labour and twelve good."""
    job = give(job_of(make_order(site)), "start", person=make_person(site))
    quantity_report.report(actor, job.pk, [Reported(QuantityKind.GOOD, Decimal(12))], op_uuid=uuid.uuid4())
    return job


@contextmanager
def as_application() -> Iterator[CursorWrapper]:
    """A cursor with the rights of the role `app`, made for this test where the server has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE app")  # undone with the test
        for config in apps.get_app_configs():
            grant_to_application(config, using="default")
        cursor.execute("SET LOCAL ROLE app")
        yield cursor
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("statement", FORGERIES)
def test_facts_are_guarded_against_the_owner_who_switches_triggers_off(reported: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SWITCHED_OFF)
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.parametrize("statement", FORGERIES)
def test_facts_are_guarded_against_the_application(reported: Any, statement: str) -> None:
    with as_application() as cursor:
        cursor.execute(SWITCHED_OFF)
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)


def test_total_moves_with_its_ledger_for_the_application(reported: Any, actor: Actor, site: Any) -> None:
    with as_application():
        five = [Reported(QuantityKind.SCRAP, Decimal(5))]
        (report,) = quantity_report.report(actor, reported.pk, five, op_uuid=uuid.uuid4())
        quantity_report.reverse(actor, report.pk, reason="Typed twice", op_uuid=uuid.uuid4())
        quantity_report.report(actor, reported.pk, five, op_uuid=uuid.uuid4())
        give(job_of(make_order(site, code="WO-2", limit=Decimal(7))), "start")
    found = OutputTotal.objects.get(output__job_order=reported)
    assert (found.good, found.scrap) == (12, 5)


def test_total_is_made_at_zero(reported: Any) -> None:
    refused = pytest.raises(DatabaseError, match="kept by the database")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(
            "INSERT INTO work_outputtotal (output_id, site_id, good, scrap, rework, review)"
            " SELECT output_id, site_id, 1, 0, 0, 0 FROM work_outputtotal"
        )


def test_no_guard_of_ours_can_be_switched_off() -> None:
    """The wrapper that pgtrigger writes asks `pgtrigger.ignore`; no trigger of ours may run one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND p.prosrc LIKE '%_pgtrigger_should_ignore%'"
        )
        assert cursor.fetchall() == []
