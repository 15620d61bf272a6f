"""Default deny at the door of the API.

Every API view declares one of two things, and a test reads them: `required_perms` (action or method -> permission
string, or `SIGNED_IN`), or `public_because` (a sentence that says why anybody may ask). The undeclared is refused.
"""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from mom.core.actor import Actor

SIGNED_IN = "signed in"  # anybody with an account or a token; the answer concerns the asker alone


def required_permission(view: Any, request: Request) -> str | None:
    """The permission that this action or method of the view asks for; None = not declared, so refused."""
    declared = getattr(view, "required_perms", {})
    method = (request.method or "").lower()
    action = getattr(view, "action", None) or method
    found = declared.get(action)
    return str(found) if found else None


def holds_anywhere(actor: Actor, permission: str) -> bool:
    """Whether the actor has the permission at one site at least."""
    sites = actor.sites_with(permission)
    return sites is None or bool(sites)


class RequiresPermission(BasePermission):
    """Lets through who holds the declared permission at some site; the queryset then narrows to those sites."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the asker may come in at all."""
        if getattr(view, "public_because", ""):
            return True
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.id:
            return False
        permission = required_permission(view, request)
        return permission is not None and (permission == SIGNED_IN or holds_anywhere(actor, permission))

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Whether the asker holds it at the site of that very object."""
        site_of = getattr(view, "site_of", None)
        permission = required_permission(view, request)
        if permission is None or site_of is None:
            return False
        site = site_of(obj)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return permission == SIGNED_IN or (
            holds_anywhere(actor, permission) if site is None else actor.may(permission, site)
        )
