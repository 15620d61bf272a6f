"""Work requests: what was asked for, of any domain. Users say order; what it makes is the domain's record."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.searchable import Searchable
from mom.core.db.triggers import History
from mom.plant.models import SiteOwned
from mom.work.engine.terms import WorkRequestStatus
from mom.work.models.labels import OPERATIONS_TYPE, WORK_REQUEST_STATUS


class WorkRequest(SiteOwned):
    """Groups the job orders of one order: number, dates, priority, state. Source: IEC 62264-4 work request.

    `earliest_start` and `due_at` are what the asker wants and stay as they came; planned times live on the jobs.
    """

    code = models.CharField(_("order"), max_length=64)
    operations_type = models.CharField(_("domain"), max_length=12, choices=OPERATIONS_TYPE.choices)
    description = models.CharField(_("description"), max_length=200, blank=True)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=WORK_REQUEST_STATUS.choices,
        default=WorkRequestStatus.WAITING,
    )
    priority = models.SmallIntegerField(_("priority"), default=50, help_text=_("0 is most urgent, 100 least."))
    earliest_start = models.DateTimeField(_("earliest start"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    partner = models.ForeignKey(
        "plant.BusinessPartner",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="work_requests",
        verbose_name=_("customer or supplier"),
    )
    scope = models.ForeignKey(
        "plant.Equipment",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="work_requests",
        verbose_name=_("where"),
    )
    replaces = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="replacements", verbose_name=_("replaces")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_workrequest_code_unique_in_site"),
            models.CheckConstraint(name="work_workrequest_code_not_empty", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="work_workrequest_status_known", condition=models.Q(status__in=list(WorkRequestStatus))
            ),
            models.CheckConstraint(
                name="work_workrequest_due_after_start",
                condition=models.Q(earliest_start=None)
                | models.Q(due_at=None)
                | models.Q(due_at__gte=models.F("earliest_start")),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "operations_type", "status"], name="work_request_by_status"),
            models.Index(fields=["site", "-created_at", "-id"], name="work_request_newest"),
        ]
        triggers = [
            History(),
            Searchable(
                "order",
                title="description",
                retired="{status} IN ('closed', 'cancelled', 'aborted')",
                only="{operations_type} = 'production'",
            ),
        ]

    def __str__(self) -> str:
        return self.code
