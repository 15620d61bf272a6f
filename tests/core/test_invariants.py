"""The invariants hold on what we write, and each is seen to find its violation."""

import psycopg2.extensions
import pytest
from django.core.management import call_command

from mom.core import invariants, nouns
from mom.core.actor import system_actor
from mom.core.delivery import deliver_email
from mom.core.use_case import Subject, use_case
from mom.events.work import WorkReported

VIOLATIONS = {
    "core.search_entries": "INSERT INTO core_searchentry (noun, object_id, site, code, title, also, folded_code,"
    " folded_also, words, is_retired) VALUES ('machine', -1, 'BER', 'X', '', '', 'x', '', ' x ', false)",
    "core.audit_chain": "DELETE FROM core_auditentry WHERE id = (SELECT max(id) FROM core_auditentry)",
    "core.outbox_order": "UPDATE core_outboxevent SET done_at = now() WHERE seq = 2",
    "core.outbox_numbers": "DELETE FROM core_outboxevent WHERE seq = 2",
    "core.delivery_order": "UPDATE core_delivery SET state = 'sent', ended_at = now() WHERE seq = 2",
    "core.delivery_numbers": "DELETE FROM core_delivery WHERE seq = 2",
    "core.receipts": "INSERT INTO core_eventreceipt (event_id, subscriber, received_at) VALUES (-1, 'x', now())",
}

VIOLATIONS |= {
    f"core.{noun.key}_references": "INSERT INTO core_alias"
    " (site, noun, subject_id, system, external_id, valid_from)"
    f" VALUES ('BER', '{noun.key}', -1, 'ERP', '4711', now())"
    for noun in nouns.registered()
}


def write() -> None:
    for _ in range(3):
        with use_case(system_actor("test")) as act:
            act.record("test.written", subject=Subject("test.thing", "1", "thing"), site="BER")
            act.publish(WorkReported("BER", ()), key="site:BER")
            deliver_email(act, "ann@example.com", "Late", "Order 1 is late.", "order:1", site="BER")


@pytest.mark.django_db(transaction=True)
def test_invariants_hold_on_what_use_cases_write(capsys: pytest.CaptureFixture[str]) -> None:
    write()

    call_command("check_invariants")

    assert "invariants hold" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(VIOLATIONS))
def test_invariant_finds_its_violation(
    owner: psycopg2.extensions.cursor, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write()
    for table in ("core_auditentry", "core_alias"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute(VIOLATIONS[name])

    with pytest.raises(SystemExit):
        call_command("check_invariants")

    assert name in capsys.readouterr().err


def test_every_invariant_of_the_ground_has_a_violation_here() -> None:
    ground = {rule.name for rule in invariants.registered() if rule.name.startswith("core.")}
    assert ground == set(VIOLATIONS)
