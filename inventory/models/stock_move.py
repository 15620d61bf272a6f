"""The stock ledger, append-only, and the balances that the database keeps of it in the same transaction."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.labels import MOVE_KIND
from mom.core.db.triggers import AppendOnly, Guard, KeptByDatabase
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from mom.work.models import Fact


class StockMove(Fact):
    """One leg of a move: so much of a material, lot or piece came to a place (more than zero) or left it (less).

    Legs of one act share a `move_group`: the two sides of a transfer, a piece and the lot it was a part of.
    `active_quantity` is the active substance in it; `second_quantity` the measured catch weight. Bulk that flows takes
    from `occurred_at` until `occurred_until`. Unit: the material's.
    """

    kind = models.CharField(_("kind"), max_length=MOVE_KIND.max_length, choices=MOVE_KIND.choices)
    move_group = models.UUIDField(_("act"))
    location = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="moves", verbose_name=_("place")
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="stock_moves", verbose_name=_("material")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="stock_moves",
        verbose_name=_("lot"),
    )
    sublot = models.ForeignKey(
        "plant.MaterialSublot",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="stock_moves",
        verbose_name=_("sublot or serial number"),
    )
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    active_quantity = QuantityField(_("active quantity"), null=True, blank=True)
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    second_unit = UnitField(_("second unit"), blank=True)
    job_response = models.ForeignKey(
        "work.JobResponse",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="stock_moves",
        verbose_name=_("job response"),
    )
    requirement = models.ForeignKey(
        "work.JobRequirement",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="stock_moves",
        verbose_name=_("requirement"),
    )
    partner = models.ForeignKey(
        "plant.BusinessPartner", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("when"))
    occurred_until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        ordering = ["occurred_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(name="inventory_stockmove_moves_something", condition=~models.Q(quantity=0)),
            models.CheckConstraint(
                name="inventory_stockmove_active_has_same_sign",
                condition=models.Q(active_quantity=None)
                | models.Q(quantity__gt=0, active_quantity__gt=0)
                | models.Q(quantity__lt=0, active_quantity__lt=0),
            ),
            models.CheckConstraint(
                name="inventory_stockmove_second_has_unit",
                condition=models.Q(second_quantity=None) | ~models.Q(second_unit=""),
            ),
            models.CheckConstraint(
                name="inventory_stockmove_ends_after_start",
                condition=models.Q(occurred_until=None) | models.Q(occurred_until__gt=models.F("occurred_at")),
            ),
            MOVE_KIND.check("kind", "inventory_stockmove_kind_known"),
        ]
        indexes = [
            models.Index(fields=["lot"], condition=models.Q(lot__isnull=False), name="inventory_move_by_lot"),
            models.Index(fields=["sublot"], condition=models.Q(sublot__isnull=False), name="inventory_move_by_sublot"),
            models.Index(fields=["job_response"], name="inventory_move_by_response"),
            models.Index(fields=["move_group"], name="inventory_move_by_group"),
            models.Index(fields=["site", "occurred_at"], name="inventory_move_by_time"),
        ]
        triggers = [
            AppendOnly(),
            # Balances move in the same statement as their ledger, for COPY as for INSERT, locked in one order for all.
            Guard(
                name="add_to_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="moved"),
                func="""
                    IF EXISTS (SELECT 1 FROM moved m JOIN plant_materialdefinition d ON d.id = m.definition_id
                               LEFT JOIN plant_materiallot l ON l.id = m.lot_id
                               LEFT JOIN plant_materialsublot s ON s.id = m.sublot_id
                               WHERE d.unit <> m.unit OR l.definition_id <> d.id OR s.definition_id <> d.id) THEN
                        RAISE EXCEPTION 'a move is in its material''s unit, and its lot is of its material'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_stockmove_fits_material';
                    END IF;
                    INSERT INTO inventory_stockbalance
                        (site_id, location_id, definition_id, lot_id, sublot_id, quantity, active_quantity,
                         allows_negative)
                    SELECT min(m.site_id), m.location_id, m.definition_id, m.lot_id, m.sublot_id, 0, 0,
                           bool_or(p.allows_negative)
                    FROM moved m JOIN inventory_storagelocation p ON p.id = m.location_id
                    GROUP BY m.location_id, m.definition_id, m.lot_id, m.sublot_id
                    ORDER BY m.location_id, m.definition_id, m.lot_id, m.sublot_id
                    ON CONFLICT DO NOTHING;
                    PERFORM 1 FROM inventory_stockbalance b
                    WHERE EXISTS (SELECT 1 FROM moved m WHERE m.location_id = b.location_id
                                  AND m.definition_id = b.definition_id AND m.lot_id IS NOT DISTINCT FROM b.lot_id
                                  AND m.sublot_id IS NOT DISTINCT FROM b.sublot_id)
                    ORDER BY b.id FOR UPDATE;
                    UPDATE inventory_stockbalance AS b
                    SET quantity = b.quantity + s.quantity, active_quantity = b.active_quantity + s.active_quantity
                    FROM (
                        SELECT location_id, definition_id, lot_id, sublot_id, sum(quantity) AS quantity,
                               coalesce(sum(active_quantity), 0) AS active_quantity
                        FROM moved GROUP BY location_id, definition_id, lot_id, sublot_id
                    ) AS s
                    WHERE b.location_id = s.location_id AND b.definition_id = s.definition_id
                      AND b.lot_id IS NOT DISTINCT FROM s.lot_id AND b.sublot_id IS NOT DISTINCT FROM s.sublot_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} {self.unit}"


