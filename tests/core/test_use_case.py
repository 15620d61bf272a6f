"""A use case is one transaction that knows its actor."""

import pytest
from django.db import connection, transaction

from mom.core import permissions
from mom.core.actor import Actor, system_actor
from mom.core.errors import NotAllowed
from mom.core.models import AuditEntry
from mom.core.request_id import bound_request_id
from mom.core.use_case import Subject, enclosing_transaction, use_case

ANNA = Actor("user", "1", "Anna", {"BER": frozenset({"core.cancel_task_run"})})
PRESS = Subject("plant.equipment", "7", "PRESS-7")


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


@pytest.mark.django_db(transaction=True)
def test_use_case_tells_the_database_who_and_why_and_only_inside() -> None:
    with bound_request_id("request-12345"), use_case(ANNA, "Wrong tool"):
        inside = [setting(f"app.{name}") for name in ("actor", "actor_label", "reason", "request_id")]

    assert inside == ["user:1", "Anna", "Wrong tool", "request-12345"]
    assert setting("app.actor") == ""


@pytest.mark.django_db(transaction=True)
def test_use_case_records_who_what_before_after_and_why() -> None:
    with use_case(ANNA, "Wrong tool") as act:
        act.record("plant.tool_changed", subject=PRESS, site="BER", before={"tool": "A"}, after={"tool": "B"})

    entry = AuditEntry.objects.get(action="plant.tool_changed")
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("user", "1", "Anna")
    assert (entry.chain, entry.action, entry.subject_label) == ("BER", "plant.tool_changed", "PRESS-7")
    assert (entry.before, entry.after, entry.reason) == ({"tool": "A"}, {"tool": "B"}, "Wrong tool")
    assert entry.recorded_at == act.now


@pytest.mark.django_db(transaction=True)
def test_use_case_that_fails_leaves_nothing() -> None:
    def fails() -> None:
        with use_case(ANNA) as act:
            act.record("plant.tool_changed", subject=PRESS, site="BER")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()

    assert not AuditEntry.objects.filter(action="plant.tool_changed").exists()


@pytest.mark.django_db(transaction=True)
def test_use_case_refuses_to_open_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), use_case(ANNA):
        pass
    with use_case(ANNA), pytest.raises(RuntimeError, match="durable"), use_case(ANNA):
        pass


@pytest.mark.django_db(transaction=True)
def test_use_case_joins_an_enclosing_transaction_and_is_undone_with_it() -> None:
    with enclosing_transaction():
        with use_case(ANNA) as act:
            act.record("plant.tool_changed", subject=PRESS, site="BER")
        transaction.set_rollback(True)

    assert not AuditEntry.objects.filter(action="plant.tool_changed").exists()


@pytest.mark.django_db(transaction=True)
def test_use_case_in_an_enclosing_transaction_still_does_not_nest() -> None:
    with enclosing_transaction(), use_case(ANNA), pytest.raises(RuntimeError, match="durable"), use_case(ANNA):
        pass


@pytest.mark.django_db(transaction=True)
def test_use_case_that_is_over_takes_nothing_more() -> None:
    with use_case(ANNA) as act:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        act.record("plant.tool_changed", subject=PRESS)


@pytest.mark.django_db(transaction=True)
def test_use_case_requires_the_right_at_the_site() -> None:
    with use_case(ANNA) as act:
        act.require("core.cancel_task_run", "BER")
        with pytest.raises(NotAllowed):
            act.require("core.cancel_task_run", "HAM")
        with pytest.raises(NotAllowed):
            act.require("core.view_audit_trail", "BER")


@pytest.mark.django_db(transaction=True)
def test_use_case_requires_no_right_that_nobody_declared() -> None:
    with use_case(system_actor("test")) as act, pytest.raises(LookupError, match=r"core\.misspelt"):
        act.require("core.misspelt", "BER")


def test_permission_names_have_a_form() -> None:
    with pytest.raises(ValueError, match="verb_noun"):
        permissions.declare("Start jobs", "Start jobs")
    assert permissions.is_declared("core.view_audit_trail")
    assert list(permissions.declared()) == sorted(permissions.declared())
