"""What every minute and every piece of a machine adds up to. Made from facts, only by a rebuild or the live fold."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.core.fields import QuantityField, UnitField
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.models import SiteOwned
from mom.plant.models.labels import LOSS_CLASS, TIME_CLASS


class MachineParts(SiteOwned):
    """Additive parts of one machine. Times are whole microseconds, each instant in exactly one of the eight classes.

    `minor_stop` is the part of `delay` that minor stops are (loss of performance for TPM, of availability for ISO).
    `unplanned` is the part of the in-plan classes that lies outside the calendar: it extends the plan.
    `ideal` is the ideal time of all pieces, `ideal_good` of the good ones; pieces without an ideal cycle count in
    `unjudged`. `stop_count` counts stops where they began, minor ones in `minor_stop_count`, failures in
    `failure_count`; `uncoded` is stopped time, minor stops aside, that has no reason.
    """

    production = models.BigIntegerField(default=0)
    setup = models.BigIntegerField(default=0)
    delay = models.BigIntegerField(default=0)
    down = models.BigIntegerField(default=0)
    planned_maintenance = models.BigIntegerField(default=0)
    planned_stop = models.BigIntegerField(default=0)
    off_shift = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)
    minor_stop = models.BigIntegerField(default=0)
    unplanned = models.BigIntegerField(default=0)
    uncoded = models.BigIntegerField(default=0)
    breakdown = models.BigIntegerField(default=0)  # time in stops whose loss class is a breakdown: TTR of failures
    stop_count = models.IntegerField(default=0)
    minor_stop_count = models.IntegerField(default=0)
    failure_count = models.IntegerField(default=0)
    good = QuantityField(default=0)
    scrap = QuantityField(default=0)
    rework = QuantityField(default=0)
    review = QuantityField(default=0)
    startup_scrap = QuantityField(default=0)  # the part of `scrap` made before the first good piece after a set-up
    unjudged = QuantityField(default=0)
    ideal = models.BigIntegerField(default=0)
    ideal_good = models.BigIntegerField(default=0)
    energy_production = QuantityField(default=0)  # kWh
    energy_setup = QuantityField(default=0)
    energy_stopped = QuantityField(default=0)
    energy_other = QuantityField(default=0)

    class Meta:
        abstract = True


class MachineSlice(MachineParts):
    """One machine's parts in one shift for one job and output. `shift` is empty between shifts; `day` the shift's day.

    Time is told apart by job (the one that ran; empty: none); quantities by job and output.
    """

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    shift = models.CharField(_("shift"), max_length=16, blank=True)
    job_order = models.ForeignKey("work.JobOrder", null=True, on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey("plant.MaterialDefinition", null=True, on_delete=models.PROTECT, related_name="+")
    unit = UnitField(_("unit"), blank=True)

    class Meta:
        abstract = True


class HourBucket(MachineSlice):
    """The parts of one hour of the clock. `hour` is its first instant; a shift that starts at 06:30 cuts the hour.

    `started_at` is the first instant of the shift, or of the time between shifts, that it is of: two of those may lie
    in one hour.
    """

    hour = models.DateTimeField(_("hour"))
    started_at = models.DateTimeField(_("started"))

    class Meta:
        verbose_name = _("hour of a machine")
        verbose_name_plural = _("hours of machines")
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "hour", "started_at", "job_order", "definition", "unit"],
                name="analytics_hourbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["equipment", "day"], name="analytics_hour_by_machine")]


class ShiftBucket(MachineSlice):
    """The sum of a shift's hours, so that two years are read fast. `started_at`: its first instant."""

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))

    class Meta:
        verbose_name = _("shift of a machine")
        verbose_name_plural = _("shifts of machines")
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "day", "shift", "started_at", "job_order", "definition", "unit"],
                name="analytics_shiftbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["site", "day"], name="analytics_shift_by_day"),
            models.Index(fields=["equipment", "day"], name="analytics_shift_by_machine"),
        ]


class LossBucket(SiteOwned):
    """Stopped time by what it counts as and why: one machine, shift, hour and job. Stops count where they begin.

    Minor stops are rows of their own (`loss_class` minor stop, no reason needed). Uncoded stops have no reason.
    """

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    shift = models.CharField(_("shift"), max_length=16, blank=True)
    hour = models.DateTimeField(_("hour"))
    started_at = models.DateTimeField(_("started"))
    job_order = models.ForeignKey("work.JobOrder", null=True, on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey("plant.MaterialDefinition", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    time_class = models.CharField(_("time class"), max_length=20, choices=TIME_CLASS.choices)
    loss_class = models.CharField(_("loss class"), max_length=20, choices=LOSS_CLASS.choices)
    reason = models.ForeignKey("plant.Reason", null=True, on_delete=models.PROTECT, related_name="+")
    duration = models.BigIntegerField(_("microseconds"))
    stop_count = models.IntegerField(_("stops"))

    class Meta:
        verbose_name = _("lost time")
        verbose_name_plural = _("lost times")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "equipment", "hour", "started_at", "job_order", "definition", "state", "time_class", "loss_class",
                    "reason",
                ],
                name="analytics_lossbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["site", "day"], name="analytics_loss_by_day"),
            models.Index(fields=["equipment", "day"], name="analytics_loss_by_machine"),
        ]


