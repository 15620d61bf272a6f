"""What time without an order counts as: the site's rules, and a new one from a day on."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from analytics import permissions
from analytics.models import Reckoning
from analytics.selectors.reckoning import being_made_again, reckoning_list
from analytics.services.reckoning import reckoning_set
from analytics.views.losses_words import RULE
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.engine.calendar import instant, local_day
from mom.plant.forms import SiteForm


class ReckoningList(ListPage):
    """Every rule of the site."""

    permission = permissions.VIEW
    title = _("Time without an order")
    intro = _("What a shift's time counts as while a machine has no order. It changes availability and OEE.")
    counted = ngettext_lazy("%(count)s rule", "%(count)s rules", "count")
    default_sort = "-from"
    columns = (
        Column("rule", _("Counts as"), "get_without_order_display", sort="without_order"),
        Column("from", _("From"), "valid_from", kind="day"),
        Column("until", _("Until"), "valid_until", kind="day"),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("It counts as planned stop"),
            _("That is the rule of ISO 22400: nobody asked for anything. Choose lost time if MOM has no orders."),
            action=next(iter(self.get_actions()), None),
        )

    def get_intro(self) -> str:
        again = being_made_again(self.site)
        if again is None:
            return str(self.intro)
        if again.reached is None:
            words = _t("A change of what time counts as waits for its turn: figures still follow the one before.")
        else:
            day = printing.day(local_day(again.reached, self.site.zone))
            words = _t("A change is worked in, newest figures first: done back to %(day)s.") % {"day": day}
        return f"{self.intro} {words}"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("KPI book"), reverse("analytics:kpi_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.SET_RECKONING):
            return ()
        return (Action(_("Change the rule"), reverse("analytics:reckoning_add"), "plus"),)

    def get_rows(self) -> QuerySet[Reckoning]:
        return reckoning_list(self.actor, self.site)


class ReckoningForm(SiteForm):
    """A rule from a day on."""

    without_order = forms.ChoiceField(
        label=_("Counts as"),
        choices=list(RULE.items()),
        help_text=_("Planned stop leaves it out of OEE, as ISO 22400 does. Lost time counts it as down."),
    )
    valid_from = forms.DateField(
        label=_("From"), help_text=_("Figures since that day are made again, the newest first.")
    )

    def clean_valid_from(self) -> Any:
        """A day of a year that everything can hold. Raises: ValidationError."""
        day = self.cleaned_data["valid_from"]
        if not 1970 <= day.year <= 2199:
            raise forms.ValidationError(_t("Give a year from 1970 to 2199."))
        return day


class ReckoningAdd(FormPage):
    """Lets time without an order count otherwise, from the plant's midnight of a day on."""

    permission = permissions.SET_RECKONING
    title = _("Time without an order")
    form_class = ReckoningForm
    submit_label = _("Change the rule")
    success_message = _("The rule was changed.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("analytics:reckoning_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("KPI book"), reverse("analytics:kpi_list")), Crumb(_("Time without an order"), self.cancel_url))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": local_day(self.now, self.site.zone), "without_order": "planned_stop"}

    def submit(self, form: Any) -> str:
        given = form.cleaned_data
        reckoning_set(
            self.actor, self.site, given["without_order"], instant(given["valid_from"], time(0), self.site.zone)
        )
        return self.cancel_url
