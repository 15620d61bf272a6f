"""P21: whatever a superuser does to the trail past the guards is found and named; a cut tail by the anchor outside."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from mom.accounts.models import Role
from mom.core import audit, clock
from mom.core.actor import system_actor
from mom.core.audit import anchor, proof
from mom.core.audit.chain import verify_in_pieces
from mom.core.engine.task_run import TaskRunStatus
from mom.core.long_work import claim, request_cancel, work
from mom.core.models import AuditEntry, TaskRun
from mom.core.use_case import Subject, use_case
from tests.factories.accounts import make_role

THING = Subject("test.thing", "1", "THING-1")
SYSTEM = system_actor("test")
COLUMNS = {
    "recorded_at": "recorded_at - interval '1 second'",
    "actor_kind": "'user'",
    "actor_id": "'99'",
    "actor_label": "'Nobody'",
    "action": "'test.nothing'",
    "subject_type": "'test.other'",
    "subject_id": "'2'",
    "subject_label": "'THING-2'",
    "before": """'{"n": 99}'""",
    "after": """'{"n": 98}'""",
    "reason": "'no reason'",
    "request_id": "'other'",
}
COPIED = (
    "recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type, subject_id, subject_label, before,"
    " after, reason, request_id"
)
RESEAL = """
DO $$ DECLARE s record; tail bytea; BEGIN
    SELECT prev_hash INTO tail FROM core_auditseal WHERE chain = '{chain}' AND seq = {seq};
    FOR s IN SELECT e, l.entry_id FROM core_auditseal l JOIN core_auditentry e ON e.id = l.entry_id
             WHERE l.chain = '{chain}' AND l.seq >= {seq} ORDER BY l.seq LOOP
        UPDATE core_auditseal SET prev_hash = tail, hash = sha256(tail || core_audit_canon(s.e))
        WHERE entry_id = s.entry_id RETURNING hash INTO tail;
    END LOOP; END $$
