"""P15, P18: a message counts once whatever the order, a gap is flagged, and what can't be taken is never dropped."""

import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.floor.engine.message import Message
from mom.floor.engine.terms import MessageKind
from mom.floor.models import FloorMessage, QuarantinedMessage, Source, SourceSession, StateInterval
from tests.factories.known import make_alias
from tests.factories.work import make_machine
from tests.floor.batches import NOW, gaps, named, reading, sent, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def machine(site: Any) -> Any:
    return make_machine(site)


def waiting() -> list[str]:
    return sorted(QuarantinedMessage.objects.values_list("problem", flat=True))


def test_ingest_take_in_keeps_every_field(actor: Actor, site: Any, machine: Any) -> None:
    told = reading(
        7,
        kind="alarm",
        code="E\\42",
        mode="cleared",
        reason="TOOL",
        text="Line one\nline\ttwo",
        value="1.25",
        unit="CEL",
    )
    assert sent(actor, site, [told]).accepted == 1
    row = FloorMessage.objects.select_related("session", "source").get()
    assert (row.equipment_id, row.site_id, row.kind, row.code, row.mode, row.reason, row.text, row.unit, row.name) == (
        machine.pk, site.pk, "alarm", "E\\42", "cleared", "TOOL", "Line one\nline\ttwo", "CEL", "spindle",
    )  # fmt: skip
    assert (row.value, row.sequence, row.session.code, row.source.code, row.received_at) == (
        Decimal("1.25"), 7, "s1", "gw-1", NOW,
    )  # fmt: skip


def test_ingest_take_in_typed_message_is_the_same_as_its_json(actor: Actor, site: Any) -> None:
    typed = Message(
        machine="CNC-01", kind=MessageKind.COUNT, at=NOW, sequence=3, name="total", value=Decimal("12.5"), unit="C62"
    )
    assert sent(actor, site, [typed]).accepted == 1
    as_json = {"machine": "CNC-01", "kind": "count", "at": NOW.isoformat(), "sequence": 3, "name": "total",
               "value": 12.5, "unit": "C62"}  # fmt: skip
    assert sent(actor, site, [as_json]).repeated == 1


def test_ingest_take_in_without_the_right_changes_nothing(make_actor: Any, site: Any) -> None:
    with pytest.raises(NotAllowed):
        sent(make_actor("floor.view"), site, [reading(1)])
    assert not Source.objects.exists()


@pytest.mark.parametrize(("source", "session"), [("", "s"), ("x" * 65, "s"), ("gw", "y" * 65), ("a\nb", "s")])
def test_ingest_take_in_needs_names_that_can_be_kept(actor: Actor, site: Any, source: str, session: str) -> None:
    with pytest.raises(InvalidInput):
        sent(actor, site, [reading(1)], source=source, session=session)


def test_P15_batch_sent_three_times_counts_once(actor: Actor, site: Any) -> None:
    batch = [reading(1), named("a"), reading(2, machine="NOBODY"), reading(3, value="much")]
    first = sent(actor, site, batch)
    assert (first.accepted, first.repeated, first.quarantined) == (2, 0, 2)
    before = stored()
    for _time in range(2):
        again = sent(actor, site, list(reversed(batch)))
        assert (again.accepted, again.repeated, again.quarantined) == (0, 2, 2), "what waits, waits"
    assert stored() == before
    assert waiting() == ["unknown_machine", "unreadable"]


def test_P15_message_twice_in_one_batch_counts_once(actor: Actor, site: Any) -> None:
    receipt = sent(actor, site, [reading(1), reading(2), reading(1), named("a"), named("a")])
    assert (receipt.accepted, receipt.repeated) == (3, 2)


def test_P15_same_number_in_another_session_is_another_message(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1)], session="before")
    assert sent(actor, site, [reading(1)], session="after").accepted == 1
    assert sent(actor, site, [reading(1)], session="after", source="gw-2").accepted == 1


@pytest.mark.parametrize("other", [{"value": 9}, {"at": (NOW - timedelta(days=2)).isoformat()}, {"machine": "CNC-02"}])
@pytest.mark.parametrize("make", [lambda **fields: reading(1, **fields), lambda **fields: named("a", **fields)])
def test_P15_same_identity_with_other_content_waits_for_a_person(
    actor: Actor, site: Any, make: Any, other: dict[str, Any]
) -> None:
    make_machine(site, "CNC-02")
    sent(actor, site, [make()])
    before = stored()
    receipt = sent(actor, site, [make(**other)])
    assert [each.problem for each in receipt.waiting] == ["conflicting"]
    assert sent(actor, site, [make(**other)]).quarantined == 1
    assert stored() == before
    assert QuarantinedMessage.objects.get().raw["machine"] == other.get("machine", "CNC-01")


