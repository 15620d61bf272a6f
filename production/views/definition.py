"""How products are made, on pages: listed, looked at, approved."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.work.engine.terms import OUTPUT_USES
from mom.work.permissions import VIEW
from production import permissions
from production.engine.terms import DefinitionStatus
from production.models import OperationsDefinition
from production.models.labels import DEFINITION_STATUS
from production.selectors.definition import definition_get, definition_list, versions_of
from production.services import operations_definition as service

_TONES = {DefinitionStatus.DRAFT: "warn", DefinitionStatus.APPROVED: "ok", DefinitionStatus.RETIRED: ""}


def definition_url(definition: OperationsDefinition) -> str:
    """The page of a version."""
    return reverse("production:definition_detail", args=[definition.code, definition.number])


def status_tag(definition: OperationsDefinition) -> Tag:
    """Its status as it stands in lists."""
    return Tag(DEFINITION_STATUS.label(definition.status), _TONES[DefinitionStatus(definition.status)])


class DefinitionList(ListPage):
    """Every version of every definition."""

    permission = VIEW
    title = _("Definitions")
    intro = _("How products are made: operations, machines, materials. An approved version never changes.")
    counted = ngettext_lazy("%(count)s version", "%(count)s versions", "count")
    columns = (
        Column("code", _("Definition"), "code", kind="code", sort="code", link=definition_url),
        Column("number", _("Version"), "number", kind="number", sort="number"),
        Column("name", _("Name"), "name", minor=True),
        Column("product", _("Product"), "material.code", kind="code", sort="material__code",
               link=lambda row: reverse("plant:material_detail", args=[row.material.code])),
        Column("batch", _("Batch"), lambda row: printing.quantity(row.batch_quantity, row.unit)),
        Column("operations", _("Operations"), "operations", kind="number", sort="operations"),
        Column("status", _("Status"), status_tag, kind="tag"),
        Column("approved", _("Approved"), "approved_at", kind="moment", sort="approved_at", minor=True),
        Column("by", _("Approved by"), "approved_by", minor=True),
    )  # fmt: skip
    default_sort = "code"
    search_fields = ("code", "name", "material__code", "material__name")
    search_label = _("Find definition or product")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("approved", _("Approved"), Q(status=DefinitionStatus.APPROVED)),
        SavedFilter("draft", _("Drafts"), Q(status=DefinitionStatus.DRAFT), tone="warn"),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _(
            "A definition says how a product is made: operations with machines, times and materials. Add one here, "
            "bring a list in, or send it by the API; then approve it."
        )
        return Empty(_("Nothing is defined yet"), text, "list", next(iter(self.get_actions()), None))

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE_DEFINITION):
            return ()
        return (Action(_("Add definition"), reverse("production:definition_new"), "plus", "primary"),)

    def get_rows(self) -> Any:
        return definition_list(self.actor, self.site)


class DefinitionDetail(DetailPage):
    """One version: its operations with machine and materials, its other versions."""

    permission = VIEW
    template_name = "production/definition/detail.html"
    subject_name = "definition"

    def get_subject(self) -> OperationsDefinition:
        return definition_get(self.actor, self.site, self.kwargs["code"], self.kwargs["number"])

    def get_title(self) -> str:
        return str(self.subject)

    def get_intro(self) -> str:
        return str(self.subject.name or self.subject.material.name)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Definitions"), reverse("production:definition_list")),)

    def get_actions(self) -> Sequence[Action]:
        is_draft = self.subject.status == DefinitionStatus.DRAFT
        args = [self.subject.code, self.subject.number]
        found = []
        if self.may(permissions.CHANGE_DEFINITION) and is_draft:
            found.append(Action(_("Change"), reverse("production:definition_change", args=args), "tool"))
            found.append(Action(_("Add operation"), reverse("production:definition_operation_add", args=args), "plus"))
        elif self.may(permissions.CHANGE_DEFINITION):
            found.append(Action(_("New version"), reverse("production:definition_new_version", args=args), "plus"))
        if is_draft and self.may(permissions.APPROVE_DEFINITION):
            found.append(Action(_("Approve"), reverse("production:definition_approve", args=args), "check", "primary"))
        return found

    def get_context(self) -> dict[str, Any]:
        return {
            "status": status_tag(self.subject),
            "may_change": self.subject.status == DefinitionStatus.DRAFT and self.may(permissions.CHANGE_DEFINITION),
            "operations": [
                (
                    segment,
                    [line for line in segment.materials.all() if line.material_use not in OUTPUT_USES],
                    [line for line in segment.materials.all() if line.material_use in OUTPUT_USES],
                    segment.steps.all(),
                )
                for segment in self.subject.segments.all()
            ],
            "versions": [(each, definition_url(each), status_tag(each)) for each in versions_of(self.subject)],
        }


class ApproveForm(forms.Form):
    """A button."""


class DefinitionApprove(FormPage):
    """Approves a draft."""

    permission = permissions.APPROVE_DEFINITION
    title = _("Approve")
    submit_label = _("Approve")
    form_class: ClassVar[Any] = ApproveForm
    success_message = _("Approved. Orders are made by this version from now on.")

    @cached_property
    def definition(self) -> OperationsDefinition:
        """Raises: NotFound."""
        return definition_get(self.actor, self.site, self.kwargs["code"], self.kwargs["number"])

    def get_intro(self) -> str:
        return str(self.definition)

    def get_crumbs(self) -> Sequence[Crumb]:
        here = Crumb(str(self.definition), definition_url(self.definition))
        return (Crumb(_("Definitions"), reverse("production:definition_list")), here)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return definition_url(self.definition)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.approve(self.actor, self.definition.pk)
        return self.cancel_url
