"""The steps after the owner signed in: each keeps what is typed, the last one makes everything true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.db.retry import retrying
from mom.core.errors import Conflict, MomError, NotFound
from mom.core.web.views import PageMixin, show_error
from mom.erp.permissions import RUN_IMPORT
from mom.plant import permissions
from mom.start import forms
from mom.start.engine.shifts import FIRST_START, Days, Pattern
from mom.start.engine.template import Template, Trade
from mom.start.selectors import setup_of, template_of
from mom.start.services import setup as steps

SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One short page: its key in the address, its title, what it says, and its form."""

    key: str
    title: Any
    text: Any
    make: Callable[..., Any]
    """What was sent (None: nothing), the template, and what was typed before, to the form."""


def _trade(data: Any, _template: Template, typed: dict[str, Any] | None = None) -> Any:
    return forms.TradeForm(data, initial=typed or {})


def _shifts(data: Any, template: Template, typed: dict[str, Any] | None = None) -> Any:
    usual = Pattern(template.shifts)
    proposed = {
        "pattern": usual,
        "days": Days.ALL if usual == Pattern.THREE else Days.WEEKDAYS,
        "first_start": FIRST_START[usual],
        "break_minutes": 30,
    }
    return forms.ShiftsForm(data, initial=proposed | (typed or {}))


def _machine(data: Any, template: Template, typed: dict[str, Any] | None = None) -> Any:
    usual = template.machine
    proposed = {"code": usual.code, "name": usual.name, "area": usual.area}
    return forms.MachineForm(data, initial=proposed | (typed or {}), areas=template.areas)


def _person(data: Any, _template: Template, typed: dict[str, Any] | None = None) -> Any:
    return forms.PersonForm(data, initial={"code": "1"} | (typed or {}))


def _order(data: Any, template: Template, typed: dict[str, Any] | None = None) -> Any:
    proposed = {"product": template.product, "unit": template.unit}
    return forms.OrderForm(data, initial=proposed | (typed or {}), units=template.units)


STEPS: tuple[Step, ...] = (
    Step(
        "trade",
        gettext_lazy("Your trade"),
        gettext_lazy("It brings areas, skills and reasons that fit. You can change all of it later."),
        _trade,
    ),
    Step("shifts", gettext_lazy("Your shifts"), gettext_lazy("So that standing still in a break is no loss."), _shifts),
    Step(
        "machine",
        gettext_lazy("Your first machine"),
        gettext_lazy("Or a bench, a line, an oven: where work is done."),
        _machine,
    ),
    Step(
        "person",
        gettext_lazy("The first person"),
        gettext_lazy("Who works there. Others follow under Setup, or from a file."),
        _person,
    ),
    Step(
        "order",
        gettext_lazy("Your first order"),
        gettext_lazy("What is on that machine today. No routing is needed."),
        _order,
    ),
)
KEYS = [step.key for step in STEPS]
ALL_TITLES = [gettext_lazy("Company"), gettext_lazy("Owner"), *(step.title for step in STEPS)]


class Setup(PageMixin):
    """Goes on with the first step that has no answer yet."""

    permission = permissions.CHANGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        setup = setup_of(self.site)
        if setup is None or setup.finished_at is not None:
            return HttpResponseRedirect("/")
        open_ones = [key for key in KEYS if key not in setup.answers]
        return HttpResponseRedirect(reverse("start:step", args=[(open_ones or KEYS[-1:])[0]]))


