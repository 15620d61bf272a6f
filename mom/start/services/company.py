"""The company itself: its site and the person who owns it, as the first thing of an installation or beside the demo."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mom.accounts.models import Membership, Role, Site, SiteSetup, User
from mom.accounts.permissions import MANAGE_SITES
from mom.accounts.services.membership import add_membership
from mom.accounts.services.site import add_site
from mom.accounts.services.user import add_user
from mom.core.actor import EVERY_SITE, Actor, system_actor
from mom.core.db.locks import Lock, advisory_lock
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case

OWNER_EVERYWHERE = ("admin",)
OWNER_AT_SITE = ("planner", "supervisor", "quality_engineer")
"""What the owner of a small shop is: everything that is not tied to a machine."""
REASON = "Start with my company"


@dataclass(frozen=True)
class Company:
    """A plant as its owner names it."""

    code: str
    name: str
    time_zone: str
    currency: str


@dataclass(frozen=True)
class Owner:
    """Who owns it, and signs in with this."""

    name: str
    username: str
    password: str
    language: str = ""


def found(company: Company, owner: Owner) -> tuple[Site, User]:
    """The very first company, by somebody who knows the setup code; of two at the same time one is founded.

    Raises: Conflict where somebody can sign in already; InvalidInput with a sentence at each field.
    """
    with use_case(system_actor("start"), REASON) as act:
        take_turn()
        if User.objects.exists():
            sentence = _("Somebody set up this installation a moment ago. Sign in, or ask who it was.")
            raise Conflict(sentence, code="started_already")
        site = _add(act, company)
        user = _add_owner(act, owner)
        _give_roles(act, user, site, everywhere=True)
        return site, user


def found_beside(actor: Actor, company: Company, owner: Owner | None) -> tuple[Site, User]:
    """A company beside what stands already, by an administrator; without an `owner` it is the administrator's own.

    People of a demo plant lose at that moment what they may do at every site. Raises: NotAllowed, InvalidInput.
    """
    with use_case(actor, REASON) as act:
        act.require(MANAGE_SITES, EVERY_SITE)
        take_turn()
        site = _add(act, company)
        if owner is None:
            user = User.objects.get(pk=int(actor.id))
            _give_roles(act, user, site, everywhere=False)
        else:
            user = _add_owner(act, owner)
            _give_roles(act, user, site, everywhere=True)
        keep_demo_people_at_home(act)
        return site, user


def take_turn() -> None:
    """Whoever begins something first on an empty installation does it alone. Joins the caller's transaction."""
    advisory_lock(Lock.FIRST_START)


def keep_demo_people_at_home(act: UseCase) -> None:
    """Everybody knows the demo's password: what its people hold at every site they hold at the demo's from now on."""
    demo = Site.objects.filter(is_demo=True).order_by("id").first()
    held = Membership.objects.select_for_update(of=("self",)).select_related("user", "role")
    for membership in held.filter(user__is_demo=True, site=None, valid_to=None):
        membership.valid_to = max(act.now, membership.valid_from)
        membership.save(update_fields=["valid_to"])
        act.record("accounts.role_ended", subject=membership.user, before={"role": membership.role.code})
        if demo is not None:
            add_membership(act, user=membership.user, role=membership.role, site=demo)


def site_code(name: str) -> str:
    """A short code out of a company's name: "Müller Frästechnik GmbH" gives MULLER. One that is free."""
    from django.utils.text import slugify

    first = slugify(name).upper().split("-")[0][:16]
    base = first if re.fullmatch(r"[A-Z0-9][A-Z0-9-]*", first) else "PLANT"
    taken = set(Site.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{number}" for number in range(2, 1000))) if code not in taken)


def _add(act: UseCase, company: Company) -> Site:
    site = add_site(act, code=company.code, name=company.name, time_zone=company.time_zone, currency=company.currency)
    SiteSetup.objects.create(site=site)
    return site


def _add_owner(act: UseCase, owner: Owner) -> User:
    if not owner.password:
        raise InvalidInput({"password": [_("A password is needed.")]})
    user = add_user(act, username=owner.username, display_name=owner.name, password=owner.password)
    if owner.language:
        user.language = owner.language
        user.save(update_fields=["language"])
    return user


def _give_roles(act: UseCase, user: User, site: Site, *, everywhere: bool) -> None:
    roles = {role.code: role for role in Role.objects.filter(code__in=[*OWNER_EVERYWHERE, *OWNER_AT_SITE])}
    for code in OWNER_EVERYWHERE if everywhere else ():
        add_membership(act, user=user, role=roles[code], site=None)
    for code in OWNER_AT_SITE:
        add_membership(act, user=user, role=roles[code], site=site)
