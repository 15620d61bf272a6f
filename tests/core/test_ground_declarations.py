"""What follows from declarations: rights of the application role, choices, dependencies of migrations."""

from datetime import timedelta
from enum import StrEnum

import pytest
from django.contrib.auth.models import Group
from django.db.migrations import Migration
from pgtrigger.migrations import AddTrigger

from mom.core import clock, tasks
from mom.core.choices import Labelled, choices
from mom.core.db.grants import rights
from mom.core.db.triggers import History
from mom.core.management.commands import makemigrations
from mom.core.models import AuditEntry, AuditSeal, EventReceipt, IdempotencyKey, OutboxEvent, RowVersion, TaskRun


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_rights_of_the_application_follow_the_guards() -> None:
    assert rights(AuditSeal) == rights(RowVersion) == "SELECT"
    assert rights(AuditEntry) == "SELECT, INSERT"
    assert "DELETE" in rights(TaskRun)


def test_labelled_gives_choices_label_tone_and_check() -> None:
    colours = Labelled(Colour, {Colour.BLUE: ("Blue", "info"), Colour.RED: ("Red", "bad")})

    assert colours.choices == [("red", "Red"), ("blue", "Blue")]
    assert (colours.label("red"), colours.state("blue"), colours.max_length) == ("Red", "info", 4)
    assert colours.check("colour", "t_colour").condition.children == [("colour__in", ["red", "blue"])]


def test_labelled_demands_a_label_for_each_member() -> None:
    with pytest.raises(LookupError, match="Colour"):
        Labelled(Colour, {Colour.RED: ("Red", "bad")})
    with pytest.raises(LookupError):
        choices(Colour, {Colour.RED: "Red"})


def test_makemigrations_lets_a_trigger_depend_on_the_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makemigrations.DjangoCommand, "write_migration_files", lambda *_args: None)
    guarded, plain = Migration("0001_a", "shop"), Migration("0001_b", "other")
    guarded.dependencies, plain.dependencies = [], []
    guarded.operations = [AddTrigger("thing", History().compile(Group))]

    makemigrations.Command().write_migration_files({"shop": [guarded], "other": [plain]})

    assert guarded.dependencies == [("core", "0001_ground")]
    assert plain.dependencies == []


@pytest.mark.django_db
def test_prune_lets_go_what_was_delivered_long_ago_and_nothing_else() -> None:
    old = clock.now() - timedelta(days=31)
    base = {"topic": "t", "key": "k", "payload": {}, "created_at": old, "available_at": old}
    gone = OutboxEvent.objects.create(seq=1, done_at=old, **base)
    kept = OutboxEvent.objects.create(seq=2, dead_at=old, **base)
    for event in (gone, kept):
        EventReceipt.objects.create(event_id=event.pk, subscriber="s", received_at=old)
    for key, at in (("old", old), ("new", clock.now())):
        IdempotencyKey.objects.create(principal="p", key=key, fingerprint="f", created_at=at)

    tasks.prune()

    assert list(OutboxEvent.objects.values_list("pk", flat=True)) == [kept.pk]
    assert list(EventReceipt.objects.values_list("event_id", flat=True)) == [kept.pk]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
