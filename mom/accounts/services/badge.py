"""Badges: issued, revoked, replaced. A badge says who somebody is; it proves nothing."""

import re

from django.utils.translation import gettext_lazy as _

from mom.accounts.engine import pin as pins
from mom.accounts.models import Badge, Pin, User
from mom.accounts.permissions import MANAGE_BADGES
from mom.accounts.services.checks import checked
from mom.accounts.services.pin import end_sessions
from mom.accounts.services.secret import peppers_now
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case


def badge_issue(actor: Actor, user_id: int, code: str, reason: str = "") -> Badge:
    """Give a badge into a person's hands; they may hold several. Raises: NotAllowed, NotFound, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(MANAGE_BADGES, EVERY_SITE)
        return add_badge(act, _person(user_id), code)


def badge_revoke(actor: Actor, badge_id: int, reason: str) -> Badge:
    """Take a badge out of use and end the sessions of who held it. Raises: NotAllowed, NotFound, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(MANAGE_BADGES, EVERY_SITE)
        return _revoke(act, badge_id)


def badge_replace(actor: Actor, badge_id: int, code: str, reason: str) -> Badge:
    """A new badge for one that is lost or broken, in one step. Raises: NotAllowed, NotFound, Conflict, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(MANAGE_BADGES, EVERY_SITE)
        old = _revoke(act, badge_id)
        return add_badge(act, old.user, code)


def add_badge(act: UseCase, user: User, code: str) -> Badge:
    """Give a badge to a person. Joins the caller's transaction. Raises: InvalidInput, Conflict for a locked person."""
    if not user.is_active:
        raise Conflict(_("This person is locked. Unlock them first."), code="user_locked")
    badge = checked(Badge(user=user, code=badge_code(code), issued_at=act.now))
    _refuse_pin_as_number(user, badge.code)
    badge.save()
    act.record("accounts.badge_issued", subject=user, after={"badge": badge.code})
    return badge


def badge_code(text: str) -> str:
    """A badge's code in its one spelling, as it is stored and looked up."""
    return text.strip().upper()


def _revoke(act: UseCase, badge_id: int) -> Badge:
    if len(act.reason.strip()) < 2:
        raise InvalidInput({"reason": [_("A reason is needed.")]})
    badge = Badge.objects.select_for_update(of=("self",)).select_related("user").filter(pk=badge_id).first()
    if badge is None:
        raise NotFound
    if badge.revoked_at is not None:
        raise Conflict(_("This badge is revoked already."), code="badge_revoked")
    badge.revoked_at = max(act.now, badge.issued_at)
    badge.save(update_fields=["revoked_at"])
    end_sessions(User.objects.select_for_update().get(pk=badge.user_id))
    act.record("accounts.badge_revoked", subject=badge.user, after={"badge": badge.code})
    return badge


def _person(user_id: int) -> User:
    """Raises: NotFound."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def _refuse_pin_as_number(user: User, code: str) -> None:
    """Raises: InvalidInput where the number on the badge is the person's PIN."""
    pin = Pin.objects.filter(user=user).first()
    number = re.sub(r"\D", "", code)
    if pin is None or not pins.looks_like_pin(number):
        return
    if pins.pin_match(number, pins.StoredPin(pin.digest, pin.pepper), peppers_now()).is_right:
        raise InvalidInput({"code": [_("This badge can't be used for this person. Take another one.")]})
