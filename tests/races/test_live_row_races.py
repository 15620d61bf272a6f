"""A running shift is made again from the facts while a message moves it. The control shows what the machine's lock is
for: without it the row forgets what was folded in between.
"""

import threading
from typing import Any

import pytest

from analytics.models import LiveShift
from analytics.services import live_fold_again, machine_rebuild, machine_sweep
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from tests.analytics.test_live_fold import (
    at,
    counted,
    made_again,
    make_counting,
    plant,  # noqa: F401 - a fixture
    say,
    state,
    stored,
)
from tests.factories.accounts import make_site
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def machine(plant: Equipment) -> Equipment:  # noqa: F811
    machine = make_counting(plant)
    say(machine, state(0, "run"), counted(0, 100), now=at(1))
    say(machine, counted(1, 110), now=at(2))
    return machine


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Whoever makes the row again waits between its facts and the row: until a message is in, or cannot come in."""
    has_read, is_in = threading.Event(), threading.Event()
    as_it_is = live_fold_again.facts_of

    def waits(*given: Any) -> Any:
        facts = list(as_it_is(*given))
        if not has_read.is_set():
            has_read.set()
            is_in.wait(1)
        return facts

    monkeypatch.setattr(live_fold_again, "facts_of", waits)
    return has_read, is_in


def make_again(machine: Equipment) -> None:
    with use_case(system_actor("test")) as act:
        act.now = at(3)
        machine_rebuild.rebuild_stretch(act, machine.site, {machine.pk: [(at(0), at(3))]})


def close(machine: Equipment) -> None:
    """The early shift is over, and nothing was heard yet of the late one."""
    machine_sweep.close_shifts(system_actor("test"), machine.site, at(8 * 60 + 5))


@pytest.mark.parametrize("act", ["rebuild", "close"])
def test_message_beside_a_row_that_is_made_again_is_not_forgotten(machine: Equipment, between: Any, act: str) -> None:
    late = 8 * 60 + 4
    minute, now = (2, at(3)) if act == "rebuild" else (late, at(late + 1))
    assert not failures(_at_once(machine, between, act, minute, now))
    assert LiveShift.objects.get(equipment=machine).total_reading == 125
    assert stored(machine) == made_again(machine)


def test_control_without_the_machines_lock_it_is_forgotten(
    machine: Equipment, between: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_rebuild, "lock_signals", lambda *_given: None)
    assert not failures(_at_once(machine, between, "rebuild", 2, at(3)))
    assert stored(machine) != made_again(machine)


def _at_once(machine: Equipment, between: Any, act: str, minute: float, now: Any) -> list[Any]:
    has_read, is_in = between

    def message() -> None:
        assert has_read.wait(10)
        say(machine, counted(minute, 125), now=now)
        is_in.set()

    return together(lambda: (make_again if act == "rebuild" else close)(machine), message)
