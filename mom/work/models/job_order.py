"""Job orders: work that one resource does at one time, of all four domains, with what they need and wait for."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.searchable import Searchable
from mom.core.db.triggers import Guard, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from mom.work.engine.made import Made
from mom.work.engine.terms import DependencyKind, JobOrderStatus, JobOrigin
from mom.work.models.labels import (
    DEPENDENCY_KIND,
    JOB_ORDER_STATUS,
    JOB_ORIGIN,
    MATERIAL_USE,
    OPERATIONS_TYPE,
    RESOURCE_KIND,
)


class JobOrder(SiteOwned):
    """One step of an order at one place. Source: IEC 62264-4 job order.

    `earliest_start` and `latest_end` come from the order; `planned_start` and `planned_end` are ours and stay beside
    the actual times, which are the job responses. `directive` is the frozen copy of the work master it was released
    with: definition, version, steps, parameters.

    `setup_duration` and `run_duration` are working time, without the nights and breaks between; without them nobody
    knows how long it takes. A job that was made of another one afterwards names it and why (`origin`).
    """

    code = models.CharField(_("job"), max_length=80)
    work_request = models.ForeignKey(
        "work.WorkRequest", on_delete=models.PROTECT, related_name="job_orders", verbose_name=_("order")
    )
    operations_type = models.CharField(_("domain"), max_length=12, choices=OPERATIONS_TYPE.choices)
    operation = models.CharField(_("operation"), max_length=200)
    sequence = models.PositiveIntegerField(_("sequence"), default=10)
    status = models.CharField(
        _("status"), max_length=12, choices=JOB_ORDER_STATUS.choices, default=JobOrderStatus.WAITING
    )
    priority = models.SmallIntegerField(_("priority"), default=50)
    equipment = models.ForeignKey(
        "plant.Equipment",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="job_orders",
        verbose_name=_("machine"),
    )
    dispatch_position = models.PositiveIntegerField(_("place in the queue"), null=True, blank=True)
    earliest_start = models.DateTimeField(_("earliest start"), null=True, blank=True)
    latest_end = models.DateTimeField(_("latest end"), null=True, blank=True)
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    setup_duration = models.DurationField(
        _("setup time"), null=True, blank=True, help_text=_("Working time before its first piece, as planned.")
    )
    run_duration = models.DurationField(
        _("run time"), null=True, blank=True, help_text=_("Working time of its whole quantity, as planned.")
    )
    directive = models.JSONField(_("directive"), default=dict, blank=True)
    replaces = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="replacements", verbose_name=_("replaces")
    )
    origin = models.CharField(
        _("made as"),
        max_length=JOB_ORIGIN.max_length,
        blank=True,
        default="",
        db_default="",
        choices=JOB_ORIGIN.choices,
    )
    origin_job = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="offshoots", verbose_name=_("made of")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"))

    told_outputs: tuple[Made, ...] | None = None
    """What it makes, where a command that this object was just moved by has read it along."""

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["work_request", "sequence", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_joborder_code_unique_in_site"),
            models.CheckConstraint(name="work_joborder_code_not_empty", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="work_joborder_status_known", condition=models.Q(status__in=list(JobOrderStatus))
            ),
            models.CheckConstraint(
                name="work_joborder_planned_end_after_start",
                condition=models.Q(planned_start=None)
                | models.Q(planned_end=None)
                | models.Q(planned_end__gte=models.F("planned_start")),
            ),
            models.CheckConstraint(
                name="work_joborder_durations_not_negative",
                condition=(models.Q(setup_duration=None) | models.Q(setup_duration__gte=timedelta(0)))
                & (models.Q(run_duration=None) | models.Q(run_duration__gte=timedelta(0))),
            ),
            models.CheckConstraint(
                name="work_joborder_origin_names_its_job",
                condition=models.Q(origin="", origin_job=None)
                | models.Q(origin__in=list(JobOrigin), origin_job__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["equipment", "status"], name="work_job_by_equipment"),
            models.Index(fields=["site", "status"], name="work_job_by_status"),
            models.Index(
                fields=["site", "planned_end"], condition=models.Q(planned_end__isnull=False), name="work_job_by_plan"
            ),
        ]
        triggers = [
            History(),
            Searchable("job", title="operation", retired="{status} IN ('closed', 'cancelled', 'aborted')"),
        ]

    def __str__(self) -> str:
        return self.code


class JobRequirement(SiteOwned):
    """A resource that a job needs or makes: 1..n inputs and outputs, people, equipment, tools.

    A material may carry a nominal quantity (`quantity`), an active one (nominal x potency) and, for catch weight, a
    second one. `share` is the part of a blend, 0 to 1. What is backflushed is taken from (or put into) stock by the
    job's reports. Outputs are the material requirements with an output use; the one with the lowest position is the
    main one.
    """

    job_order = models.ForeignKey(
        JobOrder, on_delete=models.PROTECT, related_name="requirements", verbose_name=_("job")
    )
    position = models.PositiveIntegerField(_("position"), default=10)
    resource_kind = models.CharField(_("resource"), max_length=16, choices=RESOURCE_KIND.choices)
    material_use = models.CharField(_("use"), max_length=20, blank=True, choices=MATERIAL_USE.choices)
    material_class = models.ForeignKey(
        "plant.MaterialClass", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="job_requirements",
        verbose_name=_("material"),
    )
    lot = models.ForeignKey("plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="+")
    equipment_class = models.ForeignKey(
        "plant.EquipmentClass", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    equipment = models.ForeignKey("plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey("plant.PhysicalAsset", blank=True, null=True, on_delete=models.PROTECT, related_name="+")
    personnel_class = models.ForeignKey(
        "plant.PersonnelClass", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey("plant.Person", blank=True, null=True, on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    unit = UnitField(_("unit"), blank=True)
    active_quantity = QuantityField(_("active quantity"), null=True, blank=True)
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    second_unit = UnitField(_("second unit"), blank=True)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=8, null=True, blank=True)
    is_backflushed = models.BooleanField(_("booked by the report"), default=False, db_default=False)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["job_order", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="work_jobrequirement_names_its_resource",
                condition=(
                    models.Q(resource_kind="material")
                    & ~models.Q(material_use="")
                    & (models.Q(definition__isnull=False) | models.Q(material_class__isnull=False))
                )
                | (
                    models.Q(resource_kind="equipment", material_use="")
                    & (models.Q(equipment__isnull=False) | models.Q(equipment_class__isnull=False))
                )
                | models.Q(resource_kind="physical_asset", material_use="", asset__isnull=False)
                | (
                    models.Q(resource_kind="personnel", material_use="")
                    & (models.Q(person__isnull=False) | models.Q(personnel_class__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="work_jobrequirement_quantity_has_unit",
                condition=models.Q(quantity=None) | (models.Q(quantity__gte=0) & ~models.Q(unit="")),
            ),
            models.CheckConstraint(
                name="work_jobrequirement_share_is_share",
                condition=models.Q(share=None) | models.Q(share__gt=0, share__lte=1),
            ),
        ]
        triggers = [
            History(),
            # A job that is split or raised may report as much more or less as it is to make: the sum stays held (P03).
            Guard(
                name="limit_follows_quantity",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("quantity"),
                func="""
                    IF NEW.quantity IS DISTINCT FROM OLD.quantity THEN
                        UPDATE work_outputtotal SET "limit" = "limit" + NEW.quantity - OLD.quantity
                        WHERE output_id = NEW.id AND "limit" IS NOT NULL
                        AND NEW.quantity IS NOT NULL AND OLD.quantity IS NOT NULL;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_order_id}/{self.position} {self.resource_kind}"


class JobDependency(SiteOwned):
    """One job waits for another, with the least and the most time between them: an order is a graph, not a list."""

    predecessor = models.ForeignKey(JobOrder, on_delete=models.PROTECT, related_name="successor_links")
    successor = models.ForeignKey(JobOrder, on_delete=models.PROTECT, related_name="predecessor_links")
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=DEPENDENCY_KIND.choices,
        default=DependencyKind.AFTER_END,
    )
    minimum_lag = models.DurationField(_("minimum lag"), null=True, blank=True)
    maximum_lag = models.DurationField(_("maximum lag"), null=True, blank=True)

    class Meta:
        verbose_name = _("job dependency")
        verbose_name_plural = _("job dependencies")
        ordering = ["predecessor", "successor"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "kind"], name="work_jobdependency_once_per_pair_and_kind"
            ),
            models.CheckConstraint(
                name="work_jobdependency_not_on_itself", condition=~models.Q(predecessor=models.F("successor"))
            ),
            models.CheckConstraint(
                name="work_jobdependency_lag_in_order",
                condition=models.Q(minimum_lag=None)
                | models.Q(maximum_lag=None)
                | models.Q(maximum_lag__gte=models.F("minimum_lag")),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.predecessor_id} -> {self.successor_id}"
