"""Production's part of an order: what is to be made, and how much."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned

if TYPE_CHECKING:
    from mom.work.models import JobOrder


class ProductionRequest(SiteOwned):
    """One-to-one detail of a production work request: material, quantity, unit. Source: ISA-95 operations request.

    `operations_definition` is the version it is made by; none where the order is one job without a routing.
    """

    work_request = models.OneToOneField(
        "work.WorkRequest", on_delete=models.PROTECT, related_name="production_request", verbose_name=_("order")
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition",
        on_delete=models.PROTECT,
        related_name="production_requests",
        verbose_name=_("material"),
    )
    operations_definition = models.ForeignKey(
        "production.OperationsDefinition",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="production_requests",
        verbose_name=_("made by"),
    )
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    jobs: "Sequence[JobOrder]" = ()  # of the order, where an act made or moved them and gives it back

    class Meta:
        verbose_name = _("production order")
        verbose_name_plural = _("production orders")
        ordering = ["work_request"]
        constraints = [
            models.CheckConstraint(
                name="production_productionrequest_quantity_positive",
                condition=models.Q(quantity__gt=0),
                violation_error_message=_("The quantity must be more than zero."),
            ),
            models.CheckConstraint(name="production_productionrequest_has_unit", condition=~models.Q(unit="")),
        ]
        indexes = [models.Index(fields=["definition"], name="production_by_material")]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.work_request_id}: {self.quantity} {self.unit}"
