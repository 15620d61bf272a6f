"""Control plans on pages: listed, looked at, approved."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from quality import permissions
from quality.engine.terms import PlanStatus
from quality.forms import ApproveForm
from quality.models import Characteristic, ControlPlan
from quality.models.labels import PLAN_STATUS
from quality.selectors.control_plan import plan_get, plan_list, versions_of
from quality.services import control_plan as service


def plan_url(plan: ControlPlan) -> str:
    """The page of a version."""
    return reverse("quality:plan_detail", args=[plan.code, plan.number])


def status_tag(plan: ControlPlan) -> Tag:
    """Its status as it stands in lists."""
    return Tag(PLAN_STATUS.label(plan.status), PLAN_STATUS.state(plan.status))


def limits_words(about: Characteristic) -> str:
    """The tolerance in words: "9.5 to 10.5 mm", "at most 1.6 um"; empty for what isn't measured."""
    lower, upper = (
        None if limit is None else printing.quantity(limit, about.unit)
        for limit in (about.lower_limit, about.upper_limit)
    )
    if lower and upper and about.lower_limit is not None:
        return _t("%(lower)s to %(upper)s") % {"lower": printing.number(about.lower_limit), "upper": upper}
    if upper:
        return _t("at most %(limit)s") % {"limit": upper}
    return _t("at least %(limit)s") % {"limit": lower} if lower else ""


def frequency_words(about: Characteristic) -> str:
    """When it comes due, in words."""
    said = [
        _t("first piece") if about.is_first_off else "",
        _t("every %(many)d pieces") % {"many": about.every_pieces} if about.every_pieces else "",
        _t("every %(many)d minutes") % {"many": about.every_minutes} if about.every_minutes else "",
        _t("after a set-up") if about.is_after_setup else "",
        _t("after a stop of %(many)d minutes") % {"many": about.after_stop_minutes} if about.after_stop_minutes else "",
        _t("after a stop") if about.after_stop_minutes == 0 else "",
    ]
    return ", ".join(each for each in said if each)


class ControlPlanList(ListPage):
    """Every version of every control plan."""

    permission = permissions.VIEW
    title = _("Control plans")
    intro = _("What is inspected of a product, how, how often, and what to do when it is not right.")
    counted = ngettext_lazy("%(count)s version", "%(count)s versions", "count")
    columns = (
        Column("code", _("Control plan"), "code", kind="code", sort="code", link=plan_url),
        Column("number", _("Version"), "number", kind="number", sort="number"),
        Column("name", _("Name"), "name", minor=True),
        Column("product", _("Product"), "material.code", kind="code", sort="material__code",
               link=lambda row: reverse("plant:material_detail", args=[row.material.code])),
        Column("many", _("Characteristics"), "many", kind="number", sort="many"),
        Column("status", _("Status"), status_tag, kind="tag"),
        Column("approved", _("Approved"), "approved_at", kind="moment", sort="approved_at", minor=True),
        Column("by", _("Approved by"), "approved_by", minor=True),
    )  # fmt: skip
    default_sort = "code"
    search_fields = ("code", "name", "material__code", "material__name")
    search_label = _("Find control plan or product")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("approved", _("Approved"), Q(status=PlanStatus.APPROVED)),
        SavedFilter("draft", _("Drafts"), Q(status=PlanStatus.DRAFT), tone="warn"),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Import the plans that you have as a table, or add them by POST /api/v1/quality/control-plans/.")
        return Empty(_("No control plans yet"), text, "list")

    def get_rows(self) -> Any:
        return plan_list(self.actor, self.site)


class ControlPlanDetail(DetailPage):
    """One version: its characteristics with limits, frequency and reaction, and its other versions."""

    permission = permissions.VIEW
    template_name = "quality/plan/detail.html"
    subject_name = "plan"

    def get_subject(self) -> ControlPlan:
        return plan_get(self.actor, self.site, self.kwargs["code"], self.kwargs["number"])

    def get_title(self) -> str:
        return str(self.subject)

    def get_intro(self) -> str:
        return str(self.subject.name or self.subject.material.name)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Control plans"), reverse("quality:plan_list")),)

    def get_actions(self) -> Sequence[Action]:
        if self.subject.status != PlanStatus.DRAFT or not self.may(permissions.APPROVE_PLAN):
            return ()
        address = reverse("quality:plan_approve", args=[self.subject.code, self.subject.number])
        return (Action(_("Approve"), address, "check", "primary"),)

    def get_context(self) -> dict[str, Any]:
        return {
            "status": status_tag(self.subject),
            "rows": [(each, limits_words(each), frequency_words(each)) for each in self.subject.characteristics.all()],
            "versions": [(each, plan_url(each), status_tag(each)) for each in versions_of(self.subject)],
        }


class ControlPlanApprove(FormPage):
    """Approves a draft."""

    permission = permissions.APPROVE_PLAN
    title = _("Approve")
    submit_label = _("Approve")
    form_class: ClassVar[Any] = ApproveForm
    success_message = _("Approved. Inspections come due by this version from now on.")

    @cached_property
    def plan(self) -> ControlPlan:
        """Raises: NotFound."""
        return plan_get(self.actor, self.site, self.kwargs["code"], self.kwargs["number"])

    def get_intro(self) -> str:
        return str(self.plan)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Control plans"), reverse("quality:plan_list")), Crumb(str(self.plan), plan_url(self.plan)))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return plan_url(self.plan)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.approve(self.actor, self.plan.pk)
        return self.cancel_url