"""


def write(site: str, times: int) -> None:
    for number in range(times):
        with use_case(SYSTEM, "because") as act:
            act.record("test.thing_changed", subject=THING, site=site, before={"n": number}, after={"n": number + 1})


def seal() -> None:
    """What waits for the commit happens now, inside the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class Tamperer:
    """Somebody with the owner's rights, at a random place of the chain BER, with the triggers switched off."""

    def __init__(self, chance: random.Random, length: int) -> None:
        self.chance = chance
        self.seq = chance.randrange(2, length)  # not the first, not the last: those have tests of their own
        self.other = chance.choice([each for each in range(2, length) if each != self.seq])
        self.entry, self.second = (self.entry_at(seq) for seq in (self.seq, self.other))

    def entry_at(self, seq: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT entry_id FROM core_auditseal WHERE chain = 'BER' AND seq = %s", [seq])
            return int(cursor.fetchone()[0])

    def edit(self) -> tuple[str, str]:
        column = self.chance.choice(sorted(COLUMNS))
        return f"UPDATE core_auditentry SET {column} = {COLUMNS[column]} WHERE id = {self.entry}", f"edited {self.seq}"

    def delete_entry(self) -> tuple[str, str]:
        return f"DELETE FROM core_auditentry WHERE id = {self.entry}", f"deleted {self.seq}"

    def delete_both(self) -> tuple[str, str]:
        sql = f"""
            DELETE FROM core_auditentry WHERE id = {self.entry};
            DELETE FROM core_auditseal WHERE entry_id = {self.entry}
        """
        return sql, f"gap {self.seq + 1}"

    def insert(self) -> tuple[str, str]:
        return (
            f"INSERT INTO core_auditentry ({COPIED}) SELECT {COPIED} FROM core_auditentry WHERE id = {self.entry}",
            "unsealed None",
        )

    def insert_sealed(self) -> tuple[str, str]:
        """A forged entry with a seal of its own between two others."""
        sql = f"""
            UPDATE core_auditseal SET seq = seq + 1000 WHERE chain = 'BER' AND seq >= {self.seq};
            UPDATE core_auditseal SET seq = seq - 999 WHERE chain = 'BER' AND seq >= 1000;
            WITH put AS (INSERT INTO core_auditentry ({COPIED}) SELECT {COPIED} FROM core_auditentry
                         WHERE id = {self.entry} RETURNING *)
            INSERT INTO core_auditseal (entry_id, chain, seq, prev_hash, hash)
            SELECT id, 'BER', {self.seq}, '\\x00', sha256(convert_to(id::text, 'UTF8')) FROM put
        """
        return sql, f"broken_link {self.seq}"

    def swap_entries(self) -> tuple[str, str]:
        """Two entries change their places: each gets what the other said."""
        names = [name for name in COPIED.replace("\n", " ").split(", ") if name != "chain"]
        sets = ", ".join(f"{name.strip()} = o.{name.strip()}" for name in names)
        sql = f"""
            CREATE TEMP TABLE swapped ON COMMIT DROP AS SELECT * FROM core_auditentry
            WHERE id IN ({self.entry}, {self.second});
            UPDATE core_auditentry e SET {sets} FROM swapped o
            WHERE e.id IN ({self.entry}, {self.second}) AND o.id = {self.entry} + {self.second} - e.id
        """
        return sql, f"edited {self.seq}"

    def swap_seals(self) -> tuple[str, str]:
        sql = f"""
            UPDATE core_auditseal SET entry_id = -{self.entry} WHERE entry_id = {self.entry};
            UPDATE core_auditseal SET entry_id = {self.entry} WHERE entry_id = {self.second};
            UPDATE core_auditseal SET entry_id = {self.second} WHERE entry_id = -{self.entry}
        """
        return sql, f"edited {self.seq}"

    def move(self) -> tuple[str, str]:
        return f"UPDATE core_auditentry SET chain = 'HAM' WHERE id = {self.entry}", f"moved {self.seq}"

    def reseal(self) -> tuple[str, str]:
        """An entry is edited and everything behind it sealed anew: the chain fits, but not its anchor."""
        edit, _named = self.edit()
        return f"{edit}; {RESEAL.format(chain='BER', seq=self.seq)}", "rewritten anchored"

    def cut(self) -> tuple[str, str]:
        where = f"chain = 'BER' AND seq >= {self.seq}"
        sql = f"""
            DELETE FROM core_auditentry WHERE id IN (SELECT entry_id FROM core_auditseal WHERE {where});
            DELETE FROM core_auditseal WHERE {where}
        """
        return sql, "cut anchored"


KINDS: list[Callable[[Tamperer], tuple[str, str]]] = [
    Tamperer.edit, Tamperer.delete_entry, Tamperer.delete_both, Tamperer.insert, Tamperer.insert_sealed,
    Tamperer.swap_entries, Tamperer.swap_seals, Tamperer.move, Tamperer.reseal, Tamperer.cut,
]  # fmt: skip
LENGTH = 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_P21_hundred_random_tamperings_are_all_found_and_named() -> None:
    write("BER", LENGTH)
    write("HAM", 5)
    seal()
    anchored = audit.heads()
    assert audit.verify(anchored) == []
    missed = []
    for number in range(100):
        chance = random.Random(number)
        missed += tampered(KINDS[number % len(KINDS)], chance, anchored, number)
    assert missed == []
    assert audit.verify(anchored) == [], "the control: nothing is found where nothing was done"


def tampered(kind: Any, chance: random.Random, anchored: list[audit.Head], number: int) -> list[str]:
    """What was done, where the verifier did not find and name it; all of it is undone again."""
    with transaction.atomic(), connection.cursor() as cursor:
        who = Tamperer(chance, LENGTH)
        sql, named = kind(who)
        for table in ("core_auditentry", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        found = audit.verify(anchored)
        pieces, _entries = verify_in_pieces(lambda _done, _total: None, piece=7)
        transaction.set_rollback(True)
    words = {f"{each.kind} {'anchored' if each.since is not None else each.seq}" for each in found}
    same = {(each.kind, each.seq) for each in pieces} == {(each.kind, each.seq) for each in found if each.since is None}
    return [] if named in words and same else [f"{number} {kind.__name__}: {named} not in {sorted(words)}, {same}"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_P21_anchor_says_since_when_a_chain_was_written_anew(tmp_path: Path) -> None:
    write("BER", 6)
    seal()
    first = anchor.write(clock.now() - timedelta(days=1), tmp_path)
    write("BER", 6)
    seal()
    second = anchor.write(clock.now(), tmp_path)
    assert second.previous_digest == first.digest
    tail = first.heads[[head.chain for head in first.heads].index("BER")].seq
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("core_auditentry", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditentry SET reason = 'forged' WHERE id = (SELECT max(id) FROM core_auditentry)")
        cursor.execute(RESEAL.format(chain="BER", seq=tail + 2))
        anchors, wrong = anchor.read_all(tmp_path)
        (found,) = audit.verify(anchor.all_heads(anchors))
        transaction.set_rollback(True)
    assert (wrong, found.kind, found.since) == ([], "rewritten", tail)


def test_P21_anchor_file_that_was_edited_or_removed_is_found(db: None, tmp_path: Path) -> None:
    paths = [tmp_path / anchor.write(clock.now() - timedelta(days=days), tmp_path).name for days in (3, 2, 1)]
    assert anchor.read_all(tmp_path)[1] == []
    paths[1].chmod(0o600)
    paths[1].write_text(paths[1].read_text().replace('"previous"', ' "previous"'))
    assert [each.kind for each in anchor.read_all(tmp_path)[1]] == ["anchor_edited"]
    paths[1].unlink()
    assert [(each.kind, each.chain) for each in anchor.read_all(tmp_path)[1]] == [("anchor_missing", paths[1].name)]
    paths[2].chmod(0o600)
    paths[2].write_text("hello")
    assert "anchor_unreadable" in [each.kind for each in anchor.read_all(tmp_path)[1]]


GUARDS = {
    "switched_off": ("ALTER TABLE accounts_signature DISABLE TRIGGER USER", ("guard_off", "accounts_signature")),
    "for_replicas_only": (
        "ALTER TABLE core_auditentry ENABLE REPLICA TRIGGER core_auditentry_seal",
        ("guard_off", "core_auditentry"),
    ),
    "dropped": ("DROP TRIGGER core_auditentry_seal ON core_auditentry", ("guard_off", "core_auditentry")),
    "function_emptied": (
        "CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ("guard_changed", "core_append_only"),
    ),
    "canon_shortened": (
        """CREATE OR REPLACE FUNCTION core_audit_canon(e core_auditentry) RETURNS bytea LANGUAGE sql STABLE AS
        $$ SELECT convert_to(e.id::text, 'UTF8') $$""",
        ("guard_changed", "core_audit_canon"),
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize("attack", sorted(GUARDS))
def test_P21_guard_that_is_off_or_rewritten_is_found(attack: str) -> None:
    assert audit.verify_guards() == []
    sql, named = GUARDS[attack]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)
        found = [(each.kind, each.chain) for each in audit.verify_guards()]
        transaction.set_rollback(True)
    assert named in found


ROWS = {
    "row_edited": "UPDATE accounts_role SET name = 'Forged' WHERE code = 'watched'",
    "row_gone": "DELETE FROM accounts_role WHERE code = 'watched'",
    "row_unversioned": (
        "INSERT INTO accounts_role (code, name, permissions, is_builtin) VALUES ('forged', 'Forged', '{}', false)"
    ),
    "version_edited": 'UPDATE core_rowversion SET new = new || \'{"name": "Forged"}\' WHERE id = {first}',
    "version_removed": "DELETE FROM core_rowversion WHERE id = {first}",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize("attack", sorted(ROWS))
def test_P20_row_and_its_versions_vouch_for_each_other(attack: str) -> None:
    role = make_role("watched", ["plant.view"])
    for name in ("One", "Two"):
        with use_case(SYSTEM, "renamed"):
            Role.objects.filter(pk=role.pk).update(name=name)
    assert [each for each in audit.verify_rows() if each.chain == "accounts_role"] == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT min(id) FROM core_rowversion WHERE table_name = 'accounts_role' AND row_id = %s", [str(role.pk)]
        )
        first = cursor.fetchone()[0]
        for table in ("accounts_role", "core_rowversion"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(ROWS[attack].replace("{first}", str(first)))
        found = [each.kind for each in audit.verify_rows() if each.chain == "accounts_role"]
        transaction.set_rollback(True)
    assert (attack if attack != "version_removed" else "version_edited") in found


@pytest.fixture
def anchors(tmp_path: Path, settings: Any) -> Any:
    settings.AUDIT_ANCHOR_DIR = tmp_path / "anchors"
    return settings.AUDIT_ANCHOR_DIR


def test_P21_proof_runs_once_a_day_and_is_shown(db: None, anchors: Path) -> None:
    assert proof.audit_proof().checked_at is None
    write("BER", 3)
    assert proof.start_if_due()
    assert not proof.start_if_due()
    seal()
    run = TaskRun.objects.get(kind=proof.PROOF)
    work(run.pk, proof.run)
    shown = proof.audit_proof()
    assert (shown.is_whole, shown.found, shown.anchors, shown.is_running) == (True, 0, 1, False)
    assert shown.entries == AuditEntry.objects.count()
    assert shown.anchor_digest == anchor.newest(anchors).digest  # type: ignore[union-attr]
    assert proof.audit_proof(clock.now() + timedelta(days=3)).is_overdue


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_P21_proof_names_what_it_found(anchors: Path) -> None:
    write("BER", 3)
    with use_case(SYSTEM) as act:
        run = proof.start(act)
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditentry SET reason = 'forged' WHERE chain = 'BER'")
    work(run.pk, proof.run)
    shown = proof.audit_proof()
    assert shown.is_whole is False
    assert {each.kind for each in shown.findings} == {"edited", "guard_off"}


def test_proof_without_a_place_for_its_anchor_says_so(db: None, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_ANCHOR_DIR = tmp_path / "file" / "anchors"
    (tmp_path / "file").write_text("in the way")
    with use_case(SYSTEM) as act:
        run = proof.start(act)
    seal()
    work(run.pk, proof.run)
    assert (proof.audit_proof().is_whole, proof.audit_proof().anchor) == (True, "")


def test_P21_proof_that_is_cancelled_ends_and_anchors_nothing(db: None, anchors: Path) -> None:
    write("BER", 3)
    with use_case(SYSTEM) as act:
        run = proof.start(act)
    held = claim(run.pk)
    with use_case(SYSTEM) as act:
        request_cancel(act, run.pk)
    work(run.pk, proof.run, held=held)
    run.refresh_from_db()
    assert run.status == TaskRunStatus.CANCELLED.value
    assert not anchors.exists()
    assert proof.start_if_due(), "a cancelled one does not count as the day's"


@pytest.mark.django_db(transaction=True)
def test_P21_command_writes_and_reads_anchors(anchors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("BER", 2)
    call_command("verify_audit", new_anchor=True, rows=True, verbosity=2)
    printed = capsys.readouterr().out
    newest = anchor.newest(anchors)
    assert newest is not None
    assert f"{newest.digest}  {newest.name}" in printed
    call_command("verify_audit", anchors=anchors)