class DayBucket(MachineParts):
    """The sum of a machine's shifts that belong to one day, whatever the job: what long windows are read from."""

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("day of a machine")
        verbose_name_plural = _("days of machines")
        constraints = [
            models.UniqueConstraint(fields=["equipment", "day"], name="analytics_daybucket_one_per_slice"),
        ]
        indexes = [models.Index(fields=["site", "day"], name="analytics_day_by_day")]


class LossDay(SiteOwned):
    """The sum of a machine's lost time of one day, whatever the hour and the job."""

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    time_class = models.CharField(_("time class"), max_length=20, choices=TIME_CLASS.choices)
    loss_class = models.CharField(_("loss class"), max_length=20, choices=LOSS_CLASS.choices)
    reason = models.ForeignKey("plant.Reason", null=True, on_delete=models.PROTECT, related_name="+")
    duration = models.BigIntegerField(_("microseconds"))
    stop_count = models.IntegerField(_("stops"))

    class Meta:
        verbose_name = _("lost time of a day")
        verbose_name_plural = _("lost times of days")
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "day", "state", "time_class", "loss_class", "reason"],
                name="analytics_lossday_one_per_slice",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["site", "day"], name="analytics_lossday_by_day")]


class LiveShift(MachineParts):
    """The running shift of one machine, folded in the transaction that takes its messages in; equal to the rebuild.

    The parts reach to `as_of`; until the next fold the time since belongs to the class of the current state, which a
    reader adds. `total_reading` and the like are where counters stood; `job_good` is the part of `good` of the present
    job. `class_with_order`, `class_without_order` and `loss_class` are what the present state counts as. `terms` holds
    what does not change within the shift by itself: the plan ahead, the ideal cycle, how pieces are counted. Until
    `steady_until` nothing but time and counted pieces can move while the state stays; these go into `steady_parts`, a
    bit for each part in the order of `MachineParts`.
    """

    equipment = models.OneToOneField("plant.Equipment", primary_key=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    shift = models.CharField(_("shift"), max_length=16, blank=True)
    shift_started_at = models.DateTimeField(_("shift started"))
    shift_ended_at = models.DateTimeField(_("shift ends"))
    as_of = models.DateTimeField(_("as of"))
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    state_since = models.DateTimeField(_("since"))
    time_class = models.CharField(_("time class"), max_length=20, choices=TIME_CLASS.choices)
    code = models.CharField(_("state code"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    # One row a machine, written with every batch: an index on what changes would cost each write, and serve nobody.
    reason = models.ForeignKey("plant.Reason", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    stop = models.ForeignKey(
        "floor.Stop", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    job_order = models.ForeignKey(
        "work.JobOrder", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = UnitField(_("unit"), blank=True)
    last_sign_at = models.DateTimeField(_("last sign of life"), null=True)
    total_reading = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    reject_reading = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    energy_reading = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    job_good = QuantityField(default=0)
    class_with_order = models.CharField(max_length=20, choices=TIME_CLASS.choices, default="unknown")
    class_without_order = models.CharField(max_length=20, choices=TIME_CLASS.choices, default="unknown")
    loss_class = models.CharField(max_length=20, choices=LOSS_CLASS.choices, default="none")
    is_startup = models.BooleanField(default=False)
    is_stop_counted = models.BooleanField(default=False)
    terms = models.JSONField(default=dict)
    steady_until = models.DateTimeField(null=True)
    steady_parts = models.IntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("running shift")
        verbose_name_plural = _("running shifts")


class DirtyStretch(SiteOwned):
    """A stretch of a machine's time whose facts changed since its buckets were made. A worker takes the row away."""

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    marked_at = models.DateTimeField(_("marked"))

    class Meta:
        verbose_name = _("stretch to compute")
        verbose_name_plural = _("stretches to compute")
        indexes = [models.Index(fields=["equipment", "started_at"], name="analytics_dirty_by_machine")]


class Reckoning(SiteOwned):
    """What a site counts a shift's time without order or reservation as, from one instant until another.

    Planned stop is the rule (ISO 22400: outside planned busy time); lost counts it as down time although nobody asked
    for anything, which is right for a plant whose jobs are not in here. The choice is printed with the figure.
    """

    without_order = models.CharField(
        _("time without an order"),
        max_length=12,
        choices=[("planned_stop", _("Planned stop")), ("lost", _("Lost time"))],
        default="planned_stop",
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of reckoning")
        verbose_name_plural = _("rules of reckoning")
        ordering = ["site", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="analytics_reckoning_without_order_known",
                condition=models.Q(without_order__in=["planned_stop", "lost"]),
            ),
            models.CheckConstraint(
                name="analytics_reckoning_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="analytics_reckoning_no_overlap",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return self.without_order
