"""Lots that were taken out of use together, for one reason, until somebody says that they may be used again."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, Guard, History, NoDelete
from mom.plant.models import SiteOwned
from mom.plant.models.labels import LOT_DISPOSITION


class LotHold(SiteOwned):
    """One hold: why, since when, by whom, and of which lot everything affected is held, where it was found by a trace.

    It ends as a whole or lot by lot; with its last lot it has ended. Where everything affected is held, what is made of
    its lots later joins it.
    """

    code = models.CharField(_("hold"), max_length=64)
    reason = models.CharField(_("reason"), max_length=200)
    origin = models.ForeignKey(
        "plant.MaterialLot",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("found from"),
    )
    is_everything_affected = models.BooleanField(
        _("everything affected"), default=False, help_text=_("What is made of its lots later joins it.")
    )
    held_at = models.DateTimeField(_("since"))
    held_by = models.CharField(_("held by"), max_length=200)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.CharField(_("released by"), max_length=200, blank=True)
    release_reason = models.CharField(_("why it was released"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-held_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="inventory_lothold_code_unique_in_site"),
            models.CheckConstraint(name="inventory_lothold_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="inventory_lothold_released_with_reason",
                condition=models.Q(released_at=None, released_by="", release_reason="")
                | (models.Q(released_at__isnull=False) & ~models.Q(released_by="") & ~models.Q(release_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-held_at"], name="inventory_hold_newest"),
            models.Index(
                fields=["site"],
                name="inventory_hold_joined",
                condition=models.Q(is_everything_affected=True, released_at=None),
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "code", "reason", "origin", "is_everything_affected", "held_at", "held_by"]),
            Frozen(name="ended", fields=["released_at", "released_by", "release_reason"],
                   when="OLD.released_at IS NOT NULL"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class HeldLot(SiteOwned):
    """A lot in a hold, and what it was before: that is what it becomes when its last hold has ended."""

    hold = models.ForeignKey(LotHold, on_delete=models.PROTECT, related_name="lots", verbose_name=_("hold"))
    lot = models.ForeignKey("plant.MaterialLot", on_delete=models.PROTECT, related_name="holds", verbose_name=_("lot"))
    was = models.CharField(_("was"), max_length=14, choices=LOT_DISPOSITION.choices)
    joined_at = models.DateTimeField(
        _("joined"), null=True, blank=True, help_text=_("When it was made, where that was after the hold.")
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        verbose_name = _("held lot")
        verbose_name_plural = _("held lots")
        ordering = ["hold", "id"]
        constraints = [
            models.UniqueConstraint(fields=["hold", "lot"], name="inventory_heldlot_once_in_hold"),
        ]
        indexes = [
            models.Index(fields=["lot"], condition=models.Q(released_at=None), name="inventory_held_lot_open"),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "hold", "lot", "was", "joined_at"]),
            Frozen(name="ended", fields=["released_at"], when="OLD.released_at IS NOT NULL"),
            Guard(
                name="joins",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.joined_at IS NOT NULL"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM inventory_lothold h
                                   WHERE h.id = NEW.hold_id AND h.is_everything_affected) THEN
                        RAISE EXCEPTION 'a lot joins only a hold of everything affected'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_heldlot_joins';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.lot_id}"
