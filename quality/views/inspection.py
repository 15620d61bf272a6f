"""Inspections on pages: what is due, and the page on which values are entered, fit for a tablet and gloves."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.db.retry import retrying
from mom.core.errors import MomError, NotAllowed, NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Crumb, DetailPage, FormPage, show_error
from mom.work.models import JobOrder
from mom.work.selectors.job_order import job_order_get, own_person
from quality import permissions
from quality.engine.terms import CharacteristicKind, InspectionStatus
from quality.forms import AskForm, ValuesForm
from quality.models import Inspection
from quality.models.labels import INSPECTION_CAUSE, INSPECTION_STATUS
from quality.rule_words import sample_words
from quality.selectors.inspection import ItemView, inspection_get, inspection_list, item_views
from quality.services import inspection as service
from quality.services import sample as samples
from quality.views.control_plan import limits_words


def inspection_url(inspection: Inspection) -> str:
    """The page of an inspection."""
    return reverse("quality:inspection_detail", args=[inspection.job_order.code])


def status_tag(inspection: Inspection) -> Tag:
    """Its status as it stands in lists."""
    return Tag(INSPECTION_STATUS.label(inspection.status), INSPECTION_STATUS.state(inspection.status))


class InspectionList(ListPage):
    """What is due, and what was inspected."""

    permission = permissions.VIEW
    title = _("Inspections")
    intro = _("They come due by pieces, time, set-up or stop, as the control plan says.")
    counted = ngettext_lazy("%(count)s inspection", "%(count)s inspections", "count")
    columns = (
        Column("code", _("Inspection"), "job_order.code", kind="code", sort="job_order__code", link=inspection_url),
        Column("machine", _("Machine"), "inspected_job.equipment.code", kind="code",
               sort="inspected_job__equipment__code"),
        Column("job", _("Job"), "inspected_job.code", kind="code", sort="inspected_job__code",
               link=lambda row: reverse("work:job_detail", args=[row.inspected_job.code])),
        Column("product", _("Product"), "control_plan.material.code", kind="code", minor=True),
        Column("why", _("Why"), lambda row: INSPECTION_CAUSE.label(row.cause)),
        Column("status", _("Status"), status_tag, kind="tag"),
        Column("blocks", _("The next start"), lambda row: _t("waits for it") if row.is_blocking else "", minor=True),
        Column("due", _("Due"), "due_at", kind="moment", sort="due_at"),
    )  # fmt: skip
    default_sort = "-due"
    search_fields = ("job_order__code", "inspected_job__code", "control_plan__code")
    search_label = _("Find an inspection or job")
    saved_filters = (
        SavedFilter("due", _("Due"), Q(status=InspectionStatus.DUE), tone="warn"),
        SavedFilter("failed", _("Failed"), Q(status=InspectionStatus.FAILED), tone="bad"),
        SavedFilter("all", _("All")),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("When a job runs whose product has an approved control plan, its inspections come due here.")
        return Empty(_("Nothing is due"), text, "qual")

    def get_rows(self) -> Any:
        return inspection_list(self.actor, self.site)


class InspectionDetail(DetailPage):
    """What an inspection asks for: large fields for values, one characteristic after the other."""

    permission = permissions.VIEW
    template_name = "quality/inspection/detail.html"
    subject_name = "inspection"

    def get_subject(self) -> Inspection:
        return inspection_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.job_order.code

    def get_subtitle(self) -> str:
        return str(INSPECTION_CAUSE.label(self.subject.cause))

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Inspections"), reverse("quality:inspection_list")),)

    @cached_property
    def items(self) -> list[ItemView]:
        return item_views(self.subject)

    @property
    def may_enter(self) -> bool:
        """Whether fields are offered."""
        return self.subject.status == InspectionStatus.DUE and self.may(permissions.RECORD_SAMPLE)

    def form_for(self, item: ItemView, data: Any = None) -> ValuesForm:
        """The fields of one characteristic."""
        return ValuesForm(data, about=item.characteristic, auto_id=f"c{item.characteristic.pk}-%s")

    def get_context(self) -> dict[str, Any]:
        """Statements depend neither on characteristics nor on samples."""
        refused = getattr(self, "refused", {})
        return {
            "status": status_tag(self.subject),
            "rows": [
                {
                    "about": item.characteristic,
                    "limits": limits_words(item.characteristic),
                    "is_measured": item.characteristic.kind == CharacteristicKind.VARIABLE,
                    "samples": [(each, sample_words(each)) for each in item.samples],
                    "form": refused.get(item.characteristic.pk)
                    or (self.form_for(item) if self.may_enter and not item.is_done else None),
                }
                for item in self.items
            ],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The values of one characteristic. What was typed stays where it is refused."""
        if not self.may(permissions.RECORD_SAMPLE):
            raise NotAllowed
        asked = request.POST.get("characteristic", "")
        item = next((each for each in self.items if str(each.characteristic.pk) == asked), None)
        if item is None:
            raise NotFound
        form = self.form_for(item, request.POST)
        self.refused = {item.characteristic.pk: form}
        if not form.is_valid():
            return self.render(status=422)
        try:
            sample = self.store(item, form)
        except NotAllowed:
            raise
        except MomError as error:
            show_error(form, error)
            return self.render(status=error.status)
        found = sample_words(sample)
        if found:
            messages.warning(request, f"{item.characteristic.name}: {found}")
        else:
            messages.success(request, _t("%(name)s: in order.") % {"name": item.characteristic.name})
        return HttpResponseRedirect(inspection_url(self.subject))

    @retrying()
    def store(self, item: ItemView, form: ValuesForm) -> Any:
        """Through the use case that the API takes too. Raises: MomError."""
        job, data = self.subject.inspected_job, form.cleaned_data
        new = samples.NewSample(
            item.characteristic,
            form.values(),
            nonconforming=data.get("nonconforming") or 0,
            job_order=job,
            equipment=job.equipment,
            person=own_person(self.actor, self.site),
            gauge=data.get("gauge", ""),
        )
        return samples.record(self.actor, new, op_uuid=data["op_uuid"], inspection_id=self.subject.pk)


class InspectionAsk(FormPage):
    """Asks for an inspection of a job now."""

    permission = permissions.RECORD_SAMPLE
    title = _("Inspect now")
    form_class = AskForm
    submit_label = _("Inspect now")

    @cached_property
    def job(self) -> JobOrder:
        """Raises: NotFound."""
        return job_order_get(self.actor, self.site, self.kwargs["code"])

    def get_intro(self) -> str:
        return f"{self.job.code} {self.job.operation}"

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:job_detail", args=[self.job.code])

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        return inspection_url(service.ask(self.actor, self.job.pk))
