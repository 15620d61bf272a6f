"""A start that was allowed although something forbids it: who took it on themselves, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly
from mom.plant.models import SiteOwned


class GateOverride(SiteOwned):
    """One thing in the way of one job that counts no more until an instant: it was signed for. Never changed.

    `source`, `code` and `subject` are those of the blocker; `sentence` is what was shown to who signed.
    """

    job_order = models.ForeignKey(
        "work.JobOrder", on_delete=models.PROTECT, related_name="gate_overrides", verbose_name=_("job")
    )
    source = models.CharField(_("what is asked"), max_length=40)
    code = models.CharField(_("what stood in the way"), max_length=40)
    subject = models.CharField(_("of what"), max_length=200, blank=True)
    sentence = models.CharField(_("as it was told"), max_length=500)
    reason = models.CharField(_("reason"), max_length=500)
    signature = models.OneToOneField(
        "accounts.Signature", on_delete=models.PROTECT, related_name="+", verbose_name=_("signature")
    )
    overridden_by = models.CharField(_("signed by"), max_length=200)
    overridden_at = models.DateTimeField(_("when"))
    valid_until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("override of the gate")
        verbose_name_plural = _("overrides of the gate")
        ordering = ["-overridden_at", "-id"]
        constraints = [
            models.CheckConstraint(name="work_gateoverride_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="work_gateoverride_ends_after_start",
                condition=models.Q(valid_until__gt=models.F("overridden_at")),
            ),
        ]
        indexes = [models.Index(fields=["job_order"], name="work_gateoverride_by_job")]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.job_order_id}: {self.source} {self.code}"
