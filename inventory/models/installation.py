"""Which component is in which serial-numbered product, from when to when: as built and as it is now."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.plant.models import SiteOwned


class Installation(SiteOwned):
    """A component with a serial number, built into a product with one. A swap ends one and begins another."""

    product = models.ForeignKey(
        "plant.MaterialSublot", on_delete=models.PROTECT, related_name="installations", verbose_name=_("product")
    )
    component = models.ForeignKey(
        "plant.MaterialSublot", on_delete=models.PROTECT, related_name="installed_in", verbose_name=_("component")
    )
    position = models.CharField(_("position"), max_length=64, blank=True)
    installed_at = models.DateTimeField(_("installed"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    install_response = models.ForeignKey(
        "work.JobResponse", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    remove_response = models.ForeignKey(
        "work.JobResponse", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    removal_reason = models.CharField(_("why it was removed"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        ordering = ["product", "position", "installed_at"]
        constraints = [
            models.CheckConstraint(
                name="inventory_installation_not_in_itself", condition=~models.Q(product=models.F("component"))
            ),
            models.CheckConstraint(
                name="inventory_installation_ends_after_start",
                condition=models.Q(removed_at=None) | models.Q(removed_at__gt=models.F("installed_at")),
            ),
            models.CheckConstraint(
                name="inventory_installation_removed_with_reason",
                condition=models.Q(removed_at=None, removal_reason="")
                | (models.Q(removed_at__isnull=False) & ~models.Q(removal_reason="")),
            ),
            # One component is in one product at a time, and one position holds one component.
            ExclusionConstraint(
                name="inventory_installation_one_place_at_a_time",
                expressions=[
                    ("component", RangeOperators.EQUAL),
                    (TsTzRange("installed_at", "removed_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="inventory_installation_one_component_a_position",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    (TsTzRange("installed_at", "removed_at"), RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(position=""),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.component_id} in {self.product_id}"
