"""Use cases of webhook addresses: added, changed, given a new secret, tested. The secret is told once."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.delivery import webhook
from mom.core.delivery.addresses import check_url
from mom.core.delivery.sealing import seal
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.models import Delivery, WebhookEndpoint
from mom.core.permissions_declared import MANAGE_WEBHOOKS
from mom.core.use_case import UseCase, use_case
from mom.events import registry

OVERLAP = timedelta(days=7)
"""For how long the old secret signs beside the new one."""
FIELDS = ("name", "url", "events", "is_active")


def create(actor: Actor, site: str, *, name: str, url: str, events: list[str]) -> tuple[WebhookEndpoint, str]:
    """Add an address; gives it and its secret, which is told only now. Raises: NotAllowed, InvalidInput, Refused."""
    with use_case(actor) as act:
        act.require(MANAGE_WEBHOOKS, site)
        secret = _new_secret()
        row = WebhookEndpoint(site=site, secret=seal(secret), created_at=act.now)
        _set(row, {"name": name, "url": url, "events": events})
        _save(row, {}, force_insert=True)
        act.record("core.webhook_added", subject=row, site=site, after=_shown(row))
        return row, secret


def change(actor: Actor, site: str, pk: int, version: int | None, **changes: Any) -> WebhookEndpoint:
    """Change name, address, events, or whether it gets messages.

    Raises: NotAllowed, NotFound, Stale, InvalidInput, Refused.
    """
    with use_case(actor) as act:
        row = _locked(act, site, pk, version)
        before = _shown(row)
        _set(row, changes)
        after = _shown(row)
        if after != before:
            row.version += 1
            _save(row, {"update_fields": [*FIELDS, "version"]})
            act.record("core.webhook_changed", subject=row, site=site, before=before, after=after)
        return row


def rotate_secret(actor: Actor, site: str, pk: int) -> tuple[WebhookEndpoint, str]:
    """Give it a new secret; the old one signs too for seven days. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor) as act:
        row = _locked(act, site, pk, None)
        if row.previous_until is not None and row.previous_until > act.now:
            raise Conflict(_("The secret was changed less than 7 days ago, and the old one is still valid."))
        secret = _new_secret()
        row.previous_secret, row.secret = row.secret, seal(secret)
        row.previous_until = act.now + OVERLAP
        row.version += 1
        _save(row, {"update_fields": ["secret", "previous_secret", "previous_until", "version"]})
        act.record("core.webhook_secret_changed", subject=row, site=site, after={"old_until": row.previous_until})
        return row, secret


def send_test(actor: Actor, site: str, pk: int) -> Delivery:
    """Send a message that means nothing, to see whether it arrives. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor) as act:
        row = _locked(act, site, pk, None)
        if not row.is_active:
            raise Conflict(_("%(name)s gets no messages. Switch it on first.") % {"name": row.name})
        data = {"site": site, "asked_by": act.actor.label, "at": act.now.isoformat()}
        found = webhook.put(act, row, webhook.TEST_KIND, f"test:{act.now.isoformat()}", data)
        act.record("core.webhook_tested", subject=row, site=site)
        return found


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _locked(act: UseCase, site: str, pk: int, version: int | None) -> WebhookEndpoint:
    act.require(MANAGE_WEBHOOKS, site)
    row = WebhookEndpoint.objects.select_for_update().filter(site=site, pk=pk).first()
    if row is None:
        raise NotFound
    if version is not None and version != row.version:
        raise Stale
    return row


def _set(row: WebhookEndpoint, changes: Mapping[str, Any]) -> None:
    """Raises: InvalidInput, Refused."""
    wrong: dict[str, list[str]] = {}
    if not str(changes.get("name", row.name)).strip():
        wrong["name"] = [_("A name is needed.")]
    if "events" in changes:
        unknown = sorted(set(changes["events"]) - set(registry.names()))
        if unknown:
            wrong["events"] = [_("There is no event %(name)s.") % {"name": unknown[0][:100]}]
        elif not changes["events"]:
            wrong["events"] = [_("Choose at least one event.")]
    if wrong:
        raise InvalidInput(wrong)
    if "url" in changes:
        check_url(changes["url"])
    for name, value in changes.items():
        setattr(row, name, sorted(set(value)) if name == "events" else value)


def _save(row: WebhookEndpoint, options: dict[str, Any], **more: Any) -> None:
    try:
        with transaction.atomic():
            row.save(**options, **more)
    except IntegrityError as error:
        if "core_webhookendpoint_name_in_site" not in str(error):
            raise
        raise InvalidInput({"name": [_("This name is taken in this site. Choose another one.")]}) from None


def _shown(row: WebhookEndpoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
