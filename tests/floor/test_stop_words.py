"""Stops: whole, with a key that stays, explained, split and called something else by people."""

import uuid
from datetime import timedelta

import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.floor.models import Stop, StopAnnotation
from mom.floor.services import stop, timeline
from mom.floor.services.machine_signals import lock_signals
from mom.plant.models import Equipment, Reason
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment, make_reason
from tests.floor.timelines import alive, at, in_words, lay, pieces_of, said, stops_of

pytestmark = pytest.mark.django_db
BOSS = system_actor("test")


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site)


@pytest.fixture
def jam(site: Site) -> Reason:
    return make_reason(site, "JAM")


@pytest.fixture
def stopped(machine: Equipment) -> Stop:
    """Down from minute 10 to 40 within an hour of running, with a sign of life every two minutes."""
    told = [said(machine, 0, "run"), said(machine, 10, "down"), said(machine, 40, "run")]
    lay(machine, told + [alive(machine, minute) for minute in range(0, 61, 2)], now=at(60))
    (found,) = stops_of(machine)
    return found


def key() -> uuid.UUID:
    return uuid.uuid4()


def test_stop_keeps_its_key_under_late_messages(machine: Equipment, stopped: Stop) -> None:
    lay(machine, [said(machine, 8, "down")], now=at(61))
    lay(machine, [said(machine, 35, "run")], now=at(61))

    (found,) = stops_of(machine)
    assert found.pk == stopped.pk
    assert (found.started_at, found.ended_at) == (at(8), at(35))


def test_stop_is_withdrawn_when_nothing_is_left_and_comes_back(machine: Equipment, stopped: Stop) -> None:
    lay(machine, [said(machine, 10, "run ")], now=at(61))  # sorts after "down": of two at one instant it holds

    assert not stops_of(machine)
    assert Stop.objects.get().withdrawn_at is not None

    lay(machine, [said(machine, 20, "idle")], now=at(61))
    (found,) = stops_of(machine)
    assert (found.pk, found.started_at, found.state) == (stopped.pk, at(20), "idle")


def test_waiting_after_a_breakdown_belongs_to_it_and_a_breakdown_after_waiting_does_not(machine: Equipment) -> None:
    told = [(0, "run"), (2, "idle"), (4, "down"), (6, "idle"), (8, "down"), (9, "run")]
    lay(machine, [said(machine, minute, code) for minute, code in told], now=at(10))

    assert [(each.state, each.started_at, each.ended_at) for each in stops_of(machine)] == [
        ("idle", at(2), at(4)),
        ("down", at(4), at(9)),
    ]


def test_no_signal_is_no_stop_and_ends_one(machine: Equipment) -> None:
    lay(machine, [said(machine, 0, "down"), alive(machine, 3), alive(machine, 20)], now=at(21))

    assert in_words(pieces_of(machine)) == "down 0-3, off 3-20, down 20-"
    assert [(each.started_at, each.ended_at) for each in stops_of(machine)] == [(at(0), at(3)), (at(20), None)]


def test_unknown_code_is_no_signal_with_its_code(machine: Equipment) -> None:
    lay(machine, [said(machine, 0, "run"), said(machine, 1, "e17"), said(machine, 2, "run")], now=at(3))

    assert in_words(pieces_of(machine)) == "run 0-1, off 1-2, run 2-"
    assert pieces_of(machine)[1].code == "e17"
    assert not stops_of(machine)


def test_minor_stop_is_one_that_is_over_and_short(machine: Equipment) -> None:
    lay(machine, [said(machine, 0, "run"), said(machine, 1, "idle")], now=at(1.5))
    assert [each.is_minor for each in stops_of(machine)] == [False]

    changes = lay(machine, [said(machine, 2, "run")], now=at(2))
    assert [each.is_minor for each in stops_of(machine)] == [True]
    assert [(each.started_at, each.ended_at) for each in changes] == [(at(1), None)]  # it counts otherwise from there


def test_machine_names_the_reason(machine: Equipment, jam: Reason) -> None:
    lay(machine, [said(machine, 0, "run"), said(machine, 1, "down", reason="JAM")], now=at(2))

    assert [each.reason for each in stops_of(machine)] == [jam]


def test_stop_explained_keeps_every_word(machine: Equipment, stopped: Stop, jam: Reason, site: Site) -> None:
    other = make_reason(site, "TOOL")

    first = stop.annotate(BOSS, stopped.pk, op_uuid=key(), reason=jam, note="At the infeed")
    again = stop.annotate(BOSS, stopped.pk, op_uuid=key(), reason=other)

    assert (first.pk, first.reason, first.note, first.reporter) == (stopped.pk, jam, "At the infeed", "test")
    assert (again.pk, again.reason, again.note) == (stopped.pk, other, "")
    assert [word.reason for word in StopAnnotation.objects.order_by("recorded_at", "id")] == [jam, other]


def test_word_about_a_stop_follows_its_ends(machine: Equipment, stopped: Stop, jam: Reason) -> None:
    stop.annotate(BOSS, stopped.pk, op_uuid=key(), reason=jam)
    lay(machine, [said(machine, 5, "down")], now=at(61))
    lay(machine, [said(machine, 36, "run")], now=at(61))

    (found,) = stops_of(machine)
    assert (found.started_at, found.ended_at, found.reason) == (at(5), at(36), jam)


