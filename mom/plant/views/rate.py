"""Rates: what holds now and what comes, added from a day on, and read from a file."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.property_forms import EndForm
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.forms_rates import RateFileForm, RateForm
from mom.plant.models import Rate
from mom.plant.selectors.rate import rate_list
from mom.plant.services.rate import rate_add, rate_end, rates_import


def _target(rate: Rate) -> str:
    """What is priced, as people name it."""
    of = rate.equipment or rate.equipment_class or rate.personnel_class or rate.definition
    if of is not None:
        return f"{of.code} {of.name}".strip()
    return rate.tariff or _t("everything else")


def _amount(rate: Rate) -> str:
    price = f"{printing.number(rate.amount)}{printing.SPACE}{rate.currency}"
    return _t("%(price)s per %(unit)s") % {"price": price, "unit": printing.unit(rate.unit)}


def _now(page: Any) -> Q:
    return Q(valid_from__lte=page.now) & (Q(valid_until=None) | Q(valid_until__gt=page.now))


class RateList(ListPage):
    """Every rate of the site."""

    permission = permissions.VIEW_RATE
    title = _("Rates")
    intro = _("What an hour, a unit or a kWh costs. A new rate ends the one before; past figures keep theirs.")
    counted = ngettext_lazy("%(count)s rate", "%(count)s rates", "count")
    default_sort = "kind"
    search_fields = (
        "equipment__code", "equipment_class__code", "personnel_class__code", "definition__code", "tariff",
    )  # fmt: skip
    search_label = _("Find a rate")
    saved_filters = (
        SavedFilter("now", _("Hold now"), _now),
        SavedFilter("future", _("To come"), lambda page: Q(valid_from__gt=page.now)),
        SavedFilter("past", _("Ended"), lambda page: Q(valid_until__lte=page.now)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The end of a rate is offered to who may set it."""
        shown = [
            Column("kind", _("Price of"), "get_kind_display", sort=("kind", "state", "valid_from")),
            Column("target", _("What"), _target, sort=None),
            Column("state", _("State"), "get_state_display", sort="state", minor=True),
            Column("amount", _("Rate"), _amount, sort="amount"),
            Column("from", _("From"), "valid_from", kind="day"),
            Column("until", _("Until"), "valid_until", kind="day", minor=True),
        ]
        if self.may(permissions.CHANGE_RATE):
            shown.append(Column("end", _("Act"), self._end_word, sort=None, link=self._end_url))
        return shown

    def _end_word(self, rate: Rate) -> Tag | str:
        return _t("End it") if rate.valid_until is None else ""

    def _end_url(self, rate: Rate) -> str | None:
        return reverse("plant:rate_end", args=[rate.pk]) if rate.valid_until is None else None

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Add rate"), reverse("plant:rate_add"), "plus", "primary")
        return Empty(
            _("No rates yet"),
            _("Rates turn hours, material, scrap and energy into money. Add the first one, or read a file."),
            action=action if self.may(permissions.CHANGE_RATE) else None,
        )

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE_RATE):
            return ()
        return (
            Action(_("Read file"), reverse("plant:rate_import"), "down"),
            Action(_("Add rate"), reverse("plant:rate_add"), "plus"),
        )

    def get_rows(self) -> QuerySet[Rate]:
        return rate_list(self.actor, self.site)


class RatePage(FormPage):
    """An act on rates; it leads back to the list."""

    permission = permissions.CHANGE_RATE

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:rate_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Rates"), self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}


class RateAdd(RatePage):
    """Adds a rate from a day on."""

    title = _("Add rate")
    form_class = RateForm
    submit_label = _("Add rate")
    success_message = _("The rate was added.")

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": local_day(self.now, self.site.zone)}

    def submit(self, form: Any) -> str:
        rate_add(self.actor, self.site, form.new_rate())
        return self.cancel_url


class RateEnd(RatePage):
    """Ends a rate without a new one."""

    title = _("End rate")
    form_class = EndForm
    submit_label = _("End rate")
    success_message = _("The rate ends.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def submit(self, form: Any) -> str:
        found = rate_list(self.actor, self.site).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        rate_end(self.actor, found.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["reason"])
        return self.cancel_url


class RateImport(RatePage):
    """Adds the rates of a CSV file, all of them or none."""

    title = _("Read rates from a file")
    form_class = RateFileForm
    submit_label = _("Read file")
    success_message = _("The rates were added.")

    def submit(self, form: Any) -> str:
        rates_import(self.actor, self.site, form.cleaned_data["file"])
        return self.cancel_url
