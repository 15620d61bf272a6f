"""Two people who speak about one stop at the same moment. The control shows the race without the machine's lock."""

import uuid

import pytest

from mom.core.actor import system_actor
from mom.floor.models import Stop
from mom.floor.services import stop
from mom.plant.models import Equipment, Reason
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment, make_reason
from tests.floor.timelines import at, lay, said, stops_of
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")


@pytest.fixture
def machine() -> Equipment:
    return make_equipment(make_site())


def _both_say(machine: Equipment, jam: Reason, turn: int) -> Stop:
    """One says why, the other what it was; gives the stop after both."""
    first = turn * 10
    lay(machine, [said(machine, first, "run"), said(machine, first + 2, "down")], now=at(first + 2))
    lay(machine, [said(machine, first + 5, "run")], now=at(first + 5))
    latest = stops_of(machine)[-1]
    found = at_once(
        [
            lambda: stop.reclassify(BOSS, latest.pk, op_uuid=uuid.uuid4(), reason=jam),
            lambda: stop.reclassify(BOSS, latest.pk, op_uuid=uuid.uuid4(), state="plan"),
        ]
    )
    assert not [each for each in found if isinstance(each, Exception)], found
    return Stop.objects.select_related("reason").get(pk=latest.pk)


def test_what_one_says_is_not_taken_back_by_what_another_says_meanwhile(machine: Equipment) -> None:
    jam = make_reason(machine.site, "JAM")
    for turn in range(6):
        found = _both_say(machine, jam, turn)
        assert (found.reason, found.state) == (jam, "plan")


def test_control_without_the_lock_one_word_is_lost(machine: Equipment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "_locked", stop._found)
    jam = make_reason(machine.site, "JAM")
    for turn in range(20):
        found = _both_say(machine, jam, turn)
        if (found.reason, found.state) != (jam, "plan"):
            return
    pytest.fail("The race did not show without the lock.")
