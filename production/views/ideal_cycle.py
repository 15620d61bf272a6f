"""Ideal cycles: what holds, what the pieces suggest, added from an instant on, ended."""

from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.web import printing
from mom.core.web.inputs import QuantityInput
from mom.core.web.lists import Empty, ListPage
from mom.core.web.property_forms import EndForm
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.engine.calendar import instant, local_day
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.forms import SiteForm
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.permissions import VIEW
from production import permissions
from production.models.ideal_cycle import IdealCycle
from production.selectors.ideal_cycle import Suggested, ideal_cycle_list, suggestions
from production.services import ideal_cycle as service


def _now(page: Any) -> Q:
    return Q(valid_from__lte=page.now) & (Q(valid_until=None) | Q(valid_until__gt=page.now))


def seconds(duration: timedelta) -> str:
    """A cycle as people say it: seconds, with what is behind the point."""
    exact = Decimal(duration // timedelta(microseconds=1)) / 1_000_000
    return f"{printing.number(exact)}{printing.SPACE}s"


class IdealCycleList(ListPage):
    """Every ideal cycle of the site."""

    permission = VIEW
    title = _("Ideal cycles")
    intro = _("The standard that performance is judged by. A new one ends the one before; what was judged stays.")
    counted = ngettext_lazy("%(count)s ideal cycle", "%(count)s ideal cycles", "count")
    default_sort = "machine"
    search_fields = ("equipment__code", "definition__code", "definition__name")
    search_label = _("Find an ideal cycle")
    saved_filters = (
        SavedFilter("now", _("Hold now"), _now),
        SavedFilter("past", _("Ended"), lambda page: Q(valid_until__lte=page.now)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The end is offered to who may set it."""
        shown = [
            Column("machine", _("Machine"), "equipment.code", sort=("equipment__code", "definition__code")),
            Column("product", _("Product"), lambda row: f"{row.definition.code} {row.definition.name}".strip(),
                   sort="definition__code"),
            Column("cycle", _("Cycle"), lambda row: seconds(row.duration), sort="duration"),
            Column("pieces", _("Made in a cycle"), lambda row: printing.number(row.pieces_per_cycle), sort=None),
            Column("suggested", _("Standard looks wrong"), self._suggested, sort=None),
            Column("from", _("From"), "valid_from", kind="day"),
            Column("until", _("Until"), "valid_until", kind="day", minor=True),
        ]  # fmt: skip
        if self.may(permissions.CHANGE_IDEAL_CYCLE):
            shown.append(Column("end", _("Act"), self._end_word, sort=None, link=self._end_url))
        return shown

    @cached_property
    def found(self) -> dict[tuple[int, int], Suggested]:
        """What the pieces suggest, once a page."""
        return suggestions(self.site, self.now)

    def _suggested(self, row: IdealCycle) -> str:
        found = self.found.get((row.equipment_id, row.definition_id)) if row.valid_until is None else None
        if found is None:
            return ""
        cycle = printing.number(Decimal((found.piece * float(row.pieces_per_cycle)).total_seconds()), 1)
        words = {"percent": printing.percent(found.performance, 0), "cycle": f"{cycle}{printing.SPACE}s"}
        return _t("%(percent)s performance: pieces suggest %(cycle)s") % words

    def _end_word(self, row: IdealCycle) -> str:
        return _t("End it") if row.valid_until is None else ""

    def _end_url(self, row: IdealCycle) -> str | None:
        return reverse("production:ideal_cycle_end", args=[row.pk]) if row.valid_until is None else None

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Add ideal cycle"), reverse("production:ideal_cycle_add"), "plus", "primary")
        return Empty(
            _("No ideal cycles yet"),
            _("Without one, performance has no yardstick and pieces stand as not judged."),
            action=action if self.may(permissions.CHANGE_IDEAL_CYCLE) else None,
        )

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE_IDEAL_CYCLE):
            return ()
        return (Action(_("Add ideal cycle"), reverse("production:ideal_cycle_add"), "plus"),)

    def get_rows(self) -> QuerySet[IdealCycle]:
        return ideal_cycle_list(self.actor, self.site)


class IdealCycleForm(SiteForm):
    """An ideal cycle from a day on."""

    equipment = forms.ModelChoiceField(
        label=_("Machine"), queryset=Equipment.objects.filter(level__in=WORK_UNIT_LEVELS, is_active=True)
    )
    definition = forms.ModelChoiceField(label=_("Product"), queryset=MaterialDefinition.objects.filter(is_active=True))
    duration = QuantityInput(label=_("Cycle in seconds"))
    pieces_per_cycle = QuantityInput(label=_("Made in a cycle"), initial=1)
    valid_from = forms.DateField(label=_("Valid from"))

    def clean_valid_from(self) -> Any:
        """A day of a year that everything can hold. Raises: ValidationError."""
        day = self.cleaned_data["valid_from"]
        if not 1970 <= day.year <= 2199:
            raise forms.ValidationError(_t("Give a year from 1970 to 2199."))
        return day

    def clean_duration(self) -> timedelta:
        """Seconds as a length of time. Raises: ValidationError."""
        typed = self.cleaned_data["duration"]
        if not 0 < typed <= service.LONGEST.total_seconds():
            raise forms.ValidationError(_t("A cycle takes more than no time and at most 31 days."))
        return timedelta(microseconds=int(typed * 1_000_000))

    def new_cycle(self) -> service.NewCycle:
        """What was typed, from the plant's midnight on."""
        values = dict(self.cleaned_data)
        return service.NewCycle(valid_from=instant(values.pop("valid_from"), time(0), self.site.zone), **values)


class IdealCyclePage(FormPage):
    """An act on ideal cycles; it leads back to the list."""

    permission = permissions.CHANGE_IDEAL_CYCLE

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("production:ideal_cycle_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Ideal cycles"), self.cancel_url),)


class IdealCycleAdd(IdealCyclePage):
    """Adds an ideal cycle from a day on."""

    title = _("Add ideal cycle")
    form_class = IdealCycleForm
    submit_label = _("Add ideal cycle")
    success_message = _("The ideal cycle was added.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": local_day(self.now, self.site.zone), "pieces_per_cycle": 1}

    def submit(self, form: Any) -> str:
        service.add(self.actor, self.site, form.new_cycle())
        return self.cancel_url


class IdealCycleEnd(IdealCyclePage):
    """Ends an ideal cycle without a new one."""

    title = _("End ideal cycle")
    form_class = EndForm
    submit_label = _("End ideal cycle")
    success_message = _("The ideal cycle ends.")

    def submit(self, form: Any) -> str:
        found = ideal_cycle_list(self.actor, self.site).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        service.end(self.actor, found.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["reason"])
        return self.cancel_url
