"""Log work: pick a machine, an order number, and say what came out or why it stands. For phone, tablet and desk."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.engine.units import PIECES
from mom.core.web.inputs import QuantityInput
from mom.core.web.views import Action, Crumb, DetailPage, Page
from mom.plant import permissions as plant_permissions
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import equipment_get, machine_list
from mom.work import permissions
from mom.work.forms import ActForm
from mom.work.selectors.choices import people_choices
from mom.work.selectors.job_order import own_person
from mom.work.selectors.machine_work import last_logged, machine_work, reason_groups
from mom.work.selectors.stops import stop_sums
from mom.work.views.panels import with_jobs
from mom.work.views.returning import ActPage
from production.services import unplanned

LIVE = "live"
UNITS = (
    ("C62", gettext_lazy("pieces")),
    ("KGM", gettext_lazy("kilograms")),
    ("LTR", gettext_lazy("litres")),
    ("MTR", gettext_lazy("metres")),
)


class StartForm(ActForm):
    """An order number; for a new one what it is and how many."""

    code = forms.CharField(label=gettext_lazy("Order number"), max_length=64)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=200, required=False)
    quantity = QuantityInput(label=gettext_lazy("How many"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=UNITS, required=False)

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError for nothing, less than nothing, or a part of a piece."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["unit"] = cleaned.get("unit") or "C62"
        quantity = cleaned.get("quantity")
        if quantity is not None and quantity <= 0:
            self.add_error("quantity", _("The quantity must be more than zero."))
        elif quantity is not None and cleaned["unit"] in PIECES and quantity % 1:
            self.add_error("quantity", _("Pieces are whole: give a number without a fraction."))
        return cleaned


class LogWork(Page):
    """Which machine?"""

    permission = permissions.EXECUTE_JOB_ORDER
    title = gettext_lazy("Log work")
    intro = gettext_lazy("Choose the machine you stand at.")
    template_name = "production/log_work/machines.html"

    def get_context(self) -> dict[str, Any]:
        """One statement for all machines."""
        machines = list(with_jobs(machine_list(self.actor, self.site).filter(is_active=True)))
        add = f"{reverse('plant:add', args=['equipment'])}?level=work_unit"
        may_add = self.may(plant_permissions.CHANGE)
        return {
            "machines": machines,
            "add": Action(_("Add machine"), add, "plus", "primary") if may_add else None,
        }


class LogWorkAt(DetailPage):
    """The machine's job with its buttons, its stop, its queue, and what was logged a moment ago."""

    permission = permissions.EXECUTE_JOB_ORDER
    template_name = "production/log_work/machine.html"
    live_template_name = "production/log_work/_live.html"
    subject_name = "machine"
    is_live = True

    def get_subject(self) -> Equipment:
        return equipment_get(self.actor, self.site, self.kwargs["machine"])

    def get_title(self) -> str:
        return self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Log work"), reverse("production:log_work"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, self.live_template_name, self.frame())
        return self.render()

    @cached_property
    def work(self) -> Any:
        return machine_work(self.actor, self.subject, self.now)

    def get_context(self) -> dict[str, Any]:
        """Statements depend neither on jobs nor on what was logged."""
        person, today = own_person(self.actor, self.site), local_day(self.now, self.site.zone)
        present = {each.pk for each in self.work.people}
        return {
            "work": self.work,
            "row": self.work.current,
            "back": self.request.path,
            "person": person,
            "is_on_it": person is not None and person.pk in present,
            "people": people_choices(self.site),
            "stop_reasons": reason_groups(self.site, ReasonKind.STOP),
            "scrap_reasons": reason_groups(self.site, ReasonKind.SCRAP),
            "rework_reasons": reason_groups(self.site, ReasonKind.REWORK),
            "logged": last_logged(self.actor, self.subject, self.site, self.now),
            "stops": stop_sums(self.site, today, today, self.now, self.subject),
            "start_form": StartForm(initial={"next": self.request.path}),
            "may_make": self.may(permissions.EXECUTE_UNPLANNED),
            "may_call": self.may(permissions.RAISE_ALERT),
            "keys": {name: uuid4() for name in ("good", "scrap", "rework", "stop", "explain", "go", "act", "join")},
        }


class StartOrder(ActPage):
    """Starts an order by its number, made on the fly where nobody planned it."""

    permission = permissions.EXECUTE_JOB_ORDER
    title = gettext_lazy("Start an order")
    form_class = StartForm
    submit_label = gettext_lazy("Start order")

    @cached_property
    def machine(self) -> Equipment:
        """Raises: NotFound."""
        return equipment_get(self.actor, self.site, self.kwargs["machine"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("production:log_work_at", args=[self.machine.code])

    def get_intro(self) -> str:
        return f"{self.machine.code} {self.machine.name}"

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        wanted = unplanned.Wanted(data["code"], data["product"], data["quantity"], data["unit"])
        person = own_person(self.actor, self.site)
        unplanned.start(self.actor, self.site, self.machine, wanted, op_uuid=data["op_uuid"], person=person)
        return self.back(form, self.cancel_url)
