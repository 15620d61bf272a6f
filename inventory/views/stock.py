"""Stock: what lies where, and how it comes in, moves and is thrown away."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from inventory import permissions
from inventory.forms import MoveForm, ReceiveForm, ScrapForm, ShipForm
from inventory.selectors.balances import balance_list
from inventory.selectors.material_at_hand import USABLE
from inventory.services import lots, stock, stock_transfer
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.models.labels import LOT_DISPOSITION

SOON = timedelta(days=30)


def _state(row: Any) -> Any:
    if row.lot is None or row.lot.disposition in USABLE:
        return ""
    return Tag(LOT_DISPOSITION.label(row.lot.disposition), "bad")


def _expires_soon(page: Any) -> Q:
    """What may still be used and will be past its date soon."""
    usable = Q(lot__disposition__in=USABLE, quantity__gt=0)
    return usable & Q(lot__expires_at__gt=page.now, lot__expires_at__lte=page.now + SOON)


def _place_url(row: Any) -> str:
    return reverse("inventory:place_detail", args=[row.location.equipment.code])


class StockList(ListPage):
    """What lies where."""

    permission = permissions.VIEW
    title = _("Stock")
    intro = _("What lies where, by lot. The ledger keeps it: nobody types over a quantity.")
    counted = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    columns = (
        Column("material", _("Material"), "definition.code", kind="code", sort="definition__code",
               link=lambda row: reverse("plant:material_detail", args=[row.definition.code])),
        Column("name", _("Name"), "definition.name", minor=True),
        Column("lot", _("Lot"), lambda row: row.lot.code if row.lot else "", kind="code", sort="lot__code",
               link=lambda row: reverse("plant:lot_detail", args=[row.lot.code]) if row.lot else None,
               note=lambda row: row.sublot.code if row.sublot else ""),
        Column("number", _("Number"), lambda row: row.sublot.code if row.sublot else "", kind="code", hidden=True),
        Column("place", _("Place"), "location.equipment.code", kind="code", sort="location__equipment__code",
               link=_place_url),
        Column("quantity", _("Quantity"), "quantity", kind="number", sort="quantity"),
        Column("reserved", _("Reserved"), "reserved", kind="number", sort="reserved",
               help=_("Promised to jobs.")),
        Column("free", _("Free"), "free", kind="number", sort="free",
               help=_("Not promised, not on hold, not past its date.")),
        Column("unit", _("Unit"), lambda row: printing.unit(row.definition.unit)),
        Column("expires", _("Expires"), lambda row: row.lot.expires_at if row.lot else None, kind="moment",
               sort="lot__expires_at", minor=True),
        Column("state", _("State"), _state, kind="tag"),
        Column("hold", _("Hold"), "hold", kind="code", minor=True,
               link=lambda row: reverse("inventory:hold_detail", args=[row.hold]) if row.hold else None,
               help=_("Why it is on hold; the oldest, where there are several.")),
    )  # fmt: skip
    default_sort = "material"
    search_fields = ("definition__code", "definition__name", "lot__code", "sublot__code", "location__equipment__code")
    search_label = _("Find material, lot, place")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("reserved", _("Reserved"), Q(reserved__gt=0)),
        SavedFilter("held", _("On hold"), Q(lot__isnull=False) & ~Q(lot__disposition__in=USABLE), tone="bad"),
        SavedFilter("expiring", _("Expires in 30 days"), _expires_soon, tone="warn"),
        SavedFilter("below", _("Below zero"), Q(quantity__lt=0), tone="bad"),
    )

    def get_rows(self) -> Any:
        return balance_list(self.actor, self.site).order_by(
            "definition__code", F("lot__expires_at").asc(nulls_last=True)
        )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Receive a delivery, or bring in opening stock from a spreadsheet. Then the ledger knows every piece.")
        receive = Action(_("Receive"), reverse("inventory:stock_receive"), "plus", "primary")
        may = self.may(permissions.MOVE_STOCK)
        return Empty(_("Nothing lies anywhere yet"), text, "inv", action=receive if may else None)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.MOVE_STOCK):
            return ()
        return (
            Action(_("Places"), reverse("inventory:place_list"), "inv"),
            Action(_("Scrap"), reverse("inventory:stock_scrap"), "trash"),
            Action(_("Move"), reverse("inventory:stock_move"), "right"),
            Action(_("Ship"), reverse("inventory:stock_ship"), "truck"),
            Action(_("Receive"), reverse("inventory:stock_receive"), "plus", "primary"),
        )


class StockAct(FormPage):
    """An act on stock; it leads back to the list."""

    permission = permissions.MOVE_STOCK
    form_class: ClassVar[Any]

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("inventory:stock_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Stock"), reverse("inventory:stock_list")),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name) for name in ("material", "lot", "number", "place")}


class StockReceive(StockAct):
    """A delivery comes in."""

    title = _("Receive")
    form_class = ReceiveForm
    submit_label = _("Receive")
    success_message = _("Received.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        day = sent["expires_on"]
        expires = datetime.combine(day + timedelta(days=1), time(0), self.site.zone) if day else None
        new = lots.NewLot(sent["lot_code"], sent["supplier_lot"], expires)
        given = {"op_uuid": sent["op_uuid"], "partner": sent["partner"]}
        if sent["material"].tracking == "lot" or sent["lot_code"]:
            lots.receive_lot(self.actor, sent["place"], sent["material"], sent["quantity"], new, **given)
        else:
            stock.receive(self.actor, sent["place"], sent["material"], sent["quantity"], **given)
        return self.cancel_url


class StockMovePage(StockAct):
    """A lot, a material without lots or a numbered piece moves: now, or by a job."""

    title = _("Move")
    form_class = MoveForm
    submit_label = _("Move")
    success_message = _("Done.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        if sent["as_job"]:
            move = stock_transfer.ask(self.actor, sent["what"], sent["place"], sent["to"], sent["quantity"])
            return reverse("work:job_detail", args=[move.code])
        stock.transfer(self.actor, sent["what"], sent["place"], sent["to"], sent["quantity"], op_uuid=sent["op_uuid"])
        return self.cancel_url


class StockScrap(StockAct):
    """A lot, a part of it, a material without lots or a numbered piece is thrown away."""

    title = _("Scrap")
    form_class = ScrapForm
    submit_label = _("Scrap")
    submit_look = "danger"
    success_message = _("Scrapped.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        stock.scrap(
            self.actor, sent["what"], sent["place"], sent["quantity"], op_uuid=sent["op_uuid"], reason=sent["reason"]
        )
        return self.cancel_url


class StockShip(StockAct):
    """A lot, a part of it, a material without lots or a numbered piece leaves for a customer."""

    title = _("Ship")
    form_class = ShipForm
    submit_label = _("Ship")
    success_message = _("Shipped.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        stock.ship(
            self.actor, sent["what"], sent["place"], sent["quantity"], op_uuid=sent["op_uuid"],
            partner=sent["customer"],
        )  # fmt: skip
        return self.cancel_url
