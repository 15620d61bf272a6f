"""Requests: somebody at a machine says what is wrong with it, with a photo."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maintenance.engine.terms import OPEN_REQUEST_STATUSES, RequestStatus
from maintenance.models.labels import MODE_CHOICES, REQUEST_STATUS, URGENCY
from mom.core.db.triggers import History, NoDelete
from mom.plant.models import SiteOwned


class MaintenanceRequest(SiteOwned):
    """What was seen at a machine, how soon somebody must come, and the stop it belongs to.

    `symptom` is a failure mode of ISO 14224. Said again while it is open, of the same machine and stop, it is the same
    request (`times_reported`). `stop` is the shop-floor record's: production and maintenance share it. `follows`: the
    job whose temporary repair left this to do.
    """

    code = models.CharField(_("number"), max_length=80)
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="maintenance_requests", verbose_name=_("machine")
    )
    symptom = models.CharField(_("what is seen"), max_length=3, choices=MODE_CHOICES)
    urgency = models.CharField(_("how soon"), max_length=8, choices=URGENCY.choices)
    text = models.CharField(_("in words"), max_length=500, blank=True)
    stop = models.ForeignKey(
        "floor.Stop", null=True, blank=True, on_delete=models.PROTECT, related_name="maintenance_requests",
        verbose_name=_("stop"),
    )  # fmt: skip
    status = models.CharField(
        _("status"), max_length=10, choices=REQUEST_STATUS.choices, default=RequestStatus.REQUESTED
    )
    times_reported = models.PositiveIntegerField(_("times reported"), default=1)
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.CharField(_("reported by"), max_length=200)
    declined_reason = models.CharField(_("why not"), max_length=200, blank=True)
    follows = models.ForeignKey(
        "maintenance.MaintenanceJob", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups",
        verbose_name=_("left by"),
    )  # fmt: skip
    op_uuid = models.UUIDField(_("key"), unique=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("maintenance request")
        verbose_name_plural = _("maintenance requests")
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="maintenance_maintenancerequest_code_once"),
            models.CheckConstraint(name="maintenance_maintenancerequest_has_code", condition=~models.Q(code="")),
            REQUEST_STATUS.check("status", "maintenance_maintenancerequest_status_known"),
            URGENCY.check("urgency", "maintenance_maintenancerequest_urgency_known"),
            models.CheckConstraint(
                name="maintenance_maintenancerequest_declined_says_why",
                condition=models.Q(status="declined", declined_reason__gt="")
                | (~models.Q(status="declined") & models.Q(declined_reason="")),
            ),
            # A second call while the first is open is the first. What a repair left to do is another matter.
            models.UniqueConstraint(
                fields=["equipment", "symptom", "stop"],
                condition=models.Q(status__in=sorted(OPEN_REQUEST_STATUSES), follows=None),
                nulls_distinct=False,
                name="maintenance_maintenancerequest_same_trouble_once",
            ),
        ]
        indexes = [models.Index(fields=["site", "status"], name="maintenance_request_by_status")]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return self.code
