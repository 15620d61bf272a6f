"""The columns of the list of orders."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.web import components, printing
from mom.core.web.tables import Column, State
from production.selectors.order import OrderFigures

MACHINES_SHOWN = 3


def figures(order: Any) -> OrderFigures:
    """An order's figures at the instant that the list was read."""
    return OrderFigures(order, order.as_of)


def order_url(order: Any) -> str:
    """The one page of an order."""
    return reverse("production:order_detail", args=[order.code])


@dataclass(frozen=True)
class ProgressColumn(Column):
    """A bar with the tick where the order should be by now; exports get the share as a number."""

    def cell(self, row: Any) -> SafeString:
        """The bar, or nothing where nobody said how much is wanted."""
        read = figures(row)
        if read.quantity is None:
            return SafeString("")
        bar = components.progress(read.good, read.expected, read.quantity, read.pace, spoken(read))
        return format_html('<div class="prog-cell">{}</div>', bar)


def spoken(read: OrderFigures) -> str:
    """Both numbers of a bar in words."""
    words = {"good": printing.number(read.good), "quantity": printing.number(read.quantity)}
    if read.expected is None:
        return _("%(good)s of %(quantity)s good") % words
    words["expected"] = printing.number(read.expected)
    return _("%(good)s of %(quantity)s good, %(expected)s expected by now") % words


def _share(order: Any) -> Decimal | None:
    read = figures(order)
    return read.good / read.quantity if read.quantity else None


def _machines(order: Any) -> str:
    codes = order.machines or []
    shown = ", ".join(codes[:MACHINES_SHOWN])
    return shown if len(codes) <= MACHINES_SHOWN else f"{shown} +{len(codes) - MACHINES_SHOWN}"


def _material_name(order: Any) -> str | Promise:
    request = figures(order).request
    return request.definition.name if request else ""


def _state(order: Any) -> State:
    read = figures(order)
    return State(read.state, read.status_word)


COLUMNS = (
    Column("order", gettext_lazy("Order"), "code", kind="code", link=order_url),
    Column(
        "material",
        gettext_lazy("Material"),
        lambda order: figures(order).material,
        sort="production_request__definition__code",
        note=_material_name,
        minor=True,
    ),
    Column(
        "quantity",
        gettext_lazy("Quantity"),
        lambda order: figures(order).quantity,
        kind="quantity",
        unit="output_unit",
        sort="production_request__quantity",
        minor=True,
    ),
    Column(
        "good",
        gettext_lazy("Good"),
        lambda order: order.good,
        kind="quantity",
        unit="output_unit",
        sort="good",
        help=gettext_lazy("Good of the last operation."),
    ),
    ProgressColumn("progress", gettext_lazy("Progress"), _share, kind="percent", sort=None, minor=True),
    Column("machines", gettext_lazy("Machines"), _machines, sort="machines", minor=True),
    Column("status", gettext_lazy("Status"), _state, kind="state", sort="status"),
    Column("due", gettext_lazy("Due"), "due_at", kind="moment", minor=True),
    Column("started", gettext_lazy("Started"), "first_start", kind="moment", minor=True),
    Column(
        "lead",
        gettext_lazy("Lead time"),
        lambda order: figures(order).lead_time,
        kind="duration",
        help=gettext_lazy("From the first start to the last end; of an open order until now."),
        minor=True,
    ),
    Column("priority", gettext_lazy("Priority"), kind="number", hidden=True),
    Column("added", gettext_lazy("Added"), "created_at", kind="moment", sort=("created_at", "pk"), hidden=True),
)
