"""Alert rules added, changed and taken out of use. What a rule raised stays, with the rule's name."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import permissions
from analytics.engine.alert_rule import RuleFigure, RuleSubject
from analytics.models import AlertRule
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import InvalidInput, MomError, NotFound, Stale
from mom.core.use_case import UseCase, use_case
from mom.plant.models import SiteOwned

FIELDS = (
    "code", "name", "description", "is_active", "subject", "equipment", "state", "reason", "signal", "side", "figure",
    "threshold", "dead_band", "delay", "least_minutes", "team", "severity", "impact", "valid_from", "valid_until",
)  # fmt: skip
LONGEST_DELAY = timedelta(days=1)

_RULES: dict[str, tuple[str, str | Promise]] = {
    "analytics_alertrule_code_unique_in_site": (
        "code",
        gettext_lazy("This code is taken in this site. Choose another one."),
    ),
    "analytics_alertrule_code_not_empty": ("code", gettext_lazy("A code is needed.")),
    "analytics_alertrule_ends_after_start": ("valid_until", gettext_lazy("The end must come after the start.")),
}


def _refusal(field: str, sentence: str | Promise) -> MomError:
    return InvalidInput({field: [sentence]})


REFUSALS = {name: partial(_refusal, field, sentence) for name, (field, sentence) in _RULES.items()}


def rule_add(actor: Actor, site: Site, **values: Any) -> AlertRule:
    """Add a rule; it watches from `valid_from` on (now, where it is left out). Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(permissions.SET_ALERT_RULE, site.code)
        return add(act, site, **values)


def add(act: UseCase, site: Site, **values: Any) -> AlertRule:
    """The same within the caller's transaction; rights are the caller's to ask."""
    _refuse_unknown(values)
    values["valid_from"] = values.get("valid_from") or act.now
    rule = AlertRule(site=site, **values)
    _check(rule)
    with translating(REFUSALS):
        rule.save(force_insert=True)
    act.record("analytics.alert_rule_added", subject=rule, site=site.code, after=_shown(values))
    return rule


def rule_change(actor: Actor, rule_id: int, *, version: int | None = None, **changes: Any) -> AlertRule:
    """Change a rule, or take it out of use: what it has open then ends by itself.

    Raises: NotAllowed, NotFound, Stale, InvalidInput.
    """
    with use_case(actor) as act:
        rows = AlertRule.objects.select_for_update(of=("self",))
        rule = rows.select_related("site", "equipment", "reason", "team").filter(pk=rule_id).first()
        if rule is None:
            raise NotFound(_("There is no such rule."))
        act.require(permissions.SET_ALERT_RULE, rule.site.code)
        if version is not None and version != rule.version:
            raise Stale
        _refuse_unknown(changes)
        if changes.get("valid_from", rule.valid_from) is None:
            changes["valid_from"] = rule.valid_from
        before = {name: getattr(rule, name) for name in FIELDS}
        if all(before[name] == value for name, value in changes.items()):
            return rule
        for name, value in changes.items():
            setattr(rule, name, value)
        _check(rule)
        # what it does not watch any more was emptied, though nobody sent it
        differing = {name: getattr(rule, name) for name in FIELDS if getattr(rule, name) != before[name]}
        if not differing:
            return rule
        rule.version += 1
        with translating(REFUSALS):
            rule.save(update_fields=[*differing, "version", "changed_at"])
        act.record(
            "analytics.alert_rule_changed",
            subject=rule,
            site=rule.site.code,
            before=_shown({name: before[name] for name in differing}),
            after=_shown(differing),
        )
        return rule


def _refuse_unknown(values: dict[str, Any]) -> None:
    """Raises: TypeError for what is no field of a rule."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"A rule has no {', '.join(sorted(unknown))}.")


def _check(rule: AlertRule) -> None:
    """Leave out what its subject does not ask for, and refuse what is missing or wrong. Raises: InvalidInput."""
    _only_its_own(rule)
    wrong: dict[str, list[Any]] = {}
    try:
        rule.clean_fields(exclude=["site", "equipment", "reason", "team"])
    except ValidationError as error:
        wrong |= {name: list(messages) for name, messages in error.message_dict.items()}
    for name in ("equipment", "reason", "team"):
        other = getattr(rule, name)
        if isinstance(other, SiteOwned) and other.site_id != rule.site_id:
            wrong[name] = [_("This belongs to another site.")]
    for name, sentence in _missing(rule):
        wrong.setdefault(name, []).append(sentence)
    if rule.dead_band < 0:
        wrong["dead_band"] = [_("Enter zero or more.")]
    if not timedelta(0) <= rule.delay <= LONGEST_DELAY:
        wrong["delay"] = [_("Between nothing and a day.")]
    for name in ("valid_from", "valid_until"):
        at: datetime | None = getattr(rule, name)
        if at is not None and not 1970 <= at.year <= 2199:
            wrong[name] = [_("Give a year from 1970 to 2199.")]
    if wrong:
        raise InvalidInput(wrong)


def _only_its_own(rule: AlertRule) -> None:
    if rule.subject != RuleSubject.STATE:
        rule.state, rule.reason = "", None
    if rule.subject != RuleSubject.READING:
        rule.signal, rule.side = "", ""
    if rule.subject != RuleSubject.FIGURE:
        rule.figure = ""
    if rule.subject == RuleSubject.STATE:
        rule.threshold, rule.dead_band = None, Decimal(0)


def _missing(rule: AlertRule) -> list[tuple[str, Any]]:
    if rule.subject == RuleSubject.STATE and not rule.state:
        return [("state", _("Choose the state."))]
    if rule.subject == RuleSubject.READING:
        asked = {"signal": _("Name the signal."), "side": _("Choose above or below.")}
        found: list[tuple[str, Any]] = [(name, words) for name, words in asked.items() if not getattr(rule, name)]
        return found + ([("threshold", _("Enter the limit."))] if rule.threshold is None else [])
    if rule.subject == RuleSubject.FIGURE:
        if not rule.figure:
            return [("figure", _("Choose the figure."))]
        if rule.figure == RuleFigure.UNCODED and rule.threshold is None:
            return [("threshold", _("Enter the limit."))]
    return []


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "code", value) for name, value in values.items()}
