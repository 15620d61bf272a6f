"""What a place of the equipment tree is as a store: may it go below zero, do lots run together in it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.labels import STOCK_CLASS
from mom.core.db.triggers import Guard, History
from mom.plant.models import SiteOwned


class StorageLocation(SiteOwned):
    """Equipment that holds stock: a storage zone or unit, a line-side place, a silo.

    In a blending place (silo, tank) lots run together: what is filled in becomes part of the blend's own lot.
    """

    equipment = models.OneToOneField(
        "plant.Equipment", on_delete=models.PROTECT, related_name="storage", verbose_name=_("place")
    )
    allows_negative = models.BooleanField(
        _("may go below zero"), default=False, help_text=_("For a new shop until everything was counted once.")
    )
    is_blending = models.BooleanField(_("lots run together"), default=False)
    is_inbound = models.BooleanField(
        _("receiving place"), default=False, db_default=False, help_text=_("What lies here waits to be put away.")
    )
    count_class = models.CharField(
        _("count class"), max_length=1, blank=True, default="", db_default="", choices=STOCK_CLASS.choices
    )
    count_interval_days = models.PositiveSmallIntegerField(
        _("counted every"), null=True, blank=True, help_text=_("Days. Blank: as its class says.")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("storage place")
        verbose_name_plural = _("storage places")
        ordering = ["equipment"]
        constraints = [
            models.CheckConstraint(
                name="inventory_storagelocation_class_known",
                condition=models.Q(count_class="") | models.Q(count_class__in=STOCK_CLASS.values),
            ),
            models.CheckConstraint(
                name="inventory_storagelocation_interval_positive",
                condition=models.Q(count_interval_days=None) | models.Q(count_interval_days__gt=0),
            ),
        ]
        triggers = [
            History(),
            # The rule stands on each balance, where the check can see it.
            Guard(
                name="carry_to_balances",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("allows_negative"),
                func="""
                    UPDATE inventory_stockbalance SET allows_negative = NEW.allows_negative
                    WHERE location_id = NEW.id AND allows_negative IS DISTINCT FROM NEW.allows_negative;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.equipment)
