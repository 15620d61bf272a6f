"""Counting a place: its sheet, what was counted when, and what came out against the book."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.engine.terms import CountStatus
from inventory.models.labels import COUNT_STATUS, STOCK_CLASS
from mom.core.db.triggers import AppendOnly, Frozen, History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned
from mom.work.models import Fact


class CountClass(SiteOwned):
    """How often places of a class are counted."""

    letter = models.CharField(_("class"), max_length=1, choices=STOCK_CLASS.choices)
    interval_days = models.PositiveSmallIntegerField(_("counted every"), help_text=_("Days."))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("count class")
        verbose_name_plural = _("count classes")
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(fields=["site", "letter"], name="inventory_countclass_once_in_site"),
            STOCK_CLASS.check("letter", "inventory_countclass_letter_known"),
            models.CheckConstraint(
                name="inventory_countclass_interval_positive", condition=models.Q(interval_days__gt=0)
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return self.letter


class CycleCount(SiteOwned):
    """The count of a place, as an inventory job. Blind: who counts isn't told what the book says.

    A place has one count at a time. What differs is posted by somebody who says why; where nothing does, the count is
    done with its job.
    """

    code = models.CharField(_("count"), max_length=64)
    job_order = models.OneToOneField(
        "work.JobOrder", on_delete=models.PROTECT, related_name="cycle_count", verbose_name=_("job")
    )
    location = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="counts", verbose_name=_("place")
    )
    status = models.CharField(
        _("status"), max_length=COUNT_STATUS.max_length, choices=COUNT_STATUS.choices, default=CountStatus.OPEN
    )
    is_planned = models.BooleanField(_("by the plan"), default=False)
    created_at = models.DateTimeField(_("created"))
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)
    posted_by = models.CharField(_("posted by"), max_length=200, blank=True)
    reason = models.CharField(_("why it differed"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="inventory_cyclecount_code_unique_in_site"),
            COUNT_STATUS.check("status", "inventory_cyclecount_status_known"),
            models.UniqueConstraint(
                fields=["location"],
                condition=models.Q(status__in=[CountStatus.OPEN, CountStatus.COUNTED]),
                name="inventory_cyclecount_one_at_a_time",
            ),
            models.CheckConstraint(
                name="inventory_cyclecount_posted_by_somebody",
                condition=(models.Q(status=CountStatus.POSTED, posted_at__isnull=False) & ~models.Q(posted_by=""))
                | (~models.Q(status=CountStatus.POSTED) & models.Q(posted_at=None, posted_by="")),
            ),
        ]
        indexes = [models.Index(fields=["site", "-created_at"], name="inventory_count_newest")]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "code", "job_order", "location", "is_planned", "created_at"]),
            Frozen(
                name="done",
                fields=["status", "posted_at", "posted_by", "reason"],
                when="OLD.status IN ('posted', 'cancelled')",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CountLine(SiteOwned):
    """What is to be counted at the place: one material, lot or piece. What the book said of it comes with the posting.

    `book` is of the instant at which it was counted, not of the posting; `difference` is what was counted less that.
    """

    count = models.ForeignKey(CycleCount, on_delete=models.PROTECT, related_name="lines", verbose_name=_("count"))
    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("material")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lot")
    )
    sublot = models.ForeignKey(
        "plant.MaterialSublot",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("number"),
    )
    is_found = models.BooleanField(_("found there"), default=False, help_text=_("It did not stand on the sheet."))
    book = QuantityField(_("book"), null=True, blank=True)
    difference = QuantityField(_("difference"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a count")
        verbose_name_plural = _("lines of a count")
        ordering = ["count", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "definition", "lot", "sublot"],
                nulls_distinct=False,
                name="inventory_countline_once_on_sheet",
            ),
            models.CheckConstraint(
                name="inventory_countline_book_with_difference",
                condition=models.Q(book=None, difference=None) | models.Q(book__isnull=False, difference__isnull=False),
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "count", "definition", "lot", "sublot", "is_found"]),
            Frozen(name="result", fields=["book", "difference"], when="OLD.book IS NOT NULL"),
        ]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.definition_id}"


class CountEntry(Fact):
    """So much of a line was counted at an instant. Counted again, the latest counts; the first stays as it was said."""

    line = models.ForeignKey(CountLine, on_delete=models.PROTECT, related_name="entries", verbose_name=_("line"))
    quantity = QuantityField(_("counted"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("counted quantity")
        verbose_name_plural = _("counted quantities")
        ordering = ["line", "counted_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(name="inventory_countentry_not_negative", condition=models.Q(quantity__gte=0)),
        ]
        indexes = [models.Index(fields=["line", "-counted_at", "-id"], name="inventory_count_latest")]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.quantity}"