class StockBalance(SiteOwned):
    """What lies where: the sum of the ledger by place, material, lot and piece, kept by trigger (P09).

    Never below zero unless the place allows it (P08). `reserved` is what of it jobs were promised (P10): not even a
    place that may go below zero promises more than lies there.
    """

    location = models.ForeignKey(
        "inventory.StorageLocation", on_delete=models.PROTECT, related_name="balances", verbose_name=_("place")
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="stock_balances", verbose_name=_("material")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="stock_balances"
    )
    sublot = models.ForeignKey(
        "plant.MaterialSublot", blank=True, null=True, on_delete=models.PROTECT, related_name="stock_balances"
    )
    quantity = QuantityField(_("quantity"), default=0)
    active_quantity = QuantityField(_("active quantity"), default=0)
    reserved = QuantityField(_("reserved"), default=0, db_default=0)
    allows_negative = models.BooleanField(_("may go below zero"), default=False)

    class Meta:
        verbose_name = _("stock balance")
        verbose_name_plural = _("stock balances")
        ordering = ["location", "definition", "lot", "sublot"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "definition", "lot", "sublot"],
                nulls_distinct=False,
                name="inventory_stockbalance_one_a_key",
            ),
            models.CheckConstraint(
                name="inventory_stockbalance_not_negative",
                condition=models.Q(allows_negative=True) | models.Q(quantity__gte=0),
                violation_error_message=_("There is not that much of it there."),
            ),
            models.CheckConstraint(
                name="inventory_stockbalance_reserved_is_there",
                condition=models.Q(reserved=0) | models.Q(reserved__gt=0, reserved__lte=models.F("quantity")),
                violation_error_message=_("It is reserved for another job."),
            ),
        ]
        indexes = [
            models.Index(fields=["lot"], name="inventory_balance_by_lot"),
            models.Index(fields=["definition"], condition=models.Q(quantity__gt=0), name="inventory_balance_there"),
        ]
        triggers = [KeptByDatabase(fields=["quantity", "active_quantity", "reserved"])]

    def __str__(self) -> str:
        return f"{self.location_id}: {self.quantity}"

    @property
    def available(self) -> Decimal:
        """What nobody was promised."""
        return self.quantity - self.reserved
