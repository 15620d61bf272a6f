"""Two batches of one machine at the same moment (P14). The control shows the race without the machine's lock."""

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.floor.engine.heard import by_machine
from mom.floor.engine.message import Parsed
from mom.floor.models import StateInterval
from mom.floor.services import machine_signals, timeline
from mom.plant.models import Equipment
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment
from tests.floor.messages import message, store
from tests.floor.timelines import at, in_words, lay, pieces_of, said
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def machine() -> Equipment:
    return make_equipment(make_site())


def _apply(machine: Equipment, messages: list[Parsed], now: float) -> Any:
    with use_case(system_actor("test")) as act:
        act.now = at(now)
        store(message(machine, each.at, code=each.said.code) for each in messages)
        return timeline.apply(act, machine.site, by_machine(messages))


def _together(machine: Equipment, start: int) -> list[Any]:
    one = [said(machine, start + 1, "down"), said(machine, start + 3, "run")]
    two = [said(machine, start + 2, "idle"), said(machine, start + 4, "down")]
    return at_once([lambda: _apply(machine, one, start + 5), lambda: _apply(machine, two, start + 5)])


def test_P14_two_batches_at_once_make_one_timeline(machine: Equipment) -> None:
    lay(machine, [said(machine, 0, "run")], now=at(0))
    for turn in range(ROUNDS):
        found = _together(machine, turn * 4)
        assert not [each for each in found if isinstance(each, Exception)]

    expected = ["run 0-1", "down 1-2", "idle 2-3", "run 3-4"]
    for base in range(4, ROUNDS * 4, 4):
        expected += [f"down {base}-{base + 2}", f"idle {base + 2}-{base + 3}", f"run {base + 3}-{base + 4}"]
    assert in_words(pieces_of(machine)) == ", ".join([*expected, f"down {ROUNDS * 4}-"])
    assert StateInterval.objects.filter(equipment=machine, ended_at=None).count() == 1


def test_P14_control_without_the_lock_batches_collide(machine: Equipment, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(machine, [said(machine, 0, "run")], now=at(0))

    def unlocked(_site_id: int, _equipment_ids: Any) -> None:
        """No lock."""

    monkeypatch.setattr(machine_signals, "lock_signals", unlocked)
    for turn in range(20):
        found = _together(machine, turn * 4)
        failed = [each for each in found if isinstance(each, Exception)]
        assert all(isinstance(each, IntegrityError | OperationalError) for each in failed), failed  # or a deadlock
        if failed:
            return
        shown = in_words(pieces_of(machine))
        base = turn * 4
        if f"idle {base + 2}-{base + 3}" not in shown or f"down {base + 1}-{base + 2}" not in shown:
            return
    pytest.fail("The race did not show without the lock.")
