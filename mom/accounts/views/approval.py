"""Setup, Approvals: what each class of records takes at the site, since when, and who decided it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts import approval as registry
from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.forms.approval import ApprovalRuleForm
from mom.accounts.models.approval import MODE
from mom.accounts.permissions import MANAGE_APPROVAL_POLICY, VIEW_APPROVAL_POLICY
from mom.accounts.selectors.approval import Rule, rule_in_force, rule_list, rules_in_force
from mom.accounts.services.approval import rule_set
from mom.core.errors import NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import Crumb, FormPage

MOST_SHOWN = 50


def mode_of(rule: Rule) -> Tag:
    """The mode as a word; regulated ones say so."""
    if rule.is_regulated:
        return Tag(_t("Four eyes, regulated"), "info")
    return Tag(MODE.label(rule.mode))


class ApprovalRuleList(ListPage):
    """Every class of records with the rule in force now."""

    permission = VIEW_APPROVAL_POLICY
    title = _("Approvals")
    intro = _("How many people it takes until a document or another record counts. Self-approval is recorded as such.")
    counted = ngettext_lazy("%(count)s class of records", "%(count)s classes of records", "count")
    columns = (
        Column("records", _("Records"), lambda rule: rule.record_class.label,
               link=lambda rule: reverse("accounts:approval_rule", args=[rule.record_class.code])),
        Column("mode", _("Approval"), mode_of, kind="tag"),
        Column("since", _("Since"), "since", kind="moment"),
        Column("by", _("Decided by"), "decided_by", minor=True),
        Column("reason", _("Why"), minor=True),
    )  # fmt: skip
    default_sort = "records"
    empty = Empty(
        _("Nothing to approve yet"), _("Documents and other records that are approved show up here."), icon="check"
    )

    def get_rows(self) -> list[Rule]:
        return rules_in_force(self.site, self.now)


class ApprovalRulePage(FormPage):
    """One class: the rule in force, a new one from an instant on, and every earlier one."""

    permission = VIEW_APPROVAL_POLICY
    template_name = "accounts/approval/rule.html"
    form_class = ApprovalRuleForm
    submit_label = _("Set rule")
    success_message = _("The rule is set.")
    changing: ClassVar[str] = MANAGE_APPROVAL_POLICY

    @cached_property
    def klass(self) -> registry.Class:
        """Raises: NotFound."""
        found = registry.declared().get(self.kwargs["code"])
        if found is None:
            raise NotFound
        return found

    def get_title(self) -> Any:
        return self.klass.label

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Approvals"), reverse("accounts:approval_list")),)

    def get_initial(self) -> dict[str, Any]:
        rule = rule_in_force(self.site, self.klass.code, self.now)
        return {"mode": rule.mode.value, "is_regulated": rule.is_regulated}

    def get_context(self) -> dict[str, Any]:
        rules = list(rule_list(self.actor, self.site).filter(record_class=self.klass.code)[:MOST_SHOWN])
        return {
            "rule": mode_of(rule_in_force(self.site, self.klass.code, self.now)),
            "rules": [(rule, MODE.label(rule.mode), rule.valid_from > self.now) for rule in rules],
            "may_change": self.may(self.changing),
        }

    def submit(self, form: Any) -> str:
        typed = form.cleaned_data
        rule_set(
            self.actor,
            site=self.site,
            record_class=self.klass.code,
            mode=ApprovalMode(typed["mode"]),
            is_regulated=typed["is_regulated"],
            valid_from=typed["valid_from"],
            reason=typed["reason"],
        )
        return reverse("accounts:approval_rule", args=[self.klass.code])
