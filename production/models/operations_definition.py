"""How a product is made: versions of a definition with their segments and materials. An approved one never changes."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, Guard, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from mom.work.models.labels import MATERIAL_USE
from production.engine.terms import DefinitionStatus, QuantityBasis
from production.models.labels import DEFINITION_STATUS, QUANTITY_BASIS


def only_in_draft(parent_of: str, name: str) -> Guard:
    """Refuses any change of a part whose definition has left draft; `parent_of` finds that definition in SQL."""
    return Guard(
        name="only_in_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("kept", "text")],
        func=f"""
            SELECT status INTO kept FROM production_operationsdefinition
            WHERE id IN ({parent_of}) AND status <> 'draft' LIMIT 1;
            IF kept IS NOT NULL THEN
                RAISE EXCEPTION 'an approved definition is not changed: make a new version'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class OperationsDefinition(SiteOwned):
    """One version of how a batch of a product is made. Source: IEC 62264-2 operations definition.

    `batch_quantity` is what the quantities of its materials make; an order scales them.
    """

    code = models.CharField(_("definition"), max_length=64)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    material = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    batch_quantity = QuantityField(_("batch"))
    unit = UnitField(_("unit"))
    status = models.CharField(
        _("status"),
        max_length=DEFINITION_STATUS.max_length,
        choices=DEFINITION_STATUS.choices,
        default=DefinitionStatus.DRAFT,
    )
    created_at = models.DateTimeField(_("created"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("definition")
        verbose_name_plural = _("definitions")
        ordering = ["code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code", "number"], name="production_operationsdefinition_version_unique"
            ),
            models.UniqueConstraint(
                fields=["site", "code"],
                condition=models.Q(status="approved"),
                name="production_operationsdefinition_one_approved",
            ),
            models.CheckConstraint(name="production_operationsdefinition_code_not_empty", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="production_operationsdefinition_batch_positive", condition=models.Q(batch_quantity__gt=0)
            ),
            DEFINITION_STATUS.check("status", "production_operationsdefinition_status_known"),
            models.CheckConstraint(
                name="production_operationsdefinition_approved_by_somebody",
                condition=models.Q(status="draft", approved_at=None, approved_by="")
                | (~models.Q(status="draft") & models.Q(approved_at__isnull=False) & ~models.Q(approved_by="")),
            ),
        ]
        triggers = [
            History(),
            Frozen(
                fields=["site", "code", "number", "name", "material", "batch_quantity", "unit"],
                when="OLD.status <> 'draft'",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class OperationsSegment(SiteOwned):
    """One step of a definition: what is done, on which machine, how long. Source: IEC 62264-2 operations segment.

    A step without times is planned as if it took none, and gets no planned times of its own.
    """

    operations_definition = models.ForeignKey(
        OperationsDefinition, on_delete=models.PROTECT, related_name="segments", verbose_name=_("definition")
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    name = models.CharField(_("operation"), max_length=200)
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    setup_duration = models.DurationField(
        _("setup time"), null=True, blank=True, help_text=_("Once, before the first piece.")
    )
    run_duration = models.DurationField(
        _("run time"), null=True, blank=True, help_text=_("For one unit of the product.")
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["operations_definition", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["operations_definition", "sequence"], name="production_operationssegment_sequence_unique"
            ),
            models.CheckConstraint(
                name="production_operationssegment_durations_not_negative",
                condition=(models.Q(setup_duration=None) | models.Q(setup_duration__gte=timedelta(0)))
                & (models.Q(run_duration=None) | models.Q(run_duration__gte=timedelta(0))),
            ),
        ]
        triggers = [
            History(),
            only_in_draft(
                "NEW.operations_definition_id, OLD.operations_definition_id", "production_operationssegment_in_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.name}"


class MaterialSpecification(SiteOwned):
    """A material of a step: what goes in and what comes out of one batch. Source: IEC 62264-2 material specification.

    With the basis `active` the quantity is the active substance; how much is weighed follows from the lot's potency.
    What does not scale (a filter, a sample) is needed once, whatever the size of the batch.
    """

    segment = models.ForeignKey(
        OperationsSegment, on_delete=models.PROTECT, related_name="materials", verbose_name=_("operation")
    )
    position = models.PositiveIntegerField(_("position"))
    material_use = models.CharField(_("use"), max_length=20, choices=MATERIAL_USE.choices)
    material = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("material")
    )
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    basis = models.CharField(
        _("basis"),
        max_length=QUANTITY_BASIS.max_length,
        choices=QUANTITY_BASIS.choices,
        default=QuantityBasis.NOMINAL,
    )
    is_scaled = models.BooleanField(_("scales with the batch"), default=True)
    is_backflushed = models.BooleanField(
        _("booked by the report"),
        default=False,
        db_default=False,
        help_text=_("Booked as quantities are reported: inputs by backflush, outputs as a lot or numbers."),
    )

    class Meta:
        verbose_name = _("material of an operation")
        verbose_name_plural = _("materials of an operation")
        ordering = ["segment", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "position"], name="production_materialspecification_position_unique"
            ),
            models.CheckConstraint(
                name="production_materialspecification_quantity_positive", condition=models.Q(quantity__gt=0)
            ),
            QUANTITY_BASIS.check("basis", "production_materialspecification_basis_known"),
            MATERIAL_USE.check("material_use", "production_materialspecification_use_known"),
        ]
        triggers = [
            History(),
            only_in_draft(
                "SELECT operations_definition_id FROM production_operationssegment"
                " WHERE id IN (NEW.segment_id, OLD.segment_id)",
                "production_materialspecification_in_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material_use} {self.quantity} {self.unit}"