def test_stop_splits_and_both_parts_get_their_own(machine: Equipment, stopped: Stop, jam: Reason) -> None:
    second = stop.split(BOSS, stopped.pk, at=at(20), op_uuid=key(), reason=jam, state="setup")

    one, two = stops_of(machine)
    assert (one.pk, one.started_at, one.ended_at, one.reason) == (stopped.pk, at(10), at(20), None)
    assert (two.pk, two.state, two.started_at, two.ended_at, two.reason) == (second.pk, "setup", at(20), at(40), jam)
    assert in_words(pieces_of(machine)) == "run 0-10, down 10-20, setup 20-40, run 40-60, off 60-"

    stop.annotate(BOSS, one.pk, op_uuid=key(), reason=jam)
    assert [each.reason for each in stops_of(machine)] == [jam, jam]
    assert in_words(pieces_of(machine)) == "run 0-10, down 10-20, setup 20-40, run 40-60, off 60-"


def test_reclassified_stop_keeps_what_is_not_said(machine: Equipment, stopped: Stop, jam: Reason) -> None:
    stop.annotate(BOSS, stopped.pk, op_uuid=key(), reason=jam)
    found = stop.reclassify(BOSS, stopped.pk, op_uuid=key(), state="plan")
    assert (found.pk, found.state, found.reason) == (stopped.pk, "plan", jam)


def test_reason_given_later_leaves_what_the_stop_was_called(
    machine: Equipment, stopped: Stop, jam: Reason, site: Site
) -> None:
    stop.reclassify(BOSS, stopped.pk, op_uuid=key(), state="plan")
    operator = Actor("user", "1", "Ann", {site.code: frozenset({"floor.view", "floor.give_reason"})})
    found = stop.annotate(operator, stopped.pk, op_uuid=key(), reason=jam)
    assert (found.pk, found.state, found.reason) == (stopped.pk, "plan", jam)


def test_part_that_is_split_off_keeps_what_is_not_said(machine: Equipment, stopped: Stop, jam: Reason) -> None:
    stop.annotate(BOSS, stopped.pk, op_uuid=key(), reason=jam)
    second = stop.split(BOSS, stopped.pk, at=at(20), op_uuid=key(), state="setup")
    assert (second.state, second.reason) == ("setup", jam)
    third = stop.split(BOSS, second.pk, at=at(30), op_uuid=key(), reason=(other := make_reason(machine.site)))
    assert (third.state, third.reason) == ("setup", other)


def test_same_key_counts_once(machine: Equipment, stopped: Stop, jam: Reason) -> None:
    once = key()
    stop.annotate(BOSS, stopped.pk, op_uuid=once, reason=jam)
    stop.annotate(BOSS, stopped.pk, op_uuid=once, reason=jam)
    stop.split(BOSS, stopped.pk, at=at(20), op_uuid=(twice := key()), state="setup")
    stop.split(BOSS, stopped.pk, at=at(20), op_uuid=twice, state="setup")

    assert StopAnnotation.objects.count() == 2
    elsewhere = make_equipment(machine.site)
    lay(elsewhere, [said(elsewhere, 0, "down")], now=at(1))
    with pytest.raises(Conflict):
        stop.annotate(BOSS, stops_of(elsewhere)[0].pk, op_uuid=once, reason=jam)


def test_first_reason_and_another_one_need_different_rights(stopped: Stop, jam: Reason, site: Site) -> None:
    operator = Actor("user", "1", "Ann", {site.code: frozenset({"floor.view", "floor.give_reason"})})
    stop.annotate(operator, stopped.pk, op_uuid=key(), reason=jam)

    for act in (
        lambda: stop.annotate(operator, stopped.pk, op_uuid=key(), reason=make_reason(site)),
        lambda: stop.reclassify(operator, stopped.pk, op_uuid=key(), state="plan"),
        lambda: stop.split(operator, stopped.pk, at=at(20), op_uuid=key(), state="plan"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_reason_given_meanwhile_is_not_replaced_without_the_right_to(
    stopped: Stop, jam: Reason, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = Actor("user", "1", "Ann", {site.code: frozenset({"floor.view", "floor.give_reason"})})

    def after_another(site_id: int, machines: list[int]) -> None:
        lock_signals(site_id, machines)
        Stop.objects.filter(pk=stopped.pk).update(reason=jam)  # what another person's word, waited for, leaves

    monkeypatch.setattr(stop, "lock_signals", after_another)
    with pytest.raises(NotAllowed):
        stop.annotate(operator, stopped.pk, op_uuid=key(), reason=make_reason(site))


def test_nobody_says_that_a_machine_ran_or_splits_outside(stopped: Stop, jam: Reason) -> None:
    for state in ("run", "off"):
        with pytest.raises(InvalidInput):
            stop.reclassify(BOSS, stopped.pk, op_uuid=key(), state=state)
    with pytest.raises(InvalidInput):
        stop.split(BOSS, stopped.pk, at=at(10), op_uuid=key(), reason=jam)
    with pytest.raises(InvalidInput):
        stop.split(BOSS, stopped.pk, at=at(20), op_uuid=key())


def test_silence_is_swept_once(machine: Equipment, site: Site) -> None:
    lay(machine, [said(machine, 0, "run")], now=at(0))
    assert timeline.sweep_silence(BOSS, site, at(5)) == 0
    assert timeline.sweep_silence(BOSS, site, at(5) + timedelta(seconds=1)) == 1
    assert timeline.sweep_silence(BOSS, site, at(6)) == 0

    assert in_words(pieces_of(machine)) == "off 0-"
    lay(machine, [alive(machine, 7)], now=at(7))
    assert in_words(pieces_of(machine)) == "off 0-7, run 7-"
