"""Where hours and orders go: load, breakdowns, work in progress and throughput over the chosen days."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.selectors.flow import breakdown_pareto, work_in_progress
from analytics.selectors.slices import slice_list
from analytics.views import drawings
from analytics.views.window import chosen_window
from mom.core.web.views import Page
from mom.plant.engine.calendar import local_day
from mom.work.selectors.stops import stop_sums


class FlowAndLosses(Page):
    """Five charts over one window, each with its numbers as a table."""

    permission = permissions.VIEW
    title = _("Flow and losses")
    intro = _("Where the hours went, what broke down, how many orders are in work and how many leave.")
    template_name = "analytics/flow.html"

    def get_context(self) -> dict[str, Any]:
        """The charts; statements do not depend on how long the window is."""
        chosen = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone))
        step = drawings.step_for(chosen.window)
        slices = slice_list(self.site, chosen.window, step)
        return {
            "chosen": chosen,
            "load": drawings.load_over_time(slices, chosen.window, step),
            "pareto": drawings.breakdowns(breakdown_pareto(self.site, chosen.window)),
            "in_work": drawings.orders_in_work(work_in_progress(self.site, chosen.window)),
            "stops": drawings.stops_by_reason(stop_sums(self.site, chosen.window.first, chosen.window.last, self.now)),
            "throughput": drawings.orders_finished(slices, chosen.window, step),
        }
