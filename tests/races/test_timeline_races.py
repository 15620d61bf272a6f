"""Two batches of one machine at the same moment (P14). The control shows the race without the machine's lock."""

from typing import Any

import pytest
from django.db import IntegrityError

from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.floor.applied import Accepted
from mom.floor.models import MachineSignal, StateInterval
from mom.floor.services import timeline, timeline_rows
from mom.floor.services.timeline_rows import Signal
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


def _apply(machine: Equipment, accepted: list[Accepted], now: float) -> Any:
    with use_case(system_actor("test")) as act:
        act.now = at(now)
        store(message(machine, each.occurred_at, code=each.code) for each in accepted)
        return timeline.apply(act, machine.site, accepted)


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

    def unlocked(site_id: int, equipment_ids: Any) -> dict[int, Signal]:
        rows = MachineSignal.objects.filter(equipment__in=list(equipment_ids))
        names = ("equipment_id", "last_seen_at", "state_at", "code", "mode", "reason", "words_until")
        return {row[0]: Signal(*row) for row in rows.values_list(*names)}

    monkeypatch.setattr(timeline_rows, "lock_signals", unlocked)
    for turn in range(20):
        found = _together(machine, turn * 4)
        failed = [each for each in found if isinstance(each, Exception)]
        assert all(isinstance(each, IntegrityError) for each in failed), failed
        if failed:
            return
        shown = in_words(pieces_of(machine))
        base = turn * 4
        if f"idle {base + 2}-{base + 3}" not in shown or f"down {base + 1}-{base + 2}" not in shown:
            return
    pytest.fail("The race did not show without the lock.")
