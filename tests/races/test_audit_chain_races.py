"""P21 under load: writers at once make one chain without forks; the control shows the fork without the lock."""

import psycopg2.extensions
import pytest

from mom.core import audit
from mom.core.actor import system_actor
from mom.core.db import ground_functions
from mom.core.models import AuditSeal
from mom.core.use_case import Subject, use_case
from tests.core.database import owner
from tests.races.together import failures, together

__all__ = ["owner"]

WRITERS, EACH = 8, 12


def write(*sites: str) -> None:
    for number in range(EACH):
        with use_case(system_actor("test")) as act:
            for site in sites:
                act.record("test.written", subject=Subject("test.thing", str(number), "thing"), site=site)


@pytest.mark.django_db(transaction=True)
def test_P21_audit_chain_of_writers_at_once_has_no_fork_and_no_gap() -> None:
    outcomes = together(*[lambda: write("BER")] * WRITERS)

    assert failures(outcomes) == []
    assert AuditSeal.objects.filter(chain="BER").count() == WRITERS * EACH
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_P21_audit_writers_over_several_sites_in_any_order_never_deadlock() -> None:
    orders = [("BER", "HAM", "MUC"), ("MUC", "HAM", "BER"), ("HAM", "BER"), ("MUC", "BER")]
    outcomes = together(*[lambda order=order: write(*order) for order in orders * 2])

    assert failures(outcomes) == []
    assert audit.verify() == []


def test_P21_control_without_the_lock_writers_fork_the_chain(owner: psycopg2.extensions.cursor) -> None:
    """Both read the same tail; the unique index then refuses one of them, at its commit."""
    locked = "PERFORM pg_advisory_xact_lock(7002, hashtext(NEW.chain));"
    body = ground_functions.AUDIT_SEAL.split("CREATE CONSTRAINT TRIGGER")[0]
    assert locked in body
    unlocked = body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(locked, "")
    owner.execute(unlocked.replace("tail := coalesce", "PERFORM pg_sleep(0.02);\n    tail := coalesce"))

    outcomes = together(*[lambda: write("BER")] * WRITERS)

    assert failures(outcomes), "the race doesn't show: this control proves nothing any more"
    assert "core_auditseal" in str(failures(outcomes)[0])
