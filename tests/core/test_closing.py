"""What an act leaves is written when it closes: in order, in one statement, not where a savepoint was undone."""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mom.core import clock, closing
from mom.core.actor import system_actor
from mom.core.live.change import tell
from mom.core.models import AuditEntry, IdempotencyKey, OutboxEvent
from mom.core.testing import acting
from mom.core.use_case import Subject, UseCase, enclosing_transaction, use_case, write_with
from mom.events.registry import event


@event("test.thing_left")
@dataclass(frozen=True)
class ThingLeft:
    """A thing for these tests."""

    thing: str
    number: int


class Undone(Exception):
    """Something went wrong."""


def leave(act: UseCase, number: int, thing: str = "A") -> None:
    act.record("test.left", subject=Subject("test.thing", thing, thing), site="P1", after={"number": number})
    act.publish(ThingLeft(thing, number), key=f"thing:{thing}")
    tell("P1", "thing", thing, number)


def numbers() -> list[int]:
    return [entry.after["number"] for entry in AuditEntry.objects.filter(action="test.left").order_by("id")]


@pytest.mark.django_db
def test_all_that_an_act_leaves_costs_one_statement_and_keeps_its_order() -> None:
    with acting() as act, CaptureQueriesContext(connection) as captured:
        for number, thing in enumerate("ABABA"):
            leave(act, number, thing)
        act._closing.write()

    assert len(captured.captured_queries) == 1
    assert numbers() == [0, 1, 2, 3, 4]
    events = OutboxEvent.objects.filter(topic="test.thing_left").order_by("id")
    assert [(each.key, each.seq, each.payload["number"]) for each in events] == [
        ("thing:A", 1, 0), ("thing:B", 1, 1), ("thing:A", 2, 2), ("thing:B", 2, 3), ("thing:A", 3, 4),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_next_act_counts_on() -> None:
    for number in (1, 2):
        with acting() as act:
            leave(act, number)
            leave(act, number + 10)

    assert list(OutboxEvent.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_what_a_savepoint_left_is_forgotten_with_it() -> None:
    with acting() as act:
        leave(act, 1)
        with suppress(Undone), transaction.atomic():
            leave(act, 2)
            raise Undone
        leave(act, 3)

    assert numbers() == [1, 3]
    assert list(OutboxEvent.objects.order_by("seq").values_list("seq", "payload__number")) == [(1, 1), (2, 3)]


@pytest.mark.django_db
def test_an_act_of_very_many_is_written_in_pieces_and_forgets_an_undone_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "MOST", 7)
    with acting() as act:
        for number in range(5):
            leave(act, number)
        assert len(numbers()) > 0, "some of it is written already"
        with suppress(Undone), transaction.atomic():
            for number in range(5, 15):
                leave(act, number)
            raise Undone
        leave(act, 15)

    assert numbers() == [0, 1, 2, 3, 4, 15]


@pytest.mark.django_db(transaction=True)
def test_a_refused_act_leaves_nothing() -> None:
    with suppress(Undone), use_case(system_actor("test")) as act:
        leave(act, 1)
        raise Undone

    assert numbers() == []
    assert not OutboxEvent.objects.exists()
    assert closing._current.get() is None


@pytest.mark.django_db
def test_acts_inside_each_other_leave_each_their_own() -> None:
    with acting(reason="outer") as outer:
        leave(outer, 1)
        with acting(reason="inner") as inner:
            leave(inner, 2)
        leave(outer, 3)

    entries = AuditEntry.objects.filter(action="test.left").order_by("id")
    assert [(each.after["number"], each.reason) for each in entries] == [(2, "inner"), (1, "outer"), (3, "outer")]


MARK = closing.Beside("UPDATE core_idempotencykey SET body = %(mark)s WHERE key = 'k'", "mark_for_a_test")


@pytest.mark.django_db(transaction=True)
def test_in_an_enclosing_transaction_an_act_is_written_with_the_last_statement() -> None:
    IdempotencyKey.objects.create(principal="p", key="k", created_at=clock.now())
    with enclosing_transaction():
        with use_case(system_actor("test")) as act:
            leave(act, 1)
        assert numbers() == [], "it waits"
        with CaptureQueriesContext(connection) as captured:
            assert write_with(MARK, {"mark": "beside"})
        assert len(captured.captured_queries) == 1
        assert numbers() == [1]

    assert IdempotencyKey.objects.get().body == "beside"
    assert OutboxEvent.objects.get().payload == {"thing": "A", "number": 1}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_with_an_act_that_left_nothing() -> None:
    with enclosing_transaction():
        assert not write_with(MARK, {"mark": "beside"}), "no act"
        with use_case(system_actor("test")):
            pass
        assert not write_with(MARK, {"mark": "beside"}), "an act without a word"


@pytest.mark.django_db(transaction=True)
def test_acts_one_after_the_other_are_written_in_their_order_also_without_a_last_statement() -> None:
    with enclosing_transaction():
        for number in (1, 2, 3):
            with use_case(system_actor("test")) as act:
                leave(act, number)
        assert numbers() == [1, 2]

    assert numbers() == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_an_act_that_waited_is_dropped_with_its_transaction_or_its_savepoint() -> None:
    with enclosing_transaction():
        with suppress(Undone), transaction.atomic():
            with use_case(system_actor("test")) as act:
                leave(act, 1)
            raise Undone
        with use_case(system_actor("test")) as act:
            leave(act, 2)
    assert numbers() == [2]

    with enclosing_transaction():
        with use_case(system_actor("test")) as act:
            leave(act, 3)
        transaction.set_rollback(True)
    assert numbers() == [2]
