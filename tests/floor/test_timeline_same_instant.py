"""A word at the very instant of the last sign of life, in a batch of its own."""

import pytest

from mom.accounts.models import Site
from tests.factories.floor import make_listening
from tests.factories.plant import make_equipment
from tests.floor.timelines import alive, at, in_words, lay, pieces_of, said, stops_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", ["down", "setup", "idle"])  # before and behind "run" in the alphabet
def test_a_word_at_the_instant_of_the_last_sign_counts_from_then(site: Site, word: str) -> None:
    machine = make_equipment(site, "M-1")
    make_listening(machine)
    lay(machine, [said(machine, 0, "run"), *(alive(machine, minute) for minute in range(1, 11))], now=at(10))

    lay(machine, [said(machine, 10, word), *(alive(machine, minute) for minute in range(11, 16))], now=at(15))

    assert in_words(pieces_of(machine)) == f"run 0-10, {word} 10-"
    assert [stop.started_at for stop in stops_of(machine)] == [at(10)]
