"""What open jobs will lack, in the order in which they need it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from inventory import permissions
from inventory.selectors.shortage import missing_at
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, State
from mom.core.web.views import Action
from mom.work.models.labels import JOB_ORDER_STATUS


def _state(row: Any) -> State:
    return State(JOB_ORDER_STATUS.state(row.status), JOB_ORDER_STATUS.label(row.status))


class ShortageList(ListPage):
    """Which job lacks which material, how much, and when it needs it."""

    permission = permissions.VIEW
    title = _("Shortages")
    intro = _("Open jobs in their planned order against what may be used. What is missing first stands first.")
    counted = ngettext_lazy("%(count)s shortage", "%(count)s shortages", "count")
    columns = (
        Column("needed_at", _("Needed"), kind="moment"),
        Column("material", _("Material"), kind="code",
               link=lambda row: reverse("plant:material_detail", args=[row.material]), note="name"),
        Column("missing", _("Missing"), kind="number"),
        Column("unit", _("Unit"), lambda row: printing.unit(row.unit), sort=None),
        Column("job", _("Job"), kind="code", link=lambda row: reverse("work:job_detail", args=[row.job])),
        Column("order", _("Order"), "order", minor=True),
        Column("machine", _("Machine"), "machine", minor=True),
        Column("status", _("Status"), _state, kind="state", sort=None, minor=True),
        Column("open", _("Still needed"), kind="number", hidden=True),
        Column("reserved", _("Reserved"), kind="number", hidden=True),
        Column("held", _("On hold"), kind="number", help=_("Of this material at the site, on hold or past its date.")),
    )  # fmt: skip
    default_sort = "needed_at"
    search_fields = ("material", "job", "order", "machine")
    search_label = _("Find material, job, order")

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Every open job finds its material. Jobs get materials from the definition of their order.")
        return Empty(_("Nothing is short"), text, "check", action=Action(_("Orders"), "/orders/", "prod"))

    def get_rows(self) -> Any:
        return missing_at(self.site, self.now)
