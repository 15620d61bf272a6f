"""PINs and passwords that prove who somebody is: hashed, counted, locked, never shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from mom.accounts.engine.pin import PinFlaw, flaw_of, pepper_id
from mom.accounts.models import Pin, SecretTries, Site, User
from mom.accounts.services.badge import badge_issue
from mom.accounts.services.pin import pin_choose, pin_give_once
from mom.accounts.services.secret import OneTimePin, Outcome, SecretWrong, TooManyTries, check_secret
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import AuditEntry, RowVersion
from tests.factories.accounts import make_user

PIN = "482915"
SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db


def as_user(user: User) -> Actor:
    return Actor(kind="user", id=str(user.pk), label=str(user))


@pytest.fixture
def mira(site: Site) -> User:
    """An operator with a PIN and a password."""
    user = make_user("mira", site=site, permissions=["work.view"], password="norrtal-2026-demo")
    pin_choose(as_user(user), user, PIN)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("pin", "flaw"),
    [
        ("48291", PinFlaw.SHAPE),
        ("4829151234", PinFlaw.SHAPE),
        ("48291a", PinFlaw.SHAPE),
        ("٤٨٢٩١٥", PinFlaw.SHAPE),
        ("111111", PinFlaw.EASY),
        ("123456", PinFlaw.EASY),
        ("876543", PinFlaw.EASY),
        ("890123", PinFlaw.EASY),
        ("121212", PinFlaw.EASY),
        ("482482", PinFlaw.EASY),
        ("447744", PinFlaw.EASY),
        ("100482", PinFlaw.BADGE),
        ("200482", None),
        (PIN, None),
    ],
)
def test_pin_flaw_is_told(pin: str, flaw: PinFlaw | None) -> None:
    assert flaw_of(pin, ["OP-100482"]) == flaw


def test_pin_right_proves_the_person_and_clears_the_count(mira: User) -> None:
    assert check_secret(SYSTEM, mira, "999111").tries_left == 4
    assert check_secret(SYSTEM, mira, PIN).is_right
    assert check_secret(SYSTEM, mira, "999111").tries_left == 4


def test_password_right_proves_the_person_too(mira: User) -> None:
    check = check_secret(SYSTEM, mira, "norrtal-2026-demo")
    assert (check.outcome, check.kind) == (Outcome.RIGHT, "password")
    assert check_secret(SYSTEM, mira, "norrtal-2026-dem0").outcome == Outcome.WRONG


def test_pin_five_wrong_lock_the_person_for_a_quarter_of_an_hour(mira: User) -> None:
    for _try in range(5):
        check = check_secret(SYSTEM, mira, "999111")
    with pytest.raises(TooManyTries) as told:
        check.require()
    assert 890 < told.value.retry_after <= 900
    locked = check_secret(SYSTEM, mira, PIN)
    assert (locked.outcome, locked.is_right) == (Outcome.LOCKED, False)
    SecretTries.objects.update(last_at=clock.now() - timedelta(minutes=15, seconds=1))
    assert check_secret(SYSTEM, mira, PIN).is_right


def test_pin_wrong_ones_are_audited_without_what_was_typed(mira: User) -> None:
    check_secret(as_user(mira), mira, "913752", purpose="signature", address="10.0.0.7")
    entry = AuditEntry.objects.get(action="accounts.secret_refused")
    assert entry.subject_id == str(mira.pk)
    assert entry.after == {
        "outcome": "wrong",
        "kind": "pin",
        "purpose": "signature",
        "source": "address:10.0.0.7",
        "tries": "1",
    }


def test_pin_of_nobody_is_wrong_and_counts_for_its_source(site: Site) -> None:
    for _try in range(3):
        assert check_secret(SYSTEM, None, PIN, address="10.0.0.7").outcome == Outcome.WRONG
    assert SecretTries.objects.get(key="address:10.0.0.7").count == 3


def test_pin_of_a_locked_person_is_wrong(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    mira.is_active = False
    assert check_secret(SYSTEM, mira, PIN).outcome == Outcome.WRONG


def test_pin_source_with_too_many_wrong_ones_has_to_wait(site: Site, mira: User) -> None:
    for number in range(50):
        SecretTries.objects.update_or_create(key="address:10.0.0.7", defaults={"count": number, "last_at": clock.now()})
    assert check_secret(SYSTEM, None, "913752", address="10.0.0.7").outcome == Outcome.WRONG
    slow = check_secret(SYSTEM, mira, PIN, address="10.0.0.7")
    assert (slow.outcome, slow.retry_after) == (Outcome.SLOW_DOWN, 1)
    assert check_secret(SYSTEM, mira, PIN, address="10.0.0.8").is_right


def test_slips_of_a_person_who_then_proves_it_leave_their_source_free(mira: User) -> None:
    for _try in range(3):
        for _slip in range(2):
            check_secret(SYSTEM, mira, "999111", address="10.0.0.7")
        assert check_secret(SYSTEM, mira, PIN, address="10.0.0.7").is_right
    assert SecretTries.objects.get(key="address:10.0.0.7").count == 0


def test_secret_checked_inside_another_transaction_is_refused(mira: User) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        check_secret(SYSTEM, mira, PIN)


def test_pin_for_one_time_opens_nothing(mira: User) -> None:
    pin_give_once(SYSTEM, mira.pk, "730462", "Forgot it")
    check = check_secret(SYSTEM, mira, "730462")
    assert not check.is_right
    with pytest.raises(OneTimePin):
        check.require()
    assert not check_secret(SYSTEM, mira, PIN).is_right


def test_pin_is_chosen_by_its_person_only(mira: User) -> None:
    with pytest.raises(NotAllowed):
        pin_choose(Actor(kind="user", id="0", label="Somebody"), mira, "730462")


def test_pin_is_given_once_by_who_may_and_never_to_who_may_more(site: Site, mira: User) -> None:
    admin = make_user("anna", site=None, permissions=["accounts.manage_users"])
    clerk = Actor(kind="user", id="77", label="Clerk", permissions={"*": frozenset({"accounts.manage_badges"})})
    pin_give_once(clerk, mira.pk, "730462")
    with pytest.raises(NotAllowed):
        pin_give_once(clerk, admin.pk, "730462")
    with pytest.raises(NotAllowed):
        pin_give_once(as_user(mira), mira.pk, "730462")


def test_pin_that_is_the_badge_number_is_refused_both_ways(mira: User) -> None:
    badge_issue(SYSTEM, mira.pk, "op-100482")
    with pytest.raises(InvalidInput):
        pin_choose(as_user(mira), mira, "100482")
    with pytest.raises(InvalidInput):
        badge_issue(SYSTEM, mira.pk, f"OP-{PIN}")


def test_pin_moves_to_the_new_pepper_at_its_next_use(mira: User, settings: Any) -> None:
    old = settings.PIN_PEPPERS
    settings.PIN_PEPPERS = ["new-" * 12, *old]
    assert check_secret(SYSTEM, mira, PIN).is_right
    assert Pin.objects.get(user=mira).pepper == pepper_id("new-" * 12)
    settings.PIN_PEPPERS = ["new-" * 12]
    assert check_secret(SYSTEM, mira, PIN).is_right


def test_pin_leaves_no_trace_in_history_or_audit(mira: User) -> None:
    line = Pin.objects.get(user=mira).digest
    told = [str(row.__dict__) for row in (*RowVersion.objects.all(), *AuditEntry.objects.all())]
    assert any("accounts_pin" in text for text in told)
    assert not [text for text in told if PIN in text or line in text]


def test_secret_wrong_says_how_many_tries_are_left(mira: User) -> None:
    with pytest.raises(SecretWrong) as told:
        check_secret(SYSTEM, mira, "999111").require()
    assert "4 tries left" in told.value.sentence
