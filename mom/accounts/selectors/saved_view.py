"""A person's views of a list, own ones first, in one statement."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from mom.accounts.models import Membership, SavedView, Site
from mom.accounts.models.saved_view import DefaultView
from mom.accounts.permissions import SHARE_VIEW
from mom.core.actor import Actor
from mom.core.web.saved_views import KeptView


def visible(user_id: int, site: Site, page: str) -> Any:
    """A person's own views of a list and those shared with them."""
    roles = Membership.objects.filter(user=user_id).filter(Q(site=site) | Q(site=None)).values("role")
    shared = Q(is_shared=True) & (Q(role=None) | Q(role__in=roles))
    return SavedView.objects.filter(site=site, page=page).filter(Q(owner=user_id) | shared)


def kept_views(actor: Actor, site: Site, page: str) -> list[KeptView]:
    """The views as a list shows them; a program or device has none."""
    if actor.kind != "user" or not actor.id.isdigit():
        return []
    user, may_share = int(actor.id), actor.may(SHARE_VIEW, site.code)
    default = DefaultView.objects.filter(view=OuterRef("pk"), user=user)
    return [
        KeptView(
            key=view.pk,
            name=view.name,
            query=view.query,
            is_shared=view.is_shared,
            is_own=view.owner_id == user,
            is_default=view.is_default,
            may_change=may_share if view.is_shared else view.owner_id == user,
        )
        for view in visible(user, site, page).annotate(is_default=Exists(default)).order_by("is_shared", "name", "id")
    ]


def view_get(actor: Actor, site: Site, pk: int) -> SavedView | None:
    """A view that a person sees; None for any other."""
    view = SavedView.objects.filter(site=site, pk=pk).select_related("role", "site").first()
    if view is None or not actor.id.isdigit():
        return None
    return view if visible(int(actor.id), site, view.page).filter(pk=pk).exists() else None
