"""Places that hold stock: their list, and what lies at one, what moved there, what is to be done there."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from inventory import permissions
from inventory.forms_count import PlaceForm
from inventory.models import StockTransfer, StorageLocation
from inventory.selectors.places import lies_at, moved_at, place_get, place_list
from inventory.services import count_plan
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage

MOST_JOBS = 20


def place_url(place: Any) -> str:
    """The one address of a place."""
    return reverse("inventory:place_detail", args=[place.equipment.code])


def _count(place: Any) -> Any:
    return Tag(_("Being counted"), "info") if place.open_count else ""


class PlaceList(ListPage):
    """Where stock lies."""

    permission = permissions.VIEW
    title = _("Places")
    intro = _("Shelves, docks, line-side places and silos: what of the plant holds stock.")
    counted = ngettext_lazy("%(count)s place", "%(count)s places", "count")
    columns = (
        Column("place", _("Place"), "equipment.code", kind="code", sort="equipment__code", link=place_url),
        Column("name", _("Name"), "equipment.name", sort="equipment__name", minor=True),
        Column("lines", _("Lines"), "lines", kind="number", help=_("Materials and lots that lie there.")),
        Column("class", _("Count class"), "count_class"),
        Column("counted", _("Last counted"), "last_counted", kind="moment", minor=True),
        Column("count", _("Count"), _count, kind="tag", sort=None),
    )
    default_sort = "place"
    search_fields = ("equipment__code", "equipment__name")
    search_label = _("Find a place")
    saved_filters = (SavedFilter("all", _("All")),)
    empty = Empty(
        _("No place holds stock yet"),
        _("A place begins to hold stock with the opening stock that is brought in from a spreadsheet."),
        "inv",
        action=Action(_("Imports"), "/imports/tables/", "down"),
    )

    def get_rows(self) -> Any:
        return place_list(self.actor, self.site)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.ADJUST_STOCK):
            return ()
        return (Action(_("Count classes"), reverse("inventory:count_classes"), "admin"),)


class PlaceDetail(DetailPage):
    """One place."""

    permission = permissions.VIEW
    template_name = "inventory/place/detail.html"
    subject_name = "place"

    def get_subject(self) -> StorageLocation:
        return place_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.equipment.code

    def get_subtitle(self) -> str:
        return str(self.subject.equipment.name)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Places"), reverse("inventory:place_list")),)

    def get_actions(self) -> Sequence[Action]:
        code, found = self.subject.equipment.code, []
        if self.may(permissions.ADJUST_STOCK):
            found.append(Action(_("Change"), reverse("inventory:place_change", args=[code]), "admin"))
        if self.may(permissions.COUNT_STOCK) and not self.subject.open_count:
            found.append(Action(_("Count"), f"{reverse('inventory:count_ask')}?place={self.subject.pk}", "check"))
        if self.may(permissions.MOVE_STOCK):
            found.append(Action(_("Receive"), f"{reverse('inventory:stock_receive')}?place={self.subject.pk}", "plus"))
        return found

    def get_context(self) -> dict[str, Any]:
        place = self.subject
        moves = StockTransfer.objects.filter(source=place, done_at=None).select_related(
            "definition", "lot", "target__equipment", "job_order"
        )
        return {
            "rows": lies_at(place),
            "moves": moved_at(place),
            "tasks": list(moves.exclude(job_order__status__in=["aborted", "cancelled"]).order_by("id")[:MOST_JOBS]),
            "may_move": self.may(permissions.MOVE_STOCK),
        }


class PlaceChange(FormPage):
    """How a place is counted, and whether what lies there waits to be put away."""

    permission = permissions.ADJUST_STOCK
    title = _("Change place")
    form_class = PlaceForm
    submit_label = _("Save")
    success_message = _("Saved.")

    @cached_property
    def place(self) -> StorageLocation:
        """Raises: NotFound."""
        return place_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return place_url(self.place)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Places"), reverse("inventory:place_list")), Crumb(self.place.equipment.code, self.cancel_url))

    def get_initial(self) -> dict[str, Any]:
        names = ("count_class", "count_interval_days", "is_inbound", "version")
        return {name: getattr(self.place, name) for name in names}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        count_plan.place_set(self.actor, self.place.pk, **form.cleaned_data)
        return self.cancel_url
