"""Pages of production orders: the list, a new one, one with its jobs, and the commands to it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import DateTimeField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from mom.core.errors import IllegalTransition, InvalidInput, Stale
from mom.core.files import panel
from mom.core.labels.print_views import print_action
from mom.core.labels.views import pdf_answer
from mom.core.web.lists import Empty, ListPage
from mom.core.web.properties import cards
from mom.core.web.tables import SavedFilter
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, PageMixin
from mom.plant.models import Equipment, MaterialDefinition
from mom.work import permissions
from mom.work.engine.terms import OPEN_WORK_REQUEST_STATUSES, WorkRequestCommand
from mom.work.engine.transitions import WORK_REQUEST
from mom.work.forms import report_forms
from mom.work.models import WorkRequest
from mom.work.selectors import record
from mom.work.selectors.job_order import job_views, own_person
from mom.work.services import work_request_command
from production.filters import OrderFilters
from production.forms import OrderCommandForm, OrderForm, OrderPlanForm
from production.label_fields import traveller
from production.selectors import order as orders
from production.services import planned_times, production_request
from production.views.bulk import ORDER_ACTIONS
from production.views.columns import COLUMNS, figures

LIVE = "live"
TITLES = {
    WorkRequestCommand.RELEASE: gettext_lazy("Release order"),
    WorkRequestCommand.HOLD: gettext_lazy("Hold order"),
    WorkRequestCommand.RESUME: gettext_lazy("Resume order"),
    WorkRequestCommand.CLOSE: gettext_lazy("Close order"),
    WorkRequestCommand.CANCEL: gettext_lazy("Cancel order"),
    WorkRequestCommand.ABORT: gettext_lazy("Abort order"),
}

EFFECTS = {
    WorkRequestCommand.CANCEL: gettext_lazy("It will not be made. This can't be undone."),
    WorkRequestCommand.ABORT: gettext_lazy("Its open jobs end too; what was reported stays. This can't be undone."),
}
"""What a command that can't be taken back does."""


class OrderList(ListPage):
    """All production orders of the site."""

    permission = permissions.VIEW
    title = gettext_lazy("Orders")
    counted = ngettext_lazy("%(count)s order", "%(count)s orders", "count")
    columns = COLUMNS
    default_sort = "-added"
    search_fields = ("code", "description", "production_request__definition__code")
    search_label = gettext_lazy("Search orders")
    filterset_class = OrderFilters
    bulk_actions = ORDER_ACTIONS
    saved_filters = (
        SavedFilter("all", gettext_lazy("All orders")),
        SavedFilter("in-work", gettext_lazy("In work"), Q(status__in=orders.IN_WORK)),
        SavedFilter("waiting", gettext_lazy("Waiting"), Q(status__in=orders.WAITING)),
        SavedFilter("late", gettext_lazy("Late"), lambda page: orders.is_late(page.now), tone="bad"),
        SavedFilter("finished", gettext_lazy("Finished"), Q(status__in=orders.FINISHED)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(gettext_lazy("Add your first order"), reverse("production:order_new"), "plus", "primary")
        return Empty(
            gettext_lazy("No orders yet"),
            gettext_lazy("An order says what is to be made, how much and until when. Add one, or import a log."),
            icon="prod",
            action=action if self.may(permissions.PLAN_WORK_REQUEST) else None,
        )

    def get_rows(self) -> QuerySet[WorkRequest]:
        rows = orders.order_list(self.actor, self.site)
        return rows.annotate(as_of=Value(self.now, output_field=DateTimeField()))

    def get_row_class(self, row: Any) -> str:
        return "row-bad" if figures(row).is_late else ""

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN_WORK_REQUEST):
            return ()
        return (Action(_("Add order"), reverse("production:order_new"), "plus", "primary"),)


class OrderNew(FormPage):
    """A new order with its one job."""

    permission = permissions.PLAN_WORK_REQUEST
    title = gettext_lazy("Add an order")
    intro = gettext_lazy("One material on one machine; the order gets one job.")
    form_class = OrderForm
    submit_label = gettext_lazy("Add order")
    success_message = gettext_lazy("The order was added.")
    cancel_url = reverse_lazy("production:order_list")  # type: ignore[assignment]

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("production:order_list"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"materials": orders.material_choices(self.site), "machines": orders.machine_choices(self.site)}

    def get_initial(self) -> dict[str, Any]:
        return {"machine": self.request.GET.get("machine", ""), "material": self.request.GET.get("material", "")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        definition, equipment = self.named(data["material"], data["machine"])
        request = production_request.create(
            self.actor,
            self.site,
            production_request.NewOrder(
                code=data["code"],
                definition=definition,
                quantity=data["quantity"],
                due_at=data["due_at"],
                equipment=equipment,
            ),
            is_released=data["is_released"],
        )
        return reverse("production:order_detail", args=[request.work_request.code])

    def named(self, material: str, machine: str) -> tuple[MaterialDefinition, Equipment | None]:
        """What the codes mean at this site. Raises: InvalidInput with a sentence at each code that means nothing."""
        definition = MaterialDefinition.objects.filter(site=self.site, code=material, is_active=True).first()
        equipment = Equipment.objects.filter(site=self.site, code=machine, is_active=True).first() if machine else None
        wrong: dict[str, list[Any]] = {}
        if definition is None:
            wrong["material"] = [_("There is no material %(code)s. Add it under Materials first.") % {"code": material}]
        if machine and equipment is None:
            wrong["machine"] = [_("There is no machine %(code)s. Add it under Machines first.") % {"code": machine}]
        if definition is None or wrong:
            raise InvalidInput(wrong)
        return definition, equipment


class OrderDetail(DetailPage):
    """One order: where it stands, its operations with people and machines, what was reported, the log."""

    permission = permissions.VIEW
    template_name = "production/order/detail.html"
    live_template_name = "production/order/_live.html"
    subject_name = "order"
    is_live = True

    def get_subject(self) -> WorkRequest:
        return orders.order_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_intro(self) -> str:
        return self.subject.description

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("production:order_list"))]

    def get_actions(self) -> Sequence[Action]:
        paper = Action(_("Traveller"), reverse("production:traveller", args=[self.subject.code]), "doc")
        again = Action(_("Plan times"), reverse("production:order_plan", args=[self.subject.code]), "cal")
        may_plan = self.may(permissions.PLAN_WORK_REQUEST) and self.subject.status in OPEN_WORK_REQUEST_STATUSES
        return [*print_action(self, "order", self.subject.code), paper, *([again] if may_plan else [])]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_refresh:
            return TemplateResponse(request, self.live_template_name, self.frame())
        return self.render()

    @property
    def is_refresh(self) -> bool:
        """Whether the page asks for its live part only; files and notes are not in that."""
        return self.request.headers.get("X-Requested-With") == LIVE

    def get_context(self) -> dict[str, Any]:
        """The order's record. Statements depend neither on its jobs nor on how much was reported."""
        order = self.subject
        jobs = orders.jobs_of(order)
        keys = [job.pk for job in jobs]
        rows = job_views(self.actor, jobs, self.now)
        person = own_person(self.actor, self.site)
        return {
            "figures": orders.OrderFigures(order, self.now),
            "offers": orders.order_offers(self.actor, order),
            "rows": rows,
            "back": self.request.path,
            "person": person,
            "ledger": record.ledger(keys),
            "labour": record.labour(keys),
            "log": record.log(self.site.code, [order.pk], keys),
            "may_take_back": self.may(permissions.CORRECT_REPORT),
            "known": {} if self.is_refresh else cards(self.request, "order", order),
            "records": {} if self.is_refresh else panel.records(self.request, order, record.materials_made(keys)),
            "report_forms": report_forms(rows, self.site, self.request.path, person),
        }


