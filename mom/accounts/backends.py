"""How a password opens the door, and what the administration pages may do."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from mom.accounts.models import User
from mom.accounts.permissions import USE_ADMIN
from mom.accounts.selectors import actor_for_user
from mom.core.actor import EVERY_SITE, Actor


class PasswordBackend(ModelBackend):
    """Django's password check (same time and same answer for unknown, locked and wrong), with our rights behind it.

    The administration pages know no sites, so they open only for who holds the right to them at every site.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the administration pages let this person do it; the pages themselves keep facts read-only."""
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        return _actor(user_obj).may(USE_ADMIN, EVERY_SITE)

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None of Django's own: rights come from memberships."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None of Django's own."""
        return set()

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The person, or nothing."""
        return super().authenticate(
            request, username=(username or "").strip().lower(), password=password or "", **kwargs
        )


def _actor(user: User) -> Actor:
    """The person's rights, read once for as long as this instance lives: one request."""
    if not hasattr(user, "_actor"):
        user._actor = actor_for_user(user)  # type: ignore[attr-defined]
    return user._actor  # type: ignore[attr-defined]
