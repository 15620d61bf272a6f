"""Guesses in parallel: however many at once, five are looked at. The control counts afterwards and lets more pass."""

import itertools
from functools import partial

import pytest
from django.conf import settings
from django.db import transaction

from mom.accounts.engine import pin as pins
from mom.accounts.models import Pin, SecretTries, Site, User
from mom.accounts.services.secret import Outcome, SecretCheck, check_secret
from mom.core.actor import system_actor
from mom.core.use_case import joined
from tests.factories.accounts import make_site
from tests.factories.devices import PIN, committed_operator
from tests.races.together import failures, together

SYSTEM = system_actor("test")
GUESSES, ROUNDS = 10, 5
pytestmark = pytest.mark.django_db(transaction=True)
_numbers = itertools.count(1)


@pytest.fixture
def plant() -> Site:
    return make_site("P1")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret that was compared with the stored line."""
    seen: list[str] = []
    real = pins.pin_match

    def counted(pin: str, *rest: object) -> object:
        seen.append(pin)
        return real(pin, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("mom.accounts.services.secret.pins.pin_match", counted)
    return seen


def guess(user: User, pin: str, found: list[SecretCheck]) -> None:
    found.append(check_secret(SYSTEM, user, pin, address="10.0.0.7"))


def test_guesses_in_parallel_get_five_looks_and_no_more(plant: Site, looks: list[str]) -> None:
    for _round in range(ROUNDS):
        looks.clear()
        found: list[SecretCheck] = []
        user = committed_operator(plant, f"mira{next(_numbers)}")
        wrong = [f"9137{number:02}" for number in range(GUESSES)]
        outcomes = together(*[partial(guess, user, pin, found) for pin in wrong])
        assert failures(outcomes) == []
        assert len(looks) == 5
        assert sorted(check.outcome for check in found) == [Outcome.LOCKED] * 5 + [Outcome.WRONG] * 5
        assert check_secret(SYSTEM, user, PIN).outcome == Outcome.LOCKED
        SecretTries.objects.update(count=0)


def test_right_pin_among_parallel_guesses_gains_no_sixth_look(plant: Site, looks: list[str]) -> None:
    for _round in range(ROUNDS):
        looks.clear()
        found: list[SecretCheck] = []
        user = committed_operator(plant, f"mira{next(_numbers)}")
        sent = [f"9137{number:02}" for number in range(GUESSES - 1)] + [PIN]
        assert failures(together(*[partial(guess, user, pin, found) for pin in sent])) == []
        is_in = any(check.is_right for check in found)
        # A right one clears the count, so that as many looks as before it are left; without it there are five.
        assert len(looks) <= (GUESSES if is_in else 5)
        SecretTries.objects.update(count=0)


def counted_afterwards(user: User, pin: str, looked: list[str]) -> None:
    """What many do: read the counter, look at the secret, count the failure."""
    row = SecretTries.objects.get(key=f"user:{user.pk}")
    if row.count >= 5:
        return
    looked.append(pin)
    stored = Pin.objects.get(user=user)
    if not pins.pin_match(pin, pins.StoredPin(stored.digest, stored.pepper), settings.PIN_PEPPERS).is_right:
        with transaction.atomic(), joined(SYSTEM):
            SecretTries.objects.filter(pk=row.pk).update(count=row.count + 1)


def test_control_counting_afterwards_lets_more_than_five_through(plant: Site) -> None:
    looked: list[str] = []
    user = committed_operator(plant, "mira")
    SecretTries.objects.create(key=f"user:{user.pk}")
    wrong = [f"9137{number:02}" for number in range(GUESSES)]
    together(*[partial(counted_afterwards, user, pin, looked) for pin in wrong])
    assert len(looked) > 5, "the race doesn't show: this control proves nothing any more"