def test_P15_two_contents_of_one_identity_in_one_batch_keep_both(actor: Actor, site: Any) -> None:
    receipt = sent(actor, site, [reading(1), reading(1, value=5), reading(1, value=6)])
    assert (receipt.accepted, receipt.quarantined) == (1, 2)
    assert sorted(row.raw["value"] for row in QuarantinedMessage.objects.all()) == [5, 6]


def test_P15_gap_is_flagged_and_a_late_number_splits_shrinks_and_closes_it(actor: Actor, site: Any) -> None:
    receipt = sent(actor, site, [reading(1), reading(7)])
    assert (receipt.gaps, gaps()) == (((2, 6),), [(2, 6)])
    sent(actor, site, [reading(4)])
    assert gaps() == [(2, 3), (5, 6)]
    sent(actor, site, [reading(2), reading(6)])
    assert gaps() == [(3, 3), (5, 5)]
    sent(actor, site, [reading(3), reading(5)])
    assert gaps() == []
    row = SourceSession.objects.get()
    assert (row.first_sequence, row.last_sequence) == (1, 7)


def test_P15_number_of_what_waits_is_no_gap(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1), reading(2, machine="NOBODY"), reading(3, kind="?"), reading(4)])
    assert gaps() == []


numbers = st.lists(st.integers(0, 30), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(came=numbers, data=st.data())
def test_P15_any_order_and_repetition_store_the_same_messages_and_gaps(
    actor: Actor, site: Any, came: list[int], data: st.DataObject
) -> None:
    session = str(uuid.uuid4())
    doubled = data.draw(st.permutations(came + came))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(doubled)), max_size=4)))
    for start, end in zip([0, *cuts], [*cuts, len(doubled)], strict=True):
        sent(actor, site, [reading(number) for number in doubled[start:end]], session=session)
    row = SourceSession.objects.get(code=session)
    held = FloorMessage.objects.filter(session=row)
    assert sorted(held.values_list("sequence", flat=True)) == sorted(set(came))
    missing = {n for gap in row.gaps.all() for n in range(gap.first_sequence, gap.last_sequence + 1)}
    assert missing == set(range(min(came), max(came) + 1)) - set(came)
    borders = sorted((gap.first_sequence, gap.last_sequence) for gap in row.gaps.all())
    assert all(before[1] + 1 < after[0] for before, after in pairwise(borders))


def test_P15_one_in_a_hundred_dropped_is_exactly_the_gaps(actor: Actor, site: Any) -> None:
    dropped = set(range(50, 3000, 100)) | {777, 778}
    coming = [reading(number % 3500, sequence=number) for number in range(3000) if number not in dropped]
    for start in range(0, len(coming), 700):
        sent(actor, site, coming[start : start + 700])
    assert {n for low, high in gaps() for n in range(low, high + 1)} == dropped
    assert FloorMessage.objects.count() == 3000 - len(dropped)


@pytest.mark.parametrize(
    "at",
    [
        "2026-04-16T10:00:00", "2026-04-13T09:59:59Z", "2026-04-16T10:05:01Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "2026-06-30T23:59:60Z", "yesterday", 1776333600,
    ],
)  # fmt: skip
def test_P18_impossible_time_waits_for_a_person(actor: Actor, site: Any, at: Any) -> None:
    receipt = sent(actor, site, [reading(1, at=at)])
    assert [each.problem for each in receipt.waiting] == ["impossible_time"]
    assert QuarantinedMessage.objects.get().raw["at"] == at
    assert not FloorMessage.objects.exists()


