"""PINs: chosen by the person who proved their password, or given for one time by whoever may.

A new PIN ends every session of the person at once. The PIN itself is in no audit entry, history row or log.
"""

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from mom.accounts.engine import pin as pins
from mom.accounts.engine.pin import LEAST_DIGITS, MOST_DIGITS, PinFlaw
from mom.accounts.models import Badge, Pin, User
from mom.accounts.permissions import MANAGE_BADGES
from mom.accounts.selectors import membership_list, permissions_of
from mom.accounts.services.secret import peppers_now
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.use_case import UseCase, use_case

ADMINISTRATIVE = "accounts."
SENTENCES = {
    PinFlaw.SHAPE: _("A PIN has %(least)d to %(most)d digits."),
    PinFlaw.EASY: _("This PIN is one of those that are tried first. Choose another one."),
    PinFlaw.BADGE: _("The number of a badge is no PIN: everyone can read it. Choose another one."),
}


@sensitive_variables("pin")
def pin_choose(actor: Actor, user: User, pin: str) -> User:
    """Keep the PIN that a person chose, who proved to be that person just now; the person with the new epoch.

    Raises: NotAllowed for anybody else, InvalidInput.
    """
    if not (actor.kind == "user" and actor.id == str(user.pk)):
        raise NotAllowed
    with use_case(actor) as act:
        held = User.objects.select_for_update().get(pk=user.pk)
        put_pin(act, held, pin, is_one_time=False)
        act.record("accounts.pin_chosen", subject=held)
    return held


@sensitive_variables("pin")
def pin_give_once(actor: Actor, user_id: int, pin: str, reason: str = "") -> User:
    """Give a person a PIN for one time: it opens nothing but the page where they choose their own.

    Nobody gives one to who holds administrative rights that they lack. Raises: NotAllowed, InvalidInput, Conflict for
    a person who is locked, User.DoesNotExist.
    """
    with use_case(actor, reason) as act:
        act.require(MANAGE_BADGES, EVERY_SITE)
        user = User.objects.select_for_update().get(pk=user_id)
        if not user.is_active:
            raise Conflict(_("This person is locked. Unlock them first."), code="user_locked")
        refuse_beyond_own(actor, user)
        put_pin(act, user, pin, is_one_time=True)
        act.record("accounts.pin_given_once", subject=user)
    return user


@sensitive_variables("pin")
def put_pin(act: UseCase, user: User, pin: str, *, is_one_time: bool) -> None:
    """Keep a PIN and end all sessions of the person, whose row is locked. Joins the caller's transaction.

    Raises: InvalidInput.
    """
    badges = Badge.objects.filter(user=user, revoked_at__isnull=True).values_list("code", flat=True)
    flaw = pins.flaw_of(pin, list(badges))
    if flaw is not None:
        raise InvalidInput({"pin": [SENTENCES[flaw] % {"least": LEAST_DIGITS, "most": MOST_DIGITS}]})
    line = pins.pin_hash(pin, peppers_now()[0])
    kept = {"digest": line.digest, "pepper": line.pepper, "is_one_time": is_one_time, "set_at": act.now}
    Pin.objects.update_or_create(user=user, defaults=kept)
    end_sessions(user)


def end_sessions(user: User) -> None:
    """From their next request on every session of the person is over. Joins the caller's transaction."""
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])


def refuse_beyond_own(actor: Actor, user: User) -> None:
    """Raises: NotAllowed where the person holds administrative rights that the actor lacks."""
    for place, names in permissions_of(membership_list(user)).items():
        if any(name.startswith(ADMINISTRATIVE) and not actor.may(name, place) for name in names):
            raise NotAllowed(
                _("This person has administrative rights that you lack. Ask an administrator."), code="beyond_own"
            )
