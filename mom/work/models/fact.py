"""What every reported fact has: a key that is unique for ever, two time stamps, who said it, and what it takes back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.plant.models import SiteOwned


class Fact(SiteOwned):
    """A row that is never changed. A correction is a reversal (the same amounts, negative) and a new fact (P05).

    `op_uuid` is made where the fact was made (device, partner, import row), so the same fact sent twice counts once
    for ever. `recorded_at` is ours, the times of the fact are the reporter's.
    """

    op_uuid = models.UUIDField(_("key"), unique=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.CharField(_("recorded by"), max_length=200)
    reverses = models.OneToOneField(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="reversal", verbose_name=_("reverses")
    )
    reversal_reason = models.CharField(_("reason of the reversal"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_reversal_has_reason",
                condition=models.Q(reverses=None, reversal_reason="")
                | (models.Q(reverses__isnull=False) & ~models.Q(reversal_reason="")),
            ),
        ]
