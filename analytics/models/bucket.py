"""Buckets of additive parts, made from the facts and only by a rebuild: delete them all and they come back the same."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned


class Bucket(SiteOwned):
    """One local day's sums for one combination of machine, material and order, in one unit."""

    day = models.DateField(_("day"))
    equipment = models.ForeignKey("plant.Equipment", null=True, on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey("plant.MaterialDefinition", null=True, on_delete=models.PROTECT, related_name="+")
    work_request = models.ForeignKey("work.WorkRequest", null=True, on_delete=models.PROTECT, related_name="+")
    unit = UnitField(_("unit"), blank=True)
    setup = models.DurationField(_("setup"))
    production = models.DurationField(_("production"))
    breakdown = models.DurationField(_("breakdown"))
    other = models.DurationField(_("other"))
    setup_count = models.IntegerField(_("setup reports"))
    production_count = models.IntegerField(_("production reports"))
    breakdown_count = models.IntegerField(_("breakdown reports"))
    other_count = models.IntegerField(_("other reports"))
    good = QuantityField(_("good"))
    scrap = QuantityField(_("scrap"))
    review = QuantityField(_("review"))
    rework = QuantityField(_("rework"))
    reworked = QuantityField(_("reworked"))

    class Meta:
        abstract = True


class WorkBucket(Bucket):
    """Machine time and quantities: what job responses and quantity reports add up to."""

    class Meta:
        verbose_name = _("work bucket")
        verbose_name_plural = _("work buckets")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "day", "equipment", "definition", "work_request", "unit"],
                name="analytics_workbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["equipment", "day"], name="analytics_work_equipment"),
            models.Index(fields=["definition", "day"], name="analytics_work_material"),
            models.Index(fields=["work_request"], name="analytics_work_order"),
        ]


class LabourBucket(Bucket):
    """A person's time and the quantities that person reported. Two people on one job each count their own."""

    person = models.ForeignKey("plant.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("labour bucket")
        verbose_name_plural = _("labour buckets")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "day", "person", "equipment", "definition", "work_request", "unit"],
                name="analytics_labourbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["person", "day"], name="analytics_labour_person")]


class OrderFlow(SiteOwned):
    """An order's way through the shop: first start, last end, and how much of it anybody worked on it.

    `touched` is the time covered by reports, overlaps counted once; lead less touched is the time in queues.
    """

    work_request = models.OneToOneField(
        "work.WorkRequest", primary_key=True, on_delete=models.PROTECT, related_name="flow"
    )
    first_start = models.DateTimeField(_("first start"))
    last_end = models.DateTimeField(_("last end"))
    last_day = models.DateField(_("day of the last end"))
    first_day = models.DateField(_("day of the first start"))
    touched = models.DurationField(_("worked on"))

    class Meta:
        verbose_name = _("order flow")
        verbose_name_plural = _("order flows")
        constraints = [
            models.CheckConstraint(
                name="analytics_orderflow_ends_after_start", condition=models.Q(last_end__gte=models.F("first_start"))
            ),
        ]
        indexes = [
            models.Index(fields=["site", "last_day"], name="analytics_flow_by_end"),
            models.Index(fields=["site", "first_day"], name="analytics_flow_by_start"),
        ]


class DirtyDay(SiteOwned):
    """A local day whose facts changed since its buckets were made. A worker takes the row away and makes them again."""

    day = models.DateField(_("day"))
    marked_at = models.DateTimeField(_("marked"))

    class Meta:
        verbose_name = _("day to compute")
        verbose_name_plural = _("days to compute")
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="analytics_dirtyday_once")]
