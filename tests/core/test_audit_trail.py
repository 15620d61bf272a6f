"""P21: the application cannot change the audit trail, and any change by anyone is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2.extensions
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from mom.core import audit
from mom.core.actor import system_actor
from mom.core.db.grants import grant_to_application
from mom.core.models import AuditEntry, AuditSeal
from mom.core.use_case import Subject, use_case

THING = Subject("test.thing", "1", "THING-1")
Owner = psycopg2.extensions.cursor


def write(site: str, times: int = 1) -> None:
    for number in range(times):
        with use_case(system_actor("test"), "because") as act:
            act.record("test.thing_changed", subject=THING, site=site, before={"n": number}, after={"n": number + 1})


def kinds(chain: str = "BER") -> list[str]:
    return [finding.kind for finding in audit.verify() if finding.chain == chain]


@pytest.mark.django_db(transaction=True)
def test_P21_audit_entries_are_chained_per_site_from_the_first() -> None:
    write("BER", 3)
    write("HAM", 2)

    seals = AuditSeal.objects.filter(chain="BER").order_by("seq")
    assert [seal.seq for seal in seals] == [1, 2, 3]
    hashes = [bytes(seal.hash) for seal in seals]
    assert [bytes(seal.prev_hash) for seal in seals][1:] == hashes[:-1]
    assert AuditSeal.objects.filter(chain="HAM").count() == 2
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_P21_audit_entries_of_one_use_case_over_two_sites_are_sealed_in_both() -> None:
    with use_case(system_actor("test")) as act:
        for site in ("HAM", "BER", ""):
            act.record("test.thing_moved", subject=THING, site=site)

    assert {seal.chain for seal in AuditSeal.objects.filter(chain__in=["HAM", "BER"])} == {"HAM", "BER"}
    assert audit.verify() == []


# What somebody with the owner's rights might try, the triggers switched off; and the word that the verifier finds.
TAMPERING = {
    "edit": ("UPDATE core_auditentry SET reason = 'forged' WHERE id = {middle}", "edited"),
    "edit_after": ("""UPDATE core_auditentry SET after = '{{"n": 99}}' WHERE id = {middle}""", "edited"),
    "edit_actor": ("UPDATE core_auditentry SET actor_label = 'Nobody' WHERE id = {middle}", "edited"),
    "edit_time": (
        "UPDATE core_auditentry SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = {middle}",
        "edited",
    ),
    "move_to_other_site": ("UPDATE core_auditentry SET chain = 'HAM' WHERE id = {middle}", "moved"),
    "delete_entry": ("DELETE FROM core_auditentry WHERE id = {middle}", "deleted"),
    "delete_entry_and_seal": (
        "DELETE FROM core_auditentry WHERE id = {middle}; DELETE FROM core_auditseal WHERE entry_id = {middle}",
        "gap",
    ),
    "delete_first": (
        "DELETE FROM core_auditentry WHERE id = {first}; DELETE FROM core_auditseal WHERE entry_id = {first}",
        "gap",
    ),
    "close_the_gap": (
        (
            "DELETE FROM core_auditentry WHERE id = {middle}; DELETE FROM core_auditseal WHERE entry_id = {middle};"
            "UPDATE core_auditseal SET seq = seq - 1 WHERE chain = 'BER' AND seq > 3"
        ),
        "broken_link",
    ),
    "insert_unsealed": (
        (
            "INSERT INTO core_auditentry (recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type,"
            " subject_id, subject_label, before, after, reason, request_id) SELECT recorded_at, chain, actor_kind,"
            " actor_id, actor_label, action, subject_type, subject_id, subject_label, before, after, reason, request_id"
            " FROM core_auditentry WHERE id = {middle}"
        ),
        "unsealed",
    ),
    "reseal_edited": (
        (
            "UPDATE core_auditentry SET reason = 'forged' WHERE id = {middle};"
            "UPDATE core_auditseal s SET hash = sha256(s.prev_hash || core_audit_canon(e)) FROM core_auditentry e"
            " WHERE e.id = s.entry_id AND s.entry_id = {middle}"
        ),
        "broken_link",
    ),
}


@pytest.mark.parametrize("attack", sorted(TAMPERING))
def test_P21_audit_tampering_by_the_owner_is_found(owner: Owner, attack: str) -> None:
    write("BER", 5)
    write("HAM", 2)
    ids = list(AuditEntry.objects.filter(chain="BER").order_by("pk").values_list("pk", flat=True))
    statement, expected = TAMPERING[attack]

    for table in ("core_auditentry", "core_auditseal"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute(statement.format(first=ids[0], middle=ids[2]))

    assert expected in kinds()
    with pytest.raises(SystemExit):
        call_command("verify_audit")


def test_P21_audit_cut_tail_and_rewritten_chain_are_found_against_the_anchor(owner: Owner, tmp_path: Path) -> None:
    write("BER", 5)
    write("HAM", 3)
    anchor = tmp_path / "anchor.jsonl"
    call_command("verify_audit", write_anchor=anchor)
    write("BER", 1)
    assert audit.verify(audit.read_heads(anchor.read_text())) == []

    for table in ("core_auditentry", "core_auditseal"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute(
        "DELETE FROM core_auditentry WHERE id IN (SELECT entry_id FROM core_auditseal WHERE chain='BER' AND seq>3)"
    )
    owner.execute("DELETE FROM core_auditseal WHERE chain = 'BER' AND seq > 3")
    owner.execute("UPDATE core_auditentry SET reason = 'forged' WHERE chain = 'HAM'")
    owner.execute("""
        DO $$ DECLARE s record; tail bytea := core_audit_genesis('HAM'); BEGIN
            FOR s IN SELECT e, l.entry_id FROM core_auditseal l JOIN core_auditentry e ON e.id = l.entry_id
                     WHERE l.chain = 'HAM' ORDER BY l.seq LOOP
                UPDATE core_auditseal SET prev_hash = tail, hash = sha256(tail || core_audit_canon(s.e))
                WHERE entry_id = s.entry_id RETURNING hash INTO tail;
            END LOOP; END $$""")

    assert audit.verify() == [], "without an anchor neither can be seen"
    found = audit.verify(audit.read_heads(anchor.read_text()))
    assert {(finding.chain, finding.kind) for finding in found} == {("BER", "cut"), ("HAM", "rewritten")}


STATEMENTS = [
    "UPDATE core_auditentry SET reason = 'forged'",
    "DELETE FROM core_auditentry",
    "TRUNCATE core_auditentry",
    "UPDATE core_auditseal SET seq = seq + 1",
    "DELETE FROM core_auditseal",
    "TRUNCATE core_auditseal CASCADE",
    "INSERT INTO core_auditseal (entry_id, chain, seq, prev_hash, hash) VALUES (0, 'BER', 99, 'a', 'b')",
    "ALTER TABLE core_auditentry DISABLE TRIGGER ALL",
    "DROP TRIGGER core_auditentry_seal ON core_auditentry",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    "UPDATE core_rowversion SET actor = 'user:1'",
    "DELETE FROM core_rowversion",
    "TRUNCATE core_rowversion",
    (
        "INSERT INTO core_rowversion (recorded_at, table_name, row_id, operation, actor, actor_label, reason,"
        " request_id) VALUES (now(), 'x', '1', 'INSERT', 'user:1', '', '', '')"
    ),
]


@contextmanager
def as_application() -> Iterator[CursorWrapper]:
    """A cursor with the rights of the role `app`, made for this test where the server has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE app")  # undone with the test
        grant_to_application(apps.get_app_config("core"), using="default")
        cursor.execute("SET LOCAL ROLE app")
        yield cursor


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_P21_audit_application_role_can_change_nothing(statement: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with as_application() as cursor, refused, transaction.atomic():
        cursor.execute(statement)


@pytest.mark.django_db
def test_P21_audit_application_role_still_writes_sealed_entries() -> None:
    with as_application() as cursor:
        cursor.execute(
            "INSERT INTO core_auditentry (recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type,"
            " subject_id, subject_label, before, after, reason, request_id)"
            " VALUES (now(), 'APP', 'user', '1', 'Anna', 'a.b', 't', '1', 'l', '{}', '{}', '', '')"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert AuditSeal.objects.filter(chain="APP").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["UPDATE core_auditentry SET reason = ''", "DELETE FROM core_auditentry"])
def test_P21_audit_owner_is_stopped_by_the_trigger(verb: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=r"only grows|permission denied"):
        cursor.execute(verb)


def test_audit_anchor_file_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no anchor file"):
        audit.read_heads("hello\n")
