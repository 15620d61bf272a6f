"""Setup, Rules: the rules that raise alerts by themselves, and where each stands now."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from analytics import permissions
from analytics.engine.alert_rule import RuleFigure, RuleSubject
from analytics.models import AlertRule, RuleStanding
from analytics.models.alert_rule_labels import RULE_FIGURE, RULE_SIDE, STANDING_PHASE
from analytics.selectors.alert_rule import does_hold, holding_at, rule_get, rule_list
from analytics.services.alert_rule import rule_add, rule_change
from analytics.views.alert_rule_form import AlertRuleForm, initial_of
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, State, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.floor.models.labels import MACHINE_STATE
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_SEVERITY

MOST_STANDINGS = 100


def rule_url(rule: AlertRule) -> str:
    """The one page of a rule."""
    return reverse("analytics:alert_rule_detail", args=[rule.code])


def condition(rule: AlertRule) -> str:
    """What a rule waits for, as people say it: "Down for longer than 10 min"."""
    words = _t("%(what)s for longer than %(long)s")
    if rule.subject == RuleSubject.STATE:
        reason = f", {rule.reason.name or rule.reason.code}" if rule.reason else ""
        what = f"{MACHINE_STATE.label(rule.state)}{reason}"
    elif rule.subject == RuleSubject.READING:
        what = f"{rule.signal} {RULE_SIDE.label(rule.side)} {printing.number(rule.threshold)}"
    else:
        limit = printing.percent(rule.threshold) if rule.threshold is not None else _own_limit(rule)
        what = f"{RULE_FIGURE.label(rule.figure)}: {limit}"
    return words % {"what": what, "long": printing.duration(rule.delay)} if rule.delay else what


def _own_limit(rule: AlertRule) -> str:
    return printing.percent(1) if rule.figure == RuleFigure.PERFORMANCE else _t("its target")


def _where(rule: AlertRule) -> str:
    place = rule.equipment
    return f"{place.code} {place.name}".strip() if place is not None else _t("every machine")


def _state(rule: AlertRule) -> Tag | State:
    if not rule.is_active:
        return Tag(_t("Out of use"), "warn")
    raised = getattr(rule, "raised_count", 0)
    return State("down", _t("%(count)d raised") % {"count": raised}) if raised else State("run", _t("Normal"))


class AlertRuleList(ListPage):
    """Every rule of the site."""

    permission = permissions.VIEW
    title = _("Alert rules")
    intro = _("What raises an alert by itself: a machine that stands too long, a reading, a figure of the shift.")
    counted = ngettext_lazy("%(count)s rule", "%(count)s rules", "count")
    columns = (
        Column("code", _("Code"), kind="code", link=rule_url),
        Column("name", _("Name")),
        Column("condition", _("When"), condition, sort=None),
        Column("where", _("Where"), _where, sort="equipment__code", minor=True),
        Column("team", _("Calls"), "team.name", minor=True),
        Column("severity", _("Severity"), lambda row: ALERT_SEVERITY.label(row.severity), sort="severity", minor=True),
        Column("now", _("Now"), _state, kind="state", sort=None),
    )
    default_sort = "code"
    search_fields = ("code", "name", "signal", "equipment__code", "team__name")
    search_label = _("Find a rule")
    saved_filters = (
        SavedFilter("now", _("Hold now"), lambda page: holding_at(page.now)),
        SavedFilter("all", _("All rules")),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    def get_rows(self) -> QuerySet[Any]:
        raised = Count("standings", filter=Q(standings__phase="raised"))
        return rule_list(self.actor, self.site).annotate(raised_count=raised)

    def _add(self, look: str = "") -> Action | None:
        if not self.may(permissions.SET_ALERT_RULE):
            return None
        return Action(_("Add rule"), reverse("analytics:alert_rule_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add()
        return (add,) if add else ()

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("A rule calls a team when a machine stands too long, a reading leaves its limits or a figure is off.")
        return Empty(_("No rules yet"), text, "bell", action=self._add("primary"))


class AlertRuleDetail(DetailPage):
    """One rule, and where it stands for each machine."""

    permission = permissions.VIEW
    template_name = "analytics/alert_rule/detail.html"
    subject_name = "rule"

    def get_subject(self) -> AlertRule:
        return rule_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.name or self.subject.code

    def get_intro(self) -> str:
        return condition(self.subject)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Alert rules"), reverse("analytics:alert_rule_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.SET_ALERT_RULE):
            return ()
        return (Action(_("Change rule"), reverse("analytics:alert_rule_change", args=[self.subject.code])),)

    def get_context(self) -> dict[str, Any]:
        rule = self.subject
        rows = RuleStanding.objects.filter(rule=rule).exclude(phase="normal").select_related("equipment")
        facts = [
            (_("Where"), _where(rule)),
            (_("Calls"), (rule.team.name or rule.team.code) if rule.team else _("nobody, page and wall only")),
            (_("Severity"), ALERT_SEVERITY.label(rule.severity)),
            (_("Impact"), ALERT_IMPACT.label(rule.impact)),
            (_("Valid from"), printing.moment(rule.valid_from.astimezone(self.site.zone))),
        ]
        if rule.dead_band:
            band = rule.dead_band
            shown = printing.percent(band) if rule.subject == RuleSubject.FIGURE else printing.number(band)
            facts.append((_("Dead band"), shown))
        if rule.valid_until:
            facts.append((_("Valid until"), printing.moment(rule.valid_until.astimezone(self.site.zone))))
        standings = [
            (row, STANDING_PHASE.state(row.phase), STANDING_PHASE.label(row.phase))
            for row in rows.order_by("-phase", "since")[:MOST_STANDINGS]
        ]
        return {"facts": facts, "standings": standings, "holds": does_hold(rule, self.now)}


class AlertRuleAdd(FormPage):
    """Adds a rule."""

    permission = permissions.SET_ALERT_RULE
    title = _("Add alert rule")
    submit_label = _("Add rule")
    form_class: ClassVar[Any] = AlertRuleForm
    success_message = _("The rule was added.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("analytics:alert_rule_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Alert rules"), reverse("analytics:alert_rule_list")),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        return rule_url(rule_add(self.actor, self.site, **form.values()))


class AlertRuleChange(AlertRuleAdd):
    """Changes a rule, from the version that was read."""

    title = _("Change alert rule")
    submit_label = _("Save changes")
    success_message = _("The change was saved.")

    @cached_property
    def rule(self) -> AlertRule:
        """Raises: NotFound."""
        return rule_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return rule_url(self.rule)

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.rule)

    def submit(self, form: Any) -> str:
        version = form.cleaned_data["version"]
        return rule_url(rule_change(self.actor, self.rule.pk, version=version, **form.values()))
