"""The timeline of a machine: half-open intervals, each minute once, and the stops that people explain."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly
from mom.floor.models.labels import INTERVAL_ORIGIN, MACHINE_STATE
from mom.plant.models import SiteOwned
from mom.work.models.fact import Fact


class OnLine(models.Func):
    """A stretch of a machine's time as a line in the plane of machine and time; an end of NULL is open.

    Two of them meet (`&&`) where one machine has two at once. Says what the key and a `tstzrange` together would, at
    half the cost in an index that holds every stretch of years. Exact to the microsecond until 2136.
    """

    function = "floor_on_line"
    output_field = models.TextField()  # a box, which Django has no field for; nobody reads it


class Stop(SiteOwned):
    """A stretch in which a machine did not run, whole, from the first to the last minute of it. The key stays.

    Derived from the timeline; late messages move its ends, and it keeps its key as long as any of it is left. Repairs
    and notes point at it. `withdrawn_at`: nothing of it is left in the record. `is_minor`: shorter than the machine's
    minor stop, and over. What people say of it stands in `StopAnnotation`.
    """

    site = models.ForeignKey(  # found by `floor_stop_by_time`
        "accounts.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"), db_index=False
    )
    equipment = models.ForeignKey(  # found by `floor_stop_by_machine`
        "plant.Equipment", on_delete=models.PROTECT, related_name="stops", verbose_name=_("machine"), db_index=False
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    code = models.CharField(_("state code"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    reason = models.ForeignKey(  # always of a machine or a site: they are found first
        "plant.Reason", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason"),
        db_index=False,
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True)
    reporter = models.CharField(_("said by"), max_length=200, blank=True)
    job_order = models.ForeignKey(
        "work.JobOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("job")
    )
    is_minor = models.BooleanField(_("minor stop"), default=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["-started_at", "-id"]
        constraints = [
            MACHINE_STATE.check("state", "floor_stop_state_known"),
            models.CheckConstraint(
                name="floor_stop_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gt=models.F("started_at")),
            ),
            models.CheckConstraint(name="floor_stop_does_not_run", condition=~models.Q(state="run")),
            ExclusionConstraint(
                name="floor_stop_no_overlap",
                condition=models.Q(withdrawn_at=None),
                deferrable=models.Deferrable.DEFERRED,
                expressions=[(OnLine("equipment", "started_at", "ended_at"), RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [
            models.Index(fields=["site", "started_at"], name="floor_stop_by_time"),
            models.Index(fields=["equipment", "started_at"], name="floor_stop_by_machine"),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.started_at:%Y-%m-%d %H:%M}"


class StateInterval(SiteOwned):
    """A stretch of time in one state. Derived; late messages rewrite it. Nothing may point here: point at the stop."""

    site = models.ForeignKey(  # found by their machines
        "accounts.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"), db_index=False
    )
    equipment = models.ForeignKey(  # found by `floor_interval_by_machine`
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine"), db_index=False
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    code = models.CharField(_("state code"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    reason = models.ForeignKey(  # nobody looks for intervals by their reason: stops are what is explained
        "plant.Reason", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason"),
        db_index=False,
    )  # fmt: skip
    stop = models.ForeignKey(Stop, null=True, blank=True, on_delete=models.PROTECT, related_name="intervals")
    origin = models.CharField(_("said by"), max_length=7, choices=INTERVAL_ORIGIN.choices)

    class Meta:
        verbose_name = _("interval")
        verbose_name_plural = _("intervals")
        ordering = ["started_at"]
        constraints = [
            MACHINE_STATE.check("state", "floor_stateinterval_state_known"),
            models.CheckConstraint(
                name="floor_stateinterval_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gt=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="floor_stateinterval_run_has_no_stop", condition=~models.Q(state="run") | models.Q(stop=None)
            ),
            models.UniqueConstraint(
                fields=["equipment"], condition=models.Q(ended_at=None), name="floor_stateinterval_one_open"
            ),
            ExclusionConstraint(  # P14
                name="floor_stateinterval_no_overlap",
                expressions=[(OnLine("equipment", "started_at", "ended_at"), RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [models.Index(fields=["equipment", "started_at"], name="floor_interval_by_machine")]

    def __str__(self) -> str:
        return f"{self.state} {self.started_at:%Y-%m-%d %H:%M:%S}"


class MachineSignal(SiteOwned):
    """When a machine was heard last, and which state it told last: what the next message is laid beside.

    Derived from the messages. Whoever changes a timeline, or what is folded from it for the running shift, locks this
    row first, machines in the order of their keys: it is the one lock of a machine.
    `words_until`: how far what people said about its stops reaches.
    """

    equipment = models.OneToOneField(
        "plant.Equipment", primary_key=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True)
    state_at = models.DateTimeField(_("state told"), null=True)
    code = models.CharField(_("state code"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    words_until = models.DateTimeField(_("words until"), null=True)

    class Meta:
        verbose_name = _("signal of a machine")
        verbose_name_plural = _("signals of machines")
        constraints = [
            models.CheckConstraint(
                name="floor_machinesignal_seen_not_before_state",
                condition=models.Q(state_at=None) | models.Q(last_seen_at__gte=models.F("state_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.code}"


class StopAnnotation(Fact):
    """What a person says about a machine's stopped time, from one instant until another or to the end of that stop.

    `is_whole`: about the whole stop in which `started_at` lies, whatever late messages make of its ends. The last word
    holds for each instant, so a stop is re-classified by saying it again and split by saying something else about a
    part. Running time and silence are not touched by it. `state` set: the machine's word is overruled (a machine that
    said "idle" was in set-up); running can't be said.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_whole = models.BooleanField(_("the whole stop"), default=False)
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices, blank=True)
    reason = models.ForeignKey(
        "plant.Reason", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("word about a stop")
        verbose_name_plural = _("words about stops")
        ordering = ["id"]  # as they came behind the machine's lock; `recorded_at` is when the act began
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="floor_stopannotation_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gt=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="floor_stopannotation_whole_has_no_end",
                condition=models.Q(is_whole=False) | models.Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="floor_stopannotation_state_stands",
                condition=models.Q(state__in=["", "idle", "setup", "plan", "down"]),
            ),
        ]
        indexes = [models.Index(fields=["equipment", "started_at"], name="floor_annotation_by_machine")]
        triggers = [AppendOnly()]
