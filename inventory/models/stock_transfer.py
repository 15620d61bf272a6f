"""Bringing stock from one place to another, as a job: received goods to their place, material to a machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned


class StockTransfer(SiteOwned):
    """What an inventory job is to bring where; the ledger moves when the job is finished. Unit: the material's.

    `moved` is what was really brought, where whoever did it says so; else all of it.
    """

    code = models.CharField(_("move"), max_length=64)
    job_order = models.OneToOneField(
        "work.JobOrder", on_delete=models.PROTECT, related_name="stock_transfer", verbose_name=_("job")
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("material")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lot")
    )
    quantity = QuantityField(_("quantity"))
    source = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="+", verbose_name=_("from")
    )
    target = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="+", verbose_name=_("to")
    )
    moved = QuantityField(_("moved"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("move job")
        verbose_name_plural = _("move jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="inventory_stocktransfer_code_unique_in_site"),
            models.CheckConstraint(
                name="inventory_stocktransfer_moves_something",
                condition=models.Q(quantity__gt=0) & (models.Q(moved=None) | models.Q(moved__gt=0)),
            ),
            models.CheckConstraint(
                name="inventory_stocktransfer_to_another_place", condition=~models.Q(source=models.F("target"))
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "code", "job_order", "definition", "lot", "quantity", "source"]),
            Frozen(name="done", fields=["moved", "done_at", "target"], when="OLD.done_at IS NOT NULL"),
        ]

    def __str__(self) -> str:
        return self.code


class HomePlace(SiteOwned):
    """Where a material belongs: what is received on an inbound place is brought there."""

    definition = models.OneToOneField(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="home_place", verbose_name=_("material")
    )
    location = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="homes", verbose_name=_("place")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("home of a material")
        verbose_name_plural = _("homes of materials")
        ordering = ["definition"]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.definition_id}: {self.location_id}"
