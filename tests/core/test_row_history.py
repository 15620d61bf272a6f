"""P20: every write of a guarded row has who, when, what and why; no kind of statement escapes."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from mom.core.actor import Actor
from mom.core.db.bulk import allocate_ids, copy_rows
from mom.core.db.constraints import constraint_name
from mom.core.db.triggers import AppendOnly, Frozen, History
from mom.core.models import AuditEntry, RowVersion, StoredBlob
from mom.core.testing import acting

ANNA = Actor("user", "1", "Anna")


@pytest.fixture
def things(db: None) -> None:
    """A guarded table of the test's own; `seen` doesn't count as a change, `secret` is kept without its value."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE thing (id bigint PRIMARY KEY, code text, secret text, seen int) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON thing FOR EACH ROW"
            " EXECUTE FUNCTION core_row_history('id', 'seen', 'secret', '')"
        )


@pytest.fixture
def things_with_reason(things: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER history ON thing")
        cursor.execute(
            "CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON thing FOR EACH ROW"
            " EXECUTE FUNCTION core_row_history('id', '', '', 'reason')"
        )


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def versions() -> list[RowVersion]:
    return list(RowVersion.objects.filter(table_name="thing").order_by("pk"))


def test_P20_row_history_keeps_each_version_with_who_and_why(things: None) -> None:
    with acting(ANNA, "set up"):
        sql("INSERT INTO thing VALUES (1, 'A', 's', 0)")
    with acting(ANNA, "renamed"):
        sql("UPDATE thing SET code = 'B'")
    with acting(ANNA, "gone"):
        sql("DELETE FROM thing")

    assert [(each.operation, each.reason) for each in versions()] == [
        ("INSERT", "set up"),
        ("UPDATE", "renamed"),
        ("DELETE", "gone"),
    ]
    changed = versions()[1]
    assert (changed.row_id, changed.actor, changed.actor_label) == ("1", "user:1", "Anna")
    assert changed.old is not None
    assert changed.new is not None
    assert (changed.old["code"], changed.new["code"]) == ("A", "B")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO thing VALUES (2, 'B')",
        "UPDATE thing SET code = 'X'",
        "UPDATE thing SET code = code || '!' WHERE id > 0",
        "DELETE FROM thing",
        "INSERT INTO thing SELECT generate_series(5, 9), 'many'",
        "INSERT INTO thing VALUES (1, 'B') ON CONFLICT (id) DO UPDATE SET code = 'merged'",
        "MERGE INTO thing t USING (VALUES (1)) v(id) ON t.id = v.id WHEN MATCHED THEN UPDATE SET code = 'merged'",
    ],
)
def test_P20_row_history_refuses_a_write_without_actor(things: None, statement: str) -> None:
    with acting(ANNA):
        sql("INSERT INTO thing VALUES (1, 'A')")
    sql("SELECT set_config('app.actor', '', true)")

    with pytest.raises(IntegrityError, match="names no actor") as refused, transaction.atomic():
        sql(statement)
    assert constraint_name(refused.value) == "thing_needs_actor"


def test_P20_row_history_refuses_copy_without_actor(things: None) -> None:
    with pytest.raises(IntegrityError, match="names no actor"), transaction.atomic():
        copy_rows("thing", ["id", "code"], [(1, "A"), (2, "B")])


def test_P20_row_history_catches_copy(things: None) -> None:
    with acting(ANNA):
        copied = copy_rows("thing", ["id", "code"], [(1, "A"), (2, 'quoted "," text'), (3, None)])

    assert copied == 3
    assert [each.new["code"] for each in versions() if each.new] == ["A", 'quoted "," text', None]


@pytest.mark.parametrize("statement", ["UPDATE thing SET code = 'B'", "DELETE FROM thing"])
def test_P20_row_history_demands_a_reason_where_declared(things_with_reason: None, statement: str) -> None:
    with acting(ANNA, ""):
        sql("INSERT INTO thing VALUES (1, 'A')")
        with pytest.raises(IntegrityError, match="gives no reason") as refused, transaction.atomic():
            sql(statement)
        assert constraint_name(refused.value) == "thing_needs_reason"


def test_row_history_skips_what_is_no_change(things: None) -> None:
    with acting(ANNA):
        sql("INSERT INTO thing VALUES (1, 'A', 's', 0)")
        sql("UPDATE thing SET code = code")
    sql("SELECT set_config('app.actor', '', true)")

    sql("UPDATE thing SET seen = seen + 1")

    assert len(versions()) == 1


def test_row_history_keeps_no_secret_but_its_change(things: None) -> None:
    with acting(ANNA):
        sql("INSERT INTO thing VALUES (1, 'A', 'first', 0)")
        sql("UPDATE thing SET secret = 'second'")

    inserted, changed = versions()
    assert inserted.new is not None
    assert changed.new is not None
    assert (inserted.new["secret"], changed.new["secret"]) == ("***", "*** changed")
    assert "first" not in str([inserted.new, changed.old, changed.new])


def test_P20_row_history_cannot_be_switched_off_by_the_session(things: None) -> None:
    """pgtrigger's own wrappers obey this setting; ours must not."""
    sql("SELECT set_config('pgtrigger.ignore', '{history,pgtrigger_history}', true)")

    with pytest.raises(IntegrityError, match="names no actor"), transaction.atomic():
        sql("INSERT INTO thing VALUES (1, 'A')")


def test_history_declaration_names_columns_and_calls_the_grounds_function() -> None:
    compiled = History(redact=["name"], needs_reason=True).compile(Group).install_sql

    assert "EXECUTE PROCEDURE core_row_history('id', '', 'name', 'reason')" in compiled
    assert "AFTER INSERT OR UPDATE OR DELETE" in compiled


def test_guards_refuse_fields_without_a_column() -> None:
    with pytest.raises(TypeError, match="no column"):
        Frozen(fields=["permissions"]).compile(Group)


def test_append_only_declaration_covers_all_three_verbs() -> None:
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE" in AppendOnly().compile(AuditEntry).install_sql


@pytest.mark.django_db
def test_frozen_row_refuses_a_change_of_the_named_fields_only() -> None:
    blob = StoredBlob.objects.create(sha256="a" * 64, size=1, content=b"x", created_at="2026-01-01T00:00:00Z")

    StoredBlob.objects.filter(pk=blob.pk).update(created_at="2026-01-02T00:00:00Z")
    with pytest.raises(IntegrityError, match="is frozen") as refused, transaction.atomic():
        StoredBlob.objects.filter(pk=blob.pk).update(content=b"y")
    assert constraint_name(refused.value) == "core_storedblob_frozen"


@pytest.mark.django_db
def test_allocate_ids_are_fresh_and_ascending() -> None:
    first, second = allocate_ids(StoredBlob, 3), allocate_ids(StoredBlob, 2)

    assert first == sorted(first)
    assert min(second) > max(first)
    assert allocate_ids(StoredBlob, 0) == []


def test_copy_rows_refuses_to_run_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="open a use case"):
        copy_rows("thing", ["id"], [])
