"""Views of lists: kept, renamed, shared, made the first one to open, let go."""

from typing import Any

from django.utils.translation import gettext as _

from mom.accounts import permissions
from mom.accounts.models import SavedView, Site, User
from mom.accounts.models.saved_view import DefaultView
from mom.accounts.selectors.saved_view import visible
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.use_case import UseCase, use_case

MOST = 50  # views of one person over one list


def keep(actor: Actor, site: Site, page: str, *, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a view under a name; one of one's own with that name is replaced. Raises: InvalidInput, NotAllowed."""
    user, name = _user(actor), name.strip()
    if not name or len(name) > 60:
        raise InvalidInput({"name": [_("Give the view a name of at most 60 characters.")]})
    with use_case(actor) as act:
        if shared:
            act.require(permissions.SHARE_VIEW, site.code)
        own = SavedView.objects.select_for_update().filter(site=site, page=page, owner=user)
        view = own.filter(name=name).first()
        if view is not None:
            if view.is_shared:
                act.require(permissions.SHARE_VIEW, site.code)
            return _changed(act, view, query=query[:2000], is_shared=shared or view.is_shared)
        if own.count() >= MOST:
            raise Conflict(_("You keep %(most)d views of this list. Delete one first.") % {"most": MOST})
        with translating({"accounts_savedview_name_once_per_person": _taken}):
            view = SavedView.objects.create(
                site=site, page=page, name=name, query=query[:2000], owner=user, is_shared=shared, created_at=act.now
            )
        act.record("accounts.view_kept", subject=view, site=site.code, after={"list": page, "query": view.query})
        return view


def change(actor: Actor, site: Site, view_id: int, **changes: Any) -> SavedView:
    """Rename a view, put another view under its name (`query`), share it or not (`is_shared`, `role`).

    One's own only; what is shared, or is to be, needs the right to share. Raises: NotFound, NotAllowed, Conflict.
    """
    if "name" in changes and not 0 < len(changes["name"].strip()) <= 60:
        raise InvalidInput({"name": [_("Give the view a name of at most 60 characters.")]})
    with use_case(actor) as act:
        return _changed(act, _locked(act, site, view_id, is_shared=changes.get("is_shared", False)), **changes)


def delete(actor: Actor, site: Site, view_id: int) -> None:
    """Let a view go, for everybody who saw it. Raises: NotFound, NotAllowed."""
    with use_case(actor) as act:
        view = _locked(act, site, view_id)
        act.record("accounts.view_deleted", subject=view, site=site.code, before={"query": view.query})
        view.delete()


def set_default(actor: Actor, site: Site, page: str, view_id: int | None) -> None:
    """Open a list with a view from now on; None: with the list's first one. Raises: NotFound."""
    user = _user(actor)
    with use_case(actor) as act:
        old = DefaultView.objects.filter(user=user, site=site, page=page)
        if view_id is None:
            old.delete()
            return
        view = visible(user.pk, site, page).filter(pk=view_id).first()
        if view is None:
            raise NotFound
        DefaultView.objects.update_or_create(user=user, site=site, page=page, defaults={"view": view})
        act.record("accounts.view_made_default", subject=view, site=site.code)


def _locked(act: UseCase, site: Site, view_id: int, *, is_shared: bool = False) -> SavedView:
    user = _user(act.actor)
    view = SavedView.objects.select_for_update(of=("self",)).filter(site=site, pk=view_id).first()
    if view is None or not (view.owner_id == user.pk or view.is_shared):
        raise NotFound
    if view.is_shared or is_shared:
        act.require(permissions.SHARE_VIEW, site.code)
    return view


def _changed(act: UseCase, view: SavedView, **changes: Any) -> SavedView:
    if "is_shared" in changes and not changes["is_shared"]:
        changes["role"] = None
    before = {name: str(getattr(view, name)) for name in changes}
    for name, value in changes.items():
        setattr(view, name, value.strip() if name == "name" else value)
    with translating({"accounts_savedview_name_once_per_person": _taken}):
        view.save(update_fields=list(changes))
    after = {name: str(getattr(view, name)) for name in changes}
    act.record("accounts.view_changed", subject=view, site=view.site.code, before=before, after=after)
    return view


def _taken() -> Conflict:
    return Conflict(_("You have a view of that name already. Choose another name."), code="view_name_taken")


def _user(actor: Actor) -> User:
    """The person who acts: programs and devices keep no views. Raises: NotAllowed."""
    user = User.objects.filter(pk=actor.id).first() if actor.kind == "user" and actor.id.isdigit() else None
    if user is None:
        raise NotAllowed
    return user
