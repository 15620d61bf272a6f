"""What of an order may stand on labels and on its traveller: the paper that goes through the plant with the parts."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core import labels
from mom.core.actor import Actor
from mom.core.labels import LabelField
from mom.core.labels.document import Code, Document, Head
from mom.core.web import printing
from mom.plant.label_fields import common, site_of
from mom.work import permissions
from production.selectors import order as orders

_FIELDS = (
    LabelField("code", _("Order"), "WO-24112"),
    LabelField("material", _("Material"), "P-4410"),
    LabelField("name", _("Material's name"), "Pump housing"),
    LabelField("quantity", _("Quantity"), "120 pcs"),
    LabelField("due", _("Due"), "16 Apr 14:00"),
    LabelField("site", _("Site"), "NOR Norrtal Pump Works"),
    LabelField("printed", _("Printed"), "16 Apr 10:42"),
)


def register() -> None:
    """Make the order's label known; called when the app is ready."""
    labels.register(labels.LabelNoun("order", _("Order"), permissions.VIEW, _FIELDS, _find))


def _find(actor: Actor, site: str, code: str) -> labels.LabelSubject:
    order = orders.order_get(actor, site_of(site), code)
    return labels.LabelSubject(
        str(order.pk), order.code, reverse("production:order_detail", args=[order.code]), _values(order)
    )


def _values(order: Any) -> dict[str, str]:
    request = getattr(order, "production_request", None)
    return {
        **common(order),
        "material": request.definition.code if request else "",
        "name": request.definition.name if request else order.description,
        "quantity": printing.quantity(request.quantity, request.unit) if request else "",
        "due": printing.moment(order.due_at) if order.due_at else "",
    }


def traveller(actor: Actor, site: Site, code: str, now: datetime) -> bytes:
    """The order with its jobs and their codes, to scan at the machines. Raises: NotFound."""
    order = orders.order_get(actor, site, code)
    values = _values(order)
    paper = Document(Head(order.code, _t("Order"), f"{site.code} {site.name}", site.zone, now, actor.label))
    paper.facts(
        [
            (_("Material"), f"{values['material']} {values['name']}".strip()),
            (_("Quantity"), values["quantity"]),
            (_("Due"), values["due"]),
            (_("Priority"), str(order.priority)),
        ],
        Code(order.code, side=24),
    )
    paper.heading(_t("Jobs"))
    rows = [
        (
            str(job.sequence),
            f"{job.code} {job.operation}".strip(),
            job.equipment.code if job.equipment else "",
            "",
            "",
            Code(job.code, side=16),
        )
        for job in orders.jobs_of(order)
    ]
    head = (_t("No."), _t("Operation"), _t("Machine"), _t("Good"), _t("Scrap"), _t("Scan"))
    paper.table(head, rows, widths=(10, 60, 28, 22, 22, 24))
    return paper.render()
