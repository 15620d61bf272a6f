"""API tokens: made, shown once, revoked; found again by the digest of what is presented."""

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.scopes import unknown_scopes
from mom.accounts.models import ApiToken, ApiTokenUse, Site, User
from mom.accounts.permissions import CREATE_OWN_TOKEN, MANAGE_TOKENS
from mom.accounts.selectors.rights import token_with_rights
from mom.accounts.services.checks import checked
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.use_case import UseCase, use_case

MARK = "mom_"
PREFIX_LENGTH = len(MARK) + 6
LONGEST_DAYS = 365
USE_NOTED_EVERY = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """How a secret is stored and looked up. It holds 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def api_token_create(
    actor: Actor,
    *,
    user: User,
    name: str,
    scopes: Sequence[str],
    days: int,
    sites: Sequence[str] = (),
    networks: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """Make a token for a person: the row, and the secret that is never shown again.

    A token makes no tokens. Raises: NotAllowed, InvalidInput.
    """
    if actor.kind == "token":
        raise NotAllowed(_("A token can't make tokens."), code="token_makes_no_token")
    with use_case(actor) as act:
        is_own = actor.kind == "user" and actor.id == str(user.pk)
        if not (is_own and actor.sites_with(CREATE_OWN_TOKEN) != frozenset()):
            act.require(MANAGE_TOKENS, EVERY_SITE)
        _refuse_wrong(scopes, days, sites, networks)
        return _add_token(act, user, name, scopes, days, sites, networks)


def api_token_revoke(actor: Actor, token_id: int, reason: str = "") -> ApiToken:
    """Close a token for ever, from its next request on: one's own, or anyone's for who may. Raises: NotAllowed."""
    with use_case(actor, reason) as act:
        token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token_id)
        if not (actor.kind == "user" and actor.id == str(token.user_id)):
            act.require(MANAGE_TOKENS, EVERY_SITE)
        if token.revoked_at is None:
            token.revoked_at = act.now
            token.save(update_fields=["revoked_at"])
            act.record("accounts.api_token_revoked", subject=token)
    return token


def api_token_find(secret: str, at: datetime) -> ApiToken | None:
    """The token with that secret, with its person, last use and rights, in one statement; alive or not."""
    if not secret.startswith(MARK) or len(secret) > 100:
        return None
    return token_with_rights(digest_of(secret), at)


def api_token_note_use(token: ApiToken, address: str, at: datetime) -> None:
    """Remember when and from where it was used, at most once a minute. Autocommitted: it is telemetry, not a fact."""
    last = getattr(token, "use", None)
    if last is not None and at - last.last_used_at < USE_NOTED_EVERY:
        return
    ApiTokenUse.objects.bulk_create(
        [ApiTokenUse(token=token, last_used_at=at, last_used_from=address)],
        update_conflicts=True,
        update_fields=["last_used_at", "last_used_from"],
        unique_fields=["token"],
    )


def _add_token(
    act: UseCase, user: User, name: str, scopes: Sequence[str], days: int, sites: Sequence[str], networks: Sequence[str]
) -> tuple[ApiToken, str]:
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        sites=sorted(set(sites)),
        networks=list(networks),
        created_at=act.now,
        expires_at=act.now + timedelta(days=days),
    )
    checked(token).save()
    shown = {
        "user": user.username,
        "scopes": token.scopes,
        "sites": token.sites,
        "expires_at": token.expires_at.isoformat(),
    }
    act.record("accounts.api_token_created", subject=token, after=shown)
    return token, secret


def _refuse_wrong(scopes: Sequence[str], days: int, sites: Sequence[str], networks: Sequence[str]) -> None:
    """Raises: InvalidInput with everything that is wrong at once."""
    wrong: dict[str, list[str]] = {}
    unknown = unknown_scopes(scopes)
    if unknown or not scopes:
        wrong["scopes"] = [
            str(_("There is no scope %(name)s.") % {"name": unknown[0]} if unknown else _("Name one scope at least."))
        ]
    if not 1 <= days <= LONGEST_DAYS:
        wrong["days"] = [str(_("A token lives 1 to %(most)d days.") % {"most": LONGEST_DAYS})]
    missing = set(sites) - set(Site.objects.filter(code__in=sites).values_list("code", flat=True))
    if missing:
        wrong["sites"] = [str(_("There is no site %(name)s.") % {"name": min(missing)})]
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            wrong["networks"] = [str(_("%(name)s is not a network, for example 10.20.0.0/16.") % {"name": network})]
    if wrong:
        raise InvalidInput(wrong)