@pytest.mark.parametrize("at", ["2026-04-13T10:00:00Z", "2026-04-16T10:05:00Z", "2026-04-16T12:00:00+02:00"])
def test_P18_ends_of_the_window_are_in_it(actor: Actor, site: Any, at: str) -> None:
    assert sent(actor, site, [reading(1, at=at)]).accepted == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "mood"}, {"kind": None}, {"machine": ""}, {"at": None}, {"value": "NaN"}, {"value": True},
        {"value": None}, {"value": 10**18}, {"name": "x" * 65}, {"name": None}, {"unit": "XYZ"}, {"colour": "red"},
        {"name": {"deep": []}}, {"kind": "state"}, {"kind": "count", "name": "total", "value": -1},
        {"kind": "count", "name": "spindle"}, {"kind": "state", "state": "run", "code": "down"}, {"name": "a\x00b"},
        {"kind": "energy", "value": None}, {"kind": "alarm"}, {"text": "a\ud800b"}, {"sequence": -1},
        {"sequence": 1.5}, {"unit": ["C62"]},  {"kind": ["state"]},
    ],
)  # fmt: skip
def test_ingest_unreadable_message_waits_with_what_was_sent(actor: Actor, site: Any, broken: dict[str, Any]) -> None:
    receipt = sent(actor, site, [reading(1, **broken), reading(2)])
    assert (receipt.accepted, [each.problem for each in receipt.waiting]) == (1, ["unreadable"])
    row = QuarantinedMessage.objects.get()
    assert row.raw["at"] == reading(1)["at"] or "at" in broken
    assert row.detail
    assert sent(actor, site, [reading(1, **broken)]).quarantined == 1
    assert QuarantinedMessage.objects.count() == 1


@pytest.mark.parametrize("thing", ["no message", 5, None, ["a"], {}])
def test_ingest_thing_that_is_no_message_waits(actor: Actor, site: Any, thing: Any) -> None:
    assert sent(actor, site, [thing]).quarantined == 1
    assert QuarantinedMessage.objects.get().raw == thing


def test_ingest_message_without_identity_waits(actor: Actor, site: Any) -> None:
    nameless = reading(1)
    del nameless["sequence"]
    assert sent(actor, site, [nameless]).quarantined == 1
    assert sent(actor, site, [reading(1)], session="").quarantined == 1


@pytest.mark.parametrize(
    ("given", "kept"), [(21.700000000000003, "21.7"), ("0.1234565", "0.123456"), (5, "5"), ("1e3", "1000"), (-4, "-4")]
)
def test_ingest_value_is_kept_exactly_to_six_places(actor: Actor, site: Any, given: Any, kept: str) -> None:
    sent(actor, site, [reading(1, value=given)])
    assert FloorMessage.objects.get().value == Decimal(kept)
    assert sent(actor, site, [reading(1, value=given)]).repeated == 1


def test_ingest_machine_is_found_by_the_alias_that_held_then(actor: Actor, site: Any, machine: Any) -> None:
    other = make_machine(site, "CNC-02")
    noon = NOW - timedelta(minutes=30)
    make_alias(site, machine, system="GW-1", external_id="spindle-a", valid_until=noon)
    make_alias(site, other, system="GW-1", external_id="spindle-a", valid_from=noon)
    make_alias(site, machine, system="SCADA", external_id="press")
    early, late = (NOW - timedelta(minutes=minutes) for minutes in (40, 20))
    sent(
        actor, site,
        [reading(1, machine="spindle-a", at=early.isoformat()), reading(2, machine="spindle-a", at=late.isoformat()),
         reading(3, machine="press")],
    )  # fmt: skip
    found = dict(FloorMessage.objects.values_list("sequence", "equipment__code"))
    assert found == {1: "CNC-01", 2: "CNC-02", 3: "CNC-01"}


def test_ingest_machine_of_another_site_is_unknown(actor: Actor, site: Any, other_site: Any) -> None:
    make_machine(other_site, "THEIRS")
    assert sent(actor, site, [reading(1, machine="THEIRS")]).quarantined == 1


def test_ingest_state_moves_the_timeline_in_the_same_transaction(actor: Actor, site: Any, machine: Any) -> None:
    sent(actor, site, [reading(1, kind="state", state="run", value=None, name=None), reading(9)])
    assert StateInterval.objects.filter(equipment=machine, state="run").exists()


def test_ingest_statements_do_not_grow_with_the_batch(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(0)])
    counts = []
    for start, many in ((1, 2), (3, 400)):
        with CaptureQueriesContext(connection) as captured:
            sent(actor, site, [reading(number) for number in range(start, start + many)])
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_message_is_never_changed_nor_deleted(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1)])
    day = f"floor_floormessage_{NOW:%Y%m%d}"
    for statement in (
        "UPDATE floor_floormessage SET value = 0", "DELETE FROM floor_floormessage", f"DELETE FROM {day}",
        f"UPDATE {day} SET value = 0", "TRUNCATE floor_floormessage",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=r"only grows|denied"), transaction.atomic():
            connection.cursor().execute(statement)
