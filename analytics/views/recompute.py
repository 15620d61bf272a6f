"""Having figures computed again: two days and a button; the work is followed on its own page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.services import recompute
from analytics.views.window import WindowForm, chosen_window
from mom.core.web.task_runs import run_url
from mom.core.web.views import Crumb, FormPage
from mom.plant.engine.calendar import local_day


class Recompute(FormPage):
    """Figures are made from the facts; making them again gives the same, unless the facts or a definition changed."""

    permission = permissions.RECOMPUTE
    title = _("Compute figures again")
    intro = _("From the facts, for these days. Nothing is lost: the same facts give the same figures.")
    form_class = WindowForm
    submit_label = _("Compute again")

    def get_crumbs(self) -> list[Crumb]:
        """Up to the book."""
        return [Crumb(_("KPI book"), reverse("analytics:kpi_list"))]

    def get_initial(self) -> dict[str, Any]:
        """The days that the book shows."""
        window = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone)).window
        return {"first": window.first, "last": window.last}

    def submit(self, form: WindowForm) -> str:
        """Queue it and go to its progress."""
        asked = form.cleaned_data
        return run_url(recompute.request(self.actor, self.site, asked["first"], asked["last"]))
