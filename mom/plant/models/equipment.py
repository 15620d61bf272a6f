"""Equipment: roles and places in the plant, one tree with ISA-95 levels. The thing with a serial number is an asset."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.query import TreeQuerySet

from mom.core.db.searchable import Searchable
from mom.core.db.triggers import Guard, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.engine.terms import LEVEL_RANK, CapacityKind
from mom.plant.models.base import MasterData
from mom.plant.models.labels import CAPACITY_KIND, EQUIPMENT_LEVEL

_RANK = " ".join(f"WHEN '{level}' THEN {rank}" for level, rank in LEVEL_RANK.items())


class EquipmentClass(MasterData):
    """Equipment that can stand in for each other ("5-axis milling"), what a routing asks for."""

    class Meta(MasterData.Meta):
        verbose_name = _("equipment class")
        verbose_name_plural = _("equipment classes")


class Equipment(MasterData):  # type: ignore[django-manager-missing]  # the tree's manager has no stubs
    """A role or place in the hierarchy: from the enterprise down to a control module. Users say machine or station."""

    level = models.CharField(_("level"), max_length=20, choices=EQUIPMENT_LEVEL.choices)
    parent = TreeNodeForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("part of")
    )
    classes = models.ManyToManyField(
        EquipmentClass,
        through="plant.EquipmentInClass",
        blank=True,
        related_name="equipment",
        verbose_name=_("classes"),
    )
    calendar = models.ForeignKey(
        "plant.WorkCalendar",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="equipment",
        verbose_name=_("calendar"),
        help_text=_("Empty: the calendar of the equipment above."),
    )
    position = models.PositiveIntegerField(_("order"), default=0, help_text=_("Order among its neighbours."))
    capacity_kind = models.CharField(
        _("capacity"), max_length=12, choices=CAPACITY_KIND.choices, default=CapacityKind.EXCLUSIVE
    )
    capacity_places = models.PositiveIntegerField(_("places"), null=True, blank=True)
    capacity_quantity = QuantityField(_("capacity quantity"), null=True, blank=True)
    capacity_unit = UnitField(_("capacity unit"), blank=True)

    objects: ClassVar[models.Manager["Equipment"]] = TreeQuerySet.as_manager()

    class Meta(MasterData.Meta):
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        ordering = ["position", "code"]
        constraints = [
            *MasterData.Meta.constraints,
            models.CheckConstraint(
                name="plant_equipment_capacity_matches_kind",
                # A comparison with NULL is not false, and a check lets pass what is not false: hence "is not null".
                condition=models.Q(capacity_kind="exclusive", capacity_places=None, capacity_quantity=None)
                | models.Q(
                    capacity_kind="places",
                    capacity_places__isnull=False,
                    capacity_places__gte=1,
                    capacity_quantity=None,
                )
                | (
                    models.Q(
                        capacity_kind="quantity",
                        capacity_places=None,
                        capacity_quantity__isnull=False,
                        capacity_quantity__gt=0,
                    )
                    & ~models.Q(capacity_unit="")
                ),
                violation_error_message=_("Give the places for places, a quantity and its unit for a quantity."),
            ),
        ]
        triggers = [
            History(),
            Searchable("machine", title="name", retired="NOT {is_active}"),
            # The level goes strictly down along the tree, so a cycle cannot be built either.
            Guard(
                name="level_below_parent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "level", "site_id"),
                declare=[("above", "plant_equipment%ROWTYPE")],
                func=f"""
                    IF NEW.parent_id IS NOT NULL THEN
                        SELECT * INTO above FROM plant_equipment WHERE id = NEW.parent_id;
                        IF above.site_id <> NEW.site_id
                           OR (CASE above.level {_RANK} END) >= (CASE NEW.level {_RANK} END) THEN
                            RAISE EXCEPTION 'equipment % cannot stand below %', NEW.code, above.code
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_equipment_level_below_parent';
                        END IF;
                    END IF;
                    IF TG_OP = 'UPDATE' AND EXISTS (
                        SELECT 1 FROM plant_equipment below WHERE below.parent_id = NEW.id
                        AND (CASE below.level {_RANK} END) <= (CASE NEW.level {_RANK} END)) THEN
                        RAISE EXCEPTION 'equipment % stands above others of its new level', NEW.code
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_equipment_level_below_parent';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
