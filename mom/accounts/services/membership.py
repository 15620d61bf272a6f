"""Roles given to people at sites, and taken away."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Membership, Role, Site, User
from mom.accounts.permissions import GRANT_ROLE
from mom.accounts.services.checks import checked
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import Conflict, NotAllowed
from mom.core.use_case import UseCase, use_case

ADMINISTRATIVE = "accounts."
NOT_ADMINISTRATIVE = ("accounts.sign_", "accounts.share_")  # who gives roles need not sign records


def membership_grant(
    actor: Actor, *, user: User, role: Role, site: Site | None, valid_to: datetime | None = None, reason: str = ""
) -> Membership:
    """Give a person a role at a site (no site = every site) from now on.

    Nobody gives themselves a role, and nobody gives administrative rights that they lack at that place.
    Raises: NotAllowed, Conflict where the person holds it already, InvalidInput.
    """
    with use_case(actor, reason) as act:
        place = site.code if site else EVERY_SITE
        act.require(GRANT_ROLE, place)
        refuse_escalation(actor, user, role, place)
        return add_membership(act, user=user, role=role, site=site, valid_to=valid_to)


def add_membership(
    act: UseCase, *, user: User, role: Role, site: Site | None, valid_to: datetime | None = None
) -> Membership:
    """Give a role. Joins the caller's transaction. Raises: Conflict, InvalidInput."""
    held = Membership.objects.select_for_update(of=("self",)).filter(user=user, role=role, site=site)
    if held.filter(valid_to__isnull=True).exists() or held.filter(valid_to__gt=act.now).exists():
        raise Conflict(_("This person holds that role there already."), code="role_held")
    membership = Membership(user=user, role=role, site=site, valid_from=act.now, valid_to=valid_to)
    checked(membership).save()
    act.record("accounts.role_granted", subject=user, site=site.code if site else "", after=_described(membership))
    return membership


def membership_end(actor: Actor, membership_id: int, reason: str = "") -> Membership:
    """Take a role away from now on; the past stays on record. Raises: NotAllowed, Conflict where it is over already."""
    with use_case(actor, reason) as act:
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("user", "role", "site")
            .get(pk=membership_id)
        )
        place = membership.site.code if membership.site else EVERY_SITE
        act.require(GRANT_ROLE, place)
        if membership.valid_to is not None and membership.valid_to <= act.now:
            raise Conflict(_("This role was taken away already."), code="role_ended")
        before = _described(membership)
        membership.valid_to = max(act.now, membership.valid_from)
        membership.save(update_fields=["valid_to"])
        site = membership.site.code if membership.site else ""
        act.record(
            "accounts.role_ended", subject=membership.user, site=site, before=before, after=_described(membership)
        )
    return membership


def is_administrative(name: str) -> bool:
    """Whether a right is one over people and their rights."""
    return name.startswith(ADMINISTRATIVE) and not name.startswith(NOT_ADMINISTRATIVE)


def refuse_escalation(actor: Actor, user: User, role: Role, place: str) -> None:
    """Raises: NotAllowed."""
    if actor.kind == "user" and actor.id == str(user.pk):
        raise NotAllowed(_("Nobody gives a role to themselves. Ask another administrator."), code="own_role")
    lacking = [name for name in role.permissions if is_administrative(name) and not actor.may(name, place)]
    if lacking:
        raise NotAllowed(_("Nobody gives administrative rights that they lack."), code="role_beyond_own")


def _described(membership: Membership) -> dict[str, str]:
    ends = {"valid_to": membership.valid_to.isoformat()} if membership.valid_to else {}
    return {"role": membership.role.code, "valid_from": membership.valid_from.isoformat(), **ends}