class StepPage(PageMixin):
    """One step. Continue keeps and goes on, Back keeps and goes back, Skip leaves the step out."""

    permission = permissions.CHANGE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if kwargs["step"] not in KEYS:
            raise NotFound
        self.index = KEYS.index(kwargs["step"])
        self.step = STEPS[self.index]
        return super().dispatch(request, *args, **kwargs)

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered so far. Raises: Conflict where the first steps are done."""
        setup = setup_of(self.site)
        if setup is None or setup.finished_at is not None:
            raise Conflict(_("The first steps of this plant are done. Change it under Setup."), code="setup_done")
        return dict(setup.answers)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answers = self.answers
        typed = {name: value for name, value in answers.get(self.step.key, {}).items() if name != SKIPPED}
        return self.shown(self.step.make(None, template_in(answers), typed))

    @retrying()
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answers = self.answers
        form = self.step.make(request.POST, template_in(answers))
        typed: dict[str, Any] = {name: request.POST.get(name, "") for name in form.fields}
        go = request.POST.get("go", "on")
        if go == "skip":
            typed[SKIPPED] = True
        steps.keep(self.actor, self.site, self.step.key, typed)
        if go == "back":
            return HttpResponseRedirect(self.address(self.index - 1))
        if go == "later":
            return HttpResponseRedirect("/")
        if go != "skip" and not form.is_valid():
            return self.shown(form, status=422)
        if self.index + 1 < len(STEPS):
            return HttpResponseRedirect(self.address(self.index + 1))
        return self.finish(form)

    def finish(self, form: Any) -> HttpResponse:
        """Everything becomes true, or the first step that no longer fits is shown again."""
        answers = self.answers
        found: dict[str, Any] = {}
        for step in STEPS:
            typed = answers.get(step.key)
            if not typed or typed.get(SKIPPED):
                continue
            checked = step.make(typed, template_in(answers))
            if not checked.is_valid():
                return HttpResponseRedirect(reverse("start:step", args=[step.key]))
            found[step.key] = checked.cleaned_data
        try:
            made = steps.finish(self.actor, self.site, as_steps(found, self.request.user))
        except MomError as error:
            show_error(form, error)
            return self.shown(form, status=error.status)
        return self.done(made)

    def done(self, made: steps.Made) -> HttpResponse:
        """On to where the first piece is logged."""
        if self.request.POST.get("go") == "list" and self.may(RUN_IMPORT):
            messages.success(
                self.request, _("Your plant stands. Bring in the rest from Excel, one list after the other.")
            )
            return HttpResponseRedirect(reverse("erp:table_add"))
        words = {"machine": made.machine, "order": made.order}
        if made.machine and made.order:
            messages.success(self.request, _("Order %(order)s is on %(machine)s. Log what you make.") % words)
            return HttpResponseRedirect(reverse("production:log_work_at", args=[made.machine]))
        messages.success(self.request, _("Your plant stands. What is missing you add from the pages themselves."))
        return HttpResponseRedirect("/")

    def address(self, index: int) -> str:
        return reverse("start:step", args=[KEYS[max(index, 0)]])

    def shown(self, form: Any, status: int = 200) -> HttpResponse:
        number = self.index + 3  # the company and its owner were the first two
        context = {
            "view": self,
            "form": form,
            "step": self.step,
            "title": self.step.title,
            "text": self.step.text,
            "number": number,
            "total": len(ALL_TITLES),
            "has_back": self.index > 0,
            "is_last": self.index + 1 == len(STEPS),
            "may_bring_in": self.may(RUN_IMPORT),
            "trades": forms.TRADES if self.step.key == "trade" else (),
        }
        return TemplateResponse(self.request, "start/step.html", context, status=status)


def template_in(answers: dict[str, Any]) -> Template:
    """The template of the trade that was chosen; the empty one before."""
    chosen = answers.get("trade", {})
    trade = chosen.get("trade", "")
    return template_of(Trade(trade) if trade in set(Trade) and not chosen.get(SKIPPED) else Trade.EMPTY)


def as_steps(found: dict[str, Any], user: Any) -> steps.Steps:
    """What the forms say, in the words of the service."""
    shifts, machine, person, order = (found.get(key) for key in ("shifts", "machine", "person", "order"))
    return steps.Steps(
        trade=Trade(found["trade"]["trade"]) if "trade" in found else Trade.EMPTY,
        shifts=shifts
        and steps.Shifts(
            Pattern(shifts["pattern"]), Days(shifts["days"]), shifts["first_start"], shifts["break_minutes"]
        ),
        machine=machine and steps.FirstThing(machine["code"], machine["name"], machine.get("area", "")),
        person=person and steps.FirstThing(person["code"], person["name"], own=user if person["is_me"] else None),
        order=order and steps.FirstOrder(order["code"], order["product"], order["quantity"], order["unit"]),
    )