class Traveller(PageMixin):
    """The order's paper, with a code for the order and for each job, as PDF."""

    permission = permissions.VIEW

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        content = traveller(self.actor, self.site, code, self.now)
        return pdf_answer(content, f"order-{quote(code, safe='')}.pdf")


class OrderPlan(FormPage):
    """Works the planned times of an order's open jobs out anew."""

    permission = permissions.PLAN_WORK_REQUEST
    title = gettext_lazy("Plan times")
    submit_label = gettext_lazy("Plan times")
    form_class = OrderPlanForm

    @cached_property
    def order(self) -> WorkRequest:
        """Raises: NotFound."""
        return orders.order_get(self.actor, self.site, self.kwargs["code"])

    def get_intro(self) -> str:
        words = _("Its open jobs get planned times from now on, by shifts and by what is planned on their machines.")
        return f"{self.order.code}: {words}"

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("production:order_detail", args=[self.order.code])

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("production:order_list")), Crumb(self.order.code, self.cancel_url)]

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        changed = planned_times.plan(self.actor, self.order.pk)
        words = ngettext("%(count)s job has new planned times.", "%(count)s jobs have new planned times.", len(changed))
        messages.success(self.request, words % {"count": len(changed)})
        return self.cancel_url


class OrderCommand(FormPage):
    """A command to an order and its jobs: a button on its page, or a page that asks why."""

    permission = permissions.PLAN_WORK_REQUEST
    form_class = OrderCommandForm
    asked: WorkRequestCommand = WorkRequestCommand.RELEASE

    @cached_property
    def order(self) -> WorkRequest:
        """Raises: NotFound."""
        return orders.order_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("production:order_detail", args=[self.order.code])

    def get_title(self) -> Any:
        return TITLES[self.asked]

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        return TITLES[self.asked]

    @property
    def submit_look(self) -> str:
        """Red where there is no way back."""
        return "danger" if self.asked in EFFECTS else "primary"

    def get_intro(self) -> str:
        subject = f"{self.order.code} {self.order.description}"
        return f"{subject}. {EFFECTS[self.asked]}" if self.asked in EFFECTS else subject

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("production:order_list")), Crumb(self.order.code, self.cancel_url)]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"needs_reason": self.asked in orders.NEEDS_REASON}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.order.version}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        version = form.cleaned_data["version"]
        reason = form.cleaned_data.get("reason", "")
        try:
            work_request_command.command(self.actor, self.order.pk, self.asked, reason=reason, version=version)
        except (IllegalTransition, Stale):
            order = WorkRequest.objects.get(pk=self.order.pk)
            led_here = any(command == self.asked and to == order.status for _from, command, to in WORK_REQUEST)
            if version is None or order.version != version + 1 or not led_here:  # else it was pressed twice
                raise
        return self.cancel_url
