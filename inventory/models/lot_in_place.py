"""Which lot a job takes a material from, said by whoever put it there: from that moment on its reports take of it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Guard
from mom.plant.models import SiteOwned


class LotInPlace(SiteOwned):
    """A lot put in place on one line of a job. The latest one at the moment of a report is the one it takes.

    Never changed: another lot is another row, and the first one again is one too. `placed_at` is when it was put
    there, `recorded_at` when we were told. `op_uuid` is made where it was said, so the same scan counts once (P01).
    """

    requirement = models.ForeignKey(
        "work.JobRequirement", on_delete=models.PROTECT, related_name="lots_in_place", verbose_name=_("for")
    )
    lot = models.ForeignKey("plant.MaterialLot", on_delete=models.PROTECT, related_name="+", verbose_name=_("lot"))
    placed_at = models.DateTimeField(_("in place since"))
    op_uuid = models.UUIDField(_("key"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.CharField(_("recorded by"), max_length=200)

    class Meta:
        verbose_name = _("lot in place")
        verbose_name_plural = _("lots in place")
        ordering = ["requirement", "-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["op_uuid", "requirement"], name="inventory_lotinplace_said_once"),
            models.CheckConstraint(
                name="inventory_lotinplace_not_in_future",
                condition=models.Q(placed_at__lte=models.F("recorded_at")),
            ),
        ]
        indexes = [models.Index(fields=["requirement", "-placed_at", "-id"], name="inventory_lot_in_place_at")]
        triggers = [
            AppendOnly(),
            Guard(
                name="of_its_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM plant_materiallot l JOIN work_jobrequirement r
                                   ON r.definition_id = l.definition_id AND r.site_id = l.site_id
                                   WHERE l.id = NEW.lot_id AND r.id = NEW.requirement_id AND r.site_id = NEW.site_id
                                     AND r.material_use = 'consumed' AND r.is_backflushed) THEN
                        RAISE EXCEPTION 'a lot in place is of the material that this line takes, at the same site'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_lotinplace_fits';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="may_be_used",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM plant_materiallot l
                                   WHERE l.id = NEW.lot_id AND l.disposition IN ('unrestricted', 'in_process')
                                     AND (l.expires_at IS NULL OR l.expires_at > NEW.placed_at)) THEN
                        RAISE EXCEPTION 'a lot in place is neither held nor expired'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_lotinplace_usable';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.lot_id}"
