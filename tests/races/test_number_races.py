"""Eight at the same number range: no number twice; without gaps where the range promises it, also after a rollback."""

import time
from typing import Any

import pytest

from mom.core import numbers
from mom.core.actor import system_actor
from mom.core.db.transactions import require_transaction
from mom.core.models import NumberCounter, NumberRange
from mom.core.testing import acting
from mom.core.use_case import use_case
from mom.plant.models import MaterialLot
from mom.plant.services import master_data
from tests.factories.plant import make_material
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")
THREADS, EACH = 8, 6


class ChangedMind(Exception):
    """An act that is given up after it took its number."""


def number_range(site: Any, *, is_gapless: bool) -> NumberRange:
    with acting():
        return NumberRange.objects.create(site=site.code, noun="lot", pattern="N{seq:04}", is_gapless=is_gapless)


def add_lots(site: Any, material: Any) -> None:
    """Lots one after the other; every third act is rolled back after it took its number."""
    for turn in range(EACH):
        try:
            with use_case(BOSS) as act:
                master_data.add(act, MaterialLot, site, definition=material)
                if turn % 3 == 2:
                    raise ChangedMind
        except ChangedMind:
            pass


@pytest.mark.parametrize("is_gapless", [True, False])
def test_number_range_eight_at_once_no_number_twice(site: Any, is_gapless: bool) -> None:
    number_range(site, is_gapless=is_gapless)
    material = make_material(site)
    results = at_once([lambda: add_lots(site, material)] * THREADS)
    assert results == [None] * THREADS
    kept = THREADS * EACH * 2 // 3
    codes = sorted(MaterialLot.objects.values_list("code", flat=True))
    assert len(codes) == kept
    if is_gapless:
        assert codes == [f"N{number:04}" for number in range(1, kept + 1)]
    else:
        assert codes[-1] > f"N{kept:04}"  # rolled back numbers are gaps here, as stated


def test_number_range_first_numbers_of_a_site_at_once(site: Any) -> None:
    """Nobody made the range yet: eight make it at once and still count through one."""
    material = make_material(site)

    def add() -> str:
        with use_case(BOSS) as act:
            return master_data.add(act, MaterialLot, site, definition=material).code

    codes = at_once([add] * THREADS)
    assert len(set(codes)) == THREADS
    assert NumberRange.objects.filter(noun="lot").count() == 1


def test_number_range_control_counting_without_the_lock_gives_a_number_twice(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race itself: reading the last number and writing the next one later."""
    row = number_range(site, is_gapless=True)
    NumberCounter.objects.create(number_range=row, period="", last=1)

    def careless(_site: str, _noun: str, _day: Any) -> tuple[str, int]:
        require_transaction()
        last = NumberCounter.objects.get(number_range=row).last
        time.sleep(0.05)
        NumberCounter.objects.filter(number_range=row, last__lt=last + 1).update(last=last + 1)
        return row.pattern, last + 1

    monkeypatch.setattr(numbers, "_counted", careless)

    def take() -> str:
        with use_case(BOSS) as act:
            return numbers.next_number(act, site, "lot")

    codes = at_once([take] * THREADS)
    assert len(set(codes)) < THREADS
    assert "N0002" in codes
