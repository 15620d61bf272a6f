"""What is promised to a job: so much of what lies at a place, until the job takes it or lets it go."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Guard, History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned


class StockReservation(SiteOwned):
    """A part of a balance that is kept for one requirement of a job. Unit: the material's.

    `taken` is what the job has consumed of it. What is promised and not taken is kept in `StockBalance.reserved` by
    trigger: nobody else may consume it, and two who reserve at once get no more than lies there (P10).
    """

    requirement = models.ForeignKey(
        "work.JobRequirement", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("for")
    )
    balance = models.ForeignKey(
        "inventory.StockBalance", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("of")
    )
    quantity = QuantityField(_("reserved"))
    taken = QuantityField(_("taken"), default=0)
    reserved_at = models.DateTimeField(_("reserved at"))
    reserved_by = models.CharField(_("reserved by"), max_length=200)
    released_at = models.DateTimeField(_("let go"), null=True, blank=True)

    class Meta:
        verbose_name = _("stock reservation")
        verbose_name_plural = _("stock reservations")
        ordering = ["requirement", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "balance"],
                condition=models.Q(released_at=None),
                name="inventory_stockreservation_once",
            ),
            models.CheckConstraint(
                name="inventory_stockreservation_within",
                condition=models.Q(quantity__gt=0, taken__gte=0, taken__lte=models.F("quantity")),
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Guard(
                name="keep_on_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("more", "numeric")],
                func="""
                    more := CASE WHEN NEW.released_at IS NULL THEN NEW.quantity - NEW.taken ELSE 0 END;
                    IF TG_OP = 'UPDATE' THEN
                        more := more - CASE WHEN OLD.released_at IS NULL THEN OLD.quantity - OLD.taken ELSE 0 END;
                    END IF;
                    UPDATE inventory_stockbalance SET reserved = reserved + more
                    WHERE id = NEW.balance_id AND more <> 0;
                    RETURN NULL;
                """,
            ),
            Guard(
                name="of_its_material",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("requirement_id", "balance_id"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM inventory_stockbalance b JOIN work_jobrequirement r
                                   ON r.definition_id = b.definition_id AND r.site_id = b.site_id
                                   WHERE b.id = NEW.balance_id AND r.id = NEW.requirement_id) THEN
                        RAISE EXCEPTION 'what is reserved is of the material that is needed, at the same site'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_stockreservation_fits';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.quantity}"
