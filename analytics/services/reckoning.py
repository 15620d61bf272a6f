"""What time without an order counts as, chosen from a moment on. The new rule ends the one before."""

from datetime import datetime

from django.utils.translation import gettext as _

from analytics import permissions
from analytics.models import Reckoning
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase, use_case

CHOICES = ("planned_stop", "lost")


def reckoning_set(actor: Actor, site: Site, without_order: str, valid_from: datetime, *, reason: str = "") -> Reckoning:
    """Let time without an order count so from then on, until the next rule. Past figures are made again by workers.

    Raises: NotAllowed, InvalidInput.
    """
    with use_case(actor, reason) as act:
        act.require(permissions.SET_RECKONING, site.code)
        wrong: dict[str, list[str]] = {}
        if without_order not in CHOICES:
            wrong["without_order"] = [_("Say planned_stop or lost.")]
        if not 1970 <= valid_from.year <= 2199:
            wrong["valid_from"] = [_("Give a year from 1970 to 2199.")]
        if wrong:
            raise InvalidInput(wrong)
        return _set(act, site, without_order, valid_from)


def _set(act: UseCase, site: Site, without_order: str, valid_from: datetime) -> Reckoning:
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # one at a time: the first rule has no row to lock
    rows = Reckoning.objects.select_for_update(of=("self",)).select_related("site")
    held = list(rows.filter(site=site).exclude(valid_until__lte=valid_from).order_by("valid_from"))
    present = next((each for each in held if each.valid_from <= valid_from), None)
    following = next((each.valid_from for each in held if each.valid_from > valid_from), None)
    if present is not None:
        if present.without_order == without_order:
            return present
        if present.valid_from == valid_from:
            raise InvalidInput(
                {"valid_from": [_("A rule begins at that instant already. Choose a later day.")]},
                code="rule_overlaps", status=409,
            )  # fmt: skip
        present.valid_until = valid_from
        present.save(update_fields=["valid_until"])
    rule = Reckoning.objects.create(
        site=site, without_order=without_order, valid_from=valid_from, valid_until=following
    )
    before = None if present is None else {"without_order": present.without_order}
    after = {"without_order": without_order, "valid_from": valid_from}
    act.record("analytics.reckoning_set", subject=rule, site=site.code, before=before, after=after)
    return rule
