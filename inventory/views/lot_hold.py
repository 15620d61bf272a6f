"""Holds: their list, one with its lots, holding everything affected by a lot, and letting go again."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from inventory import permissions
from inventory.forms_hold import HoldForm, ReleaseForm
from inventory.models import HeldLot, LotHold
from inventory.selectors.holds import held_in, hold_get, hold_list
from inventory.services import lot_hold
from inventory.services.lot_hold import Also
from mom.core.errors import NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.plant.models import MaterialLot
from mom.plant.selectors.scope import for_actor


def hold_url(hold: Any) -> str:
    """The one address of a hold."""
    return reverse("inventory:hold_detail", args=[hold.code])


def _state(hold: Any) -> Tag:
    return Tag(_("On hold"), "bad") if hold.released_at is None else Tag(_("Ended"), "ok")


class HoldList(ListPage):
    """Holds of lots."""

    permission = permissions.VIEW
    title = _("Holds")
    intro = _("Lots that were taken out of use together. Nobody consumes or ships what is on hold.")
    counted = ngettext_lazy("%(count)s hold", "%(count)s holds", "count")
    columns = (
        Column("hold", _("Hold"), "code", kind="code", link=hold_url),
        Column("state", _("State"), _state, kind="tag", sort="released_at"),
        Column("reason", _("Why"), "reason"),
        Column("kept", _("Lots on hold"), "kept_count", kind="number"),
        Column("lots", _("Lots in all"), "lot_count", kind="number", minor=True),
        Column("held", _("Since"), "held_at", kind="moment"),
        Column("by", _("By"), "held_by", minor=True),
    )
    default_sort = "-held"
    search_fields = ("code", "reason")
    search_label = _("Find a hold")
    saved_filters = (
        SavedFilter("open", _("On hold"), Q(released_at=None), tone="bad"),
        SavedFilter("all", _("All")),
    )
    empty = Empty(
        _("Nothing is on hold"),
        _("Hold lots from the list of lots, or everything that is affected by one from its trace."),
        "check",
        action=Action(_("Lots"), "/lots/", "inv"),
    )

    def get_rows(self) -> Any:
        return hold_list(self.actor, self.site)


class HoldDetail(DetailPage):
    """One hold with its lots."""

    permission = permissions.VIEW
    template_name = "inventory/hold/detail.html"
    subject_name = "hold"

    def get_subject(self) -> LotHold:
        return hold_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return str(self.subject.code)

    def get_intro(self) -> str:
        return str(self.subject.reason)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Holds"), reverse("inventory:hold_list")),)

    def get_actions(self) -> Sequence[Action]:
        if self.subject.released_at is not None or not self.may(permissions.RELEASE_LOTS):
            return ()
        return (Action(_("Release"), reverse("inventory:hold_release", args=[self.subject.code]), "check", "primary"),)

    def get_context(self) -> dict[str, Any]:
        return {"rows": held_in(self.subject), "state": _state(self.subject)}


class HoldRelease(FormPage):
    """Ends a hold, or takes some lots out of it."""

    permission = permissions.RELEASE_LOTS
    title = _("Release")
    intro = _("What another hold keeps stays on hold.")
    form_class = ReleaseForm
    submit_label = _("Release")
    success_message = _("Released.")

    @cached_property
    def hold(self) -> LotHold:
        """Raises: NotFound."""
        return hold_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return hold_url(self.hold)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Holds"), reverse("inventory:hold_list")), Crumb(self.hold.code, self.cancel_url))

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = HeldLot.objects.filter(hold=self.hold, released_at=None).select_related("lot")
        return {"rows": rows.order_by("lot__code")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        chosen = [row.lot_id for row in form.cleaned_data["lots"]]
        lot_hold.release(self.actor, self.hold.pk, form.cleaned_data["reason"], lots=chosen or None)
        return self.cancel_url


class HoldAffected(FormPage):
    """Holds a lot with everything that is affected, in one act."""

    permission = permissions.HOLD_LOTS
    title = _("Hold everything affected")
    intro = _("Jobs that were promised one of these lots lose it; their gate says so.")
    form_class = HoldForm
    submit_label = _("Hold")
    submit_look = "danger"
    success_message = _("On hold.")

    @cached_property
    def lot(self) -> MaterialLot:
        """Raises: NotFound."""
        rows = for_actor(MaterialLot.objects.filter(site=self.site), self.actor, permissions.VIEW)
        found = rows.filter(code=self.kwargs["code"]).order_by("pk").first()
        if found is None:
            raise NotFound
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"also": Also.DOWNSTREAM.value}

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("inventory:lot_trace", args=[self.lot.code])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.lot.code, self.cancel_url),)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        return hold_url(lot_hold.hold_affected(self.actor, [self.lot.pk], sent["reason"], also=sent["also"]))
