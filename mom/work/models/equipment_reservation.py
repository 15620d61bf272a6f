"""Reservations of equipment for jobs: they overlap only up to the capacity, and the database holds that."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Guard, History
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned


class EquipmentReservation(SiteOwned):
    """A stretch in which a job may have an equipment, or some of its places or quantity.

    `is_exclusive` is set by the database from the equipment's capacity; the exclusion constraint reads it.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("machine")
    )
    job_order = models.ForeignKey(
        "work.JobOrder", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("job")
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    amount = QuantityField(_("places or quantity"), default=1)
    is_exclusive = models.BooleanField(editable=False, default=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["equipment", "started_at"]
        constraints = [
            models.CheckConstraint(
                name="work_equipmentreservation_ends_after_start",
                condition=models.Q(ended_at__gt=models.F("started_at")),
            ),
            models.CheckConstraint(name="work_equipmentreservation_amount_positive", condition=models.Q(amount__gt=0)),
            ExclusionConstraint(
                name="work_equipmentreservation_exclusive_no_overlap",
                expressions=[
                    ("equipment", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(is_exclusive=True),
                violation_error_message=_("The machine is reserved for another job at that time."),
            ),
        ]
        triggers = [
            History(),
            # Shared capacity: the row lock on the equipment makes two reservations queue, so that both see the other.
            Guard(
                name="within_capacity",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("kind", "text"), ("most", "numeric"), ("peak", "numeric")],
                func="""
                    SELECT capacity_kind, coalesce(capacity_places::numeric, capacity_quantity, 1) INTO kind, most
                    FROM plant_equipment WHERE id = NEW.equipment_id FOR NO KEY UPDATE;
                    NEW.is_exclusive := (kind = 'exclusive');
                    IF NEW.is_exclusive THEN RETURN NEW; END IF;
                    SELECT max(load) INTO peak FROM (
                        SELECT (SELECT coalesce(sum(o.amount), 0) FROM work_equipmentreservation o
                                WHERE o.equipment_id = NEW.equipment_id AND o.id IS DISTINCT FROM NEW.id
                                AND o.started_at <= at AND o.ended_at > at) AS load
                        FROM (SELECT NEW.started_at AS at UNION
                              SELECT s.started_at FROM work_equipmentreservation s
                              WHERE s.equipment_id = NEW.equipment_id
                              AND s.started_at > NEW.started_at AND s.started_at < NEW.ended_at) AS starts
                    ) AS loads;
                    IF peak + NEW.amount > most THEN
                        RAISE EXCEPTION 'the equipment would be loaded with % of %', peak + NEW.amount, most
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_equipmentreservation_within_capacity';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.started_at:%Y-%m-%d %H:%M}"
