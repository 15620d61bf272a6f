"""Every stop of the chosen window: why, how long, on which job, who was there, and the how manieth time that day."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from analytics import permissions
from analytics.selectors import losses_stops
from analytics.views.losses_window import PRESETS, Period, chosen_period
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, State, Tag
from mom.core.web.views import Crumb
from mom.floor.models import Stop
from mom.floor.models.labels import MACHINE_STATE

OFTEN = 3  # times a day from which a stop is marked as one that comes back


def _reason(stop: Any) -> str:
    if stop.reason is not None:
        return str(stop.reason.name or stop.reason.code)
    return str(_t("Minor stop") if stop.is_minor else _t("No reason yet"))


def _times(stop: Any) -> Any:
    if stop.times < OFTEN:
        return stop.times
    return Tag(_t("%(count)d× that day") % {"count": stop.times}, "warn")


class LossStops(ListPage):
    """The stops behind a page of losses, narrowed in the same way."""

    permission = permissions.VIEW
    title = _("Stops")
    template_name = "analytics/losses/stops.html"
    counted = ngettext_lazy("%(count)s stop", "%(count)s stops", "count")
    columns = (
        Column("started", _("Started"), "started_at", kind="moment"),
        Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code",
               link=lambda stop: reverse("plant:machine_detail", args=[stop.equipment.code])),
        Column("state", _("State"), lambda stop: State(stop.state, MACHINE_STATE.label(stop.state)), kind="state",
               sort="state"),
        Column("reason", _("Reason"), _reason, sort="reason__name", note=lambda stop: stop.note),
        Column("duration", _("Length"), "spent", kind="duration"),
        Column("times", _("Times that day"), _times, kind="number", sort="times",
               help=_("How often this machine had stopped for the same reason that day, this time included.")),
        Column("job", _("Job"), lambda stop: stop.job_order.code if stop.job_order else "", sort="job_order__code",
               link=lambda stop: reverse("work:job_detail", args=[stop.job_order.code]) if stop.job_order else None),
        Column("people", _("People"), "people", sort=None, minor=True),
        Column("reporter", _("Said by"), "reporter", minor=True),
        Column("ended", _("Ended"), "ended_at", kind="moment", hidden=True),
        Column("code", _("State code"), "code", hidden=True),
    )  # fmt: skip
    default_sort = "-started"
    search_fields = ("equipment__code", "reason__name", "reason__code", "job_order__code", "note", "code")
    search_label = _("Search these stops")
    empty = Empty(_("Nothing stopped"), _("No machine stopped in these days and places."), icon="check")

    def get_crumbs(self) -> Sequence[Crumb]:
        """Up to the losses, in the same window."""
        names = ("window", "first", "last", "at", "shift", "material", "school")
        kept = urlencode({name: self.request.GET[name] for name in names if self.request.GET.get(name)})
        return (Crumb(_t("OEE and losses"), f"{reverse('analytics:losses')}?{kept}"),)

    @cached_property
    def period(self) -> Period:
        """What the address asks for."""
        return chosen_period(self.site, self.request.GET, self.now)

    def get_intro(self) -> str:
        """The window in words."""
        place = f" · {self.period.place.code} {self.period.place.name}" if self.period.place else ""
        return f"{self.period.words}{place}"

    def get_context(self) -> dict[str, Any]:
        """The usual windows as links."""
        return {"presets": [(key, label, key == self.period.preset) for key, label in PRESETS.items()]}

    def get_rows(self) -> QuerySet[Stop]:
        """The stops of the window; `reason` and `coded` narrow as the Pareto's bars do."""
        asked = self.period.asked(self.site)
        rows = losses_stops.stops(asked, self.now)
        reason = self.request.GET.get("reason", "").replace("\0", "")[:64]
        if reason:
            rows = rows.filter(Q(reason__code=reason) | Q(reason__parent__code=reason))
        if self.request.GET.get("coded") == "no":
            rows = rows.filter(reason=None, is_minor=False)
        elif self.request.GET.get("coded") == "minor":
            rows = rows.filter(reason=None, is_minor=True)
        return rows
