"""People who sign in. Nobody is deleted: whoever leaves is locked, and their acts keep their name."""

from typing import Any

from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mom.accounts.models import User
from mom.accounts.permissions import MANAGE_USERS
from mom.accounts.services.checks import checked
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.use_case import UseCase, use_case

PREFERENCES = ("language", "theme")


def user_create(actor: Actor, *, username: str, display_name: str, password: str = "", email: str = "") -> User:
    """Add a person; without a password they can't sign in yet. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(MANAGE_USERS, EVERY_SITE)
        return add_user(act, username=username, display_name=display_name, password=password, email=email)


def add_user(
    act: UseCase, *, username: str, display_name: str, password: str = "", email: str = "", is_demo: bool = False
) -> User:
    """Add a person; `is_demo`: one of the demo plant. Joins the caller's transaction. Raises: InvalidInput."""
    user = User(username=username.strip().lower(), display_name=display_name.strip(), email=email, is_demo=is_demo)
    _put_password(user, password)
    checked(user).save()
    act.record(
        "accounts.user_created", subject=user, after={"username": user.username, "display_name": user.display_name}
    )
    return user


def user_set_password(actor: Actor, user_id: int, password: str, reason: str = "") -> User:
    """Give a person a new password, which ends all their sessions: their own, or anyone's for who manages people.

    Raises: NotAllowed, InvalidInput, User.DoesNotExist.
    """
    with use_case(actor, reason) as act:
        if not _is_self(actor, user_id):
            act.require(MANAGE_USERS, EVERY_SITE)
        user = User.objects.select_for_update().get(pk=user_id)
        if not password:
            raise InvalidInput({"password": ["A password is needed."]})
        _put_password(user, password)
        user.save(update_fields=["password"])
        act.record("accounts.password_changed", subject=user)
    return user


def user_lock(actor: Actor, user_id: int, reason: str) -> User:
    """Lock a person out: every session and token of theirs is dead on its next request. Raises: NotAllowed."""
    return _set_active(actor, user_id, reason, is_active=False)


def user_unlock(actor: Actor, user_id: int, reason: str) -> User:
    """Let a locked person in again. Raises: NotAllowed."""
    return _set_active(actor, user_id, reason, is_active=True)


def user_set_preferences(actor: Actor, **preferences: str) -> User:
    """Keep how the acting person wants to see the pages. Raises: NotAllowed for what is no person, InvalidInput."""
    if actor.kind != "user":
        raise NotAllowed
    with use_case(actor) as act:
        user = User.objects.select_for_update().get(pk=actor.id)
        before = {name: getattr(user, name) for name in preferences if name in PREFERENCES}
        for name in before:
            setattr(user, name, preferences[name])
        checked(user).save(update_fields=list(before))
        act.record("accounts.preferences_changed", subject=user, before=before, after=preferences)
    return user


def sign_in_record(actor: Actor, user: User, password: str) -> bool:
    """Note a sign-in in the audit trail; renew the password's hash where it was made by older rules (then True)."""
    with use_case(actor) as act:
        today = get_hasher()
        is_old = identify_hasher(user.password).algorithm != today.algorithm or today.must_update(user.password)
        if is_old:
            user.set_password(password)
            user.save(update_fields=["password"])
        act.record("accounts.signed_in", subject=user)
    return bool(is_old)


def _set_active(actor: Actor, user_id: int, reason: str, *, is_active: bool) -> User:
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": ["A reason is needed."]})
    with use_case(actor, reason) as act:
        act.require(MANAGE_USERS, EVERY_SITE)
        user = User.objects.select_for_update().get(pk=user_id)
        before, user.is_active = user.is_active, is_active
        user.save(update_fields=["is_active"])
        act.record(
            "accounts.user_unlocked" if is_active else "accounts.user_locked",
            subject=user,
            before={"is_active": before},
            after={"is_active": is_active},
        )
    return user


def _put_password(user: User, password: str) -> None:
    """Raises: InvalidInput where the password is too easy."""
    if not password:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput({"password": error.messages}) from None
    user.set_password(password)


def _is_self(actor: Actor, user_id: Any) -> bool:
    return actor.kind == "user" and actor.id == str(user_id)
