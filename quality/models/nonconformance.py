"""Nonconformances: what was not right, which lots are in doubt, and what becomes of them, signed."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.searchable import Searchable
from mom.core.db.triggers import AppendOnly, Frozen, Guard, History, NoDelete
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from quality.engine.terms import NonconformanceStatus
from quality.models.labels import DISPOSITION_KIND, NONCONFORMANCE_ORIGIN, NONCONFORMANCE_STATUS, SEVERITY


class Nonconformance(SiteOwned):
    """Parts that are not right, or of which a chart says that they may not be (users say NCR). Source: ISO 9001 8.7.

    One is open at a time for a chart: what else the chart says meanwhile is added to it. `since` is the last sample
    that was in control: what was made after it is in doubt.
    """

    code = models.CharField(_("NCR"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what was found"), blank=True)
    origin = models.CharField(
        _("found by"), max_length=NONCONFORMANCE_ORIGIN.max_length, choices=NONCONFORMANCE_ORIGIN.choices
    )
    severity = models.CharField(_("severity"), max_length=SEVERITY.max_length, choices=SEVERITY.choices)
    status = models.CharField(
        _("status"),
        max_length=NONCONFORMANCE_STATUS.max_length,
        choices=NONCONFORMANCE_STATUS.choices,
        default=NonconformanceStatus.OPEN,
    )
    chart = models.ForeignKey(
        "quality.ControlChart", blank=True, null=True, on_delete=models.PROTECT, related_name="nonconformances",
        verbose_name=_("chart"),
    )  # fmt: skip
    characteristic = models.ForeignKey(
        "quality.Characteristic", blank=True, null=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("characteristic"),
    )  # fmt: skip
    material = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    job_order = models.ForeignKey(
        "work.JobOrder", blank=True, null=True, on_delete=models.PROTECT, related_name="nonconformances",
        verbose_name=_("job"),
    )  # fmt: skip
    since = models.DateTimeField(_("in doubt since"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"))
    found_by = models.CharField(_("found by"), max_length=200)
    finder_id = models.CharField(_("user who found it"), max_length=40, blank=True)
    disposed_at = models.DateTimeField(_("decided"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("nonconformance")
        verbose_name_plural = _("nonconformances")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="quality_nonconformance_code_unique_in_site"),
            models.UniqueConstraint(
                fields=["chart"],
                condition=models.Q(status__in=["open", "contained"]),
                name="quality_nonconformance_one_open_a_chart",
            ),
            models.CheckConstraint(name="quality_nonconformance_has_title", condition=~models.Q(title="")),
            NONCONFORMANCE_STATUS.check("status", "quality_nonconformance_status_known"),
            NONCONFORMANCE_ORIGIN.check("origin", "quality_nonconformance_origin_known"),
            SEVERITY.check("severity", "quality_nonconformance_severity_known"),
            models.CheckConstraint(
                name="quality_nonconformance_closed_by_somebody",
                condition=models.Q(status="closed", closed_at__isnull=False) & ~models.Q(closed_by="")
                | ~models.Q(status="closed") & models.Q(closed_at=None, closed_by=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "material", "equipment"],
                condition=models.Q(status__in=["open", "contained"]),
                name="quality_ncr_open",
            ),
            models.Index(fields=["site", "-found_at"], name="quality_ncr_newest"),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "code", "chart", "material", "found_at", "found_by", "finder_id", "origin"]),
            Searchable("ncr", title="title", retired="{status} = 'closed'"),
            Guard(
                name="decided_by_signature",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.status IN ('disposed', 'closed')"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM quality_disposition d WHERE d.nonconformance_id = NEW.id)
                       OR EXISTS (
                        SELECT 1 FROM quality_nonconformanceline l
                        LEFT JOIN quality_disposition d ON d.line_id = l.id
                        WHERE l.nonconformance_id = NEW.id
                        GROUP BY l.id HAVING count(d.id) = 0 OR coalesce(sum(d.quantity), 0) <> l.quantity
                    ) THEN
                        RAISE EXCEPTION 'every part of a nonconformance is decided by a signed disposition'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_nonconformance_needs_disposition';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code


class NonconformanceLine(SiteOwned):
    """A lot, or so many parts without one, that are in doubt; a lot is in a hold until it was decided. Never changed.

    Parts nobody has counted yet are quantity 0: they are decided all the same.
    """

    nonconformance = models.ForeignKey(
        Nonconformance, on_delete=models.PROTECT, related_name="lines", verbose_name=_("nonconformance")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lot")
    )
    hold = models.ForeignKey(
        "inventory.LotHold", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("hold")
    )
    job_order = models.ForeignKey(
        "work.JobOrder", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("job")
    )
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("lot in doubt")
        verbose_name_plural = _("lots in doubt")
        ordering = ["nonconformance", "id"]
        constraints = [
            models.UniqueConstraint(fields=["nonconformance", "lot"], name="quality_nonconformanceline_lot_once"),
            models.CheckConstraint(
                name="quality_nonconformanceline_quantity", condition=models.Q(quantity__gte=0) & ~models.Q(unit="")
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.nonconformance_id}: {self.quantity} {self.unit}"


class Disposition(SiteOwned):
    """What becomes of a lot in doubt, or a part of it: decided by a person who signed. Never changed."""

    nonconformance = models.ForeignKey(
        Nonconformance, on_delete=models.PROTECT, related_name="dispositions", verbose_name=_("nonconformance")
    )
    line = models.ForeignKey(
        NonconformanceLine, on_delete=models.PROTECT, related_name="dispositions", verbose_name=_("lot in doubt")
    )
    kind = models.CharField(_("decision"), max_length=DISPOSITION_KIND.max_length, choices=DISPOSITION_KIND.choices)
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    reason = models.CharField(_("reason"), max_length=500)
    rework_job = models.ForeignKey(
        "work.JobOrder", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("rework")
    )
    signature = models.ForeignKey(
        "accounts.Signature", on_delete=models.PROTECT, related_name="+", verbose_name=_("signature")
    )
    decided_by = models.CharField(_("decided by"), max_length=200)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["nonconformance", "id"]
        constraints = [
            DISPOSITION_KIND.check("kind", "quality_disposition_kind_known"),
            models.CheckConstraint(
                name="quality_disposition_quantity",
                condition=models.Q(quantity__gte=0) & ~models.Q(unit="") & ~models.Q(reason=""),
            ),
        ]
        triggers = [
            AppendOnly(),
            Guard(
                name="within_its_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("total", "numeric"), ("most", "numeric"), ("whose", "bigint")],
                func="""
                    SELECT quantity, nonconformance_id INTO most, whose
                    FROM quality_nonconformanceline WHERE id = NEW.line_id FOR SHARE;
                    SELECT coalesce(sum(quantity), 0) INTO total FROM quality_disposition WHERE line_id = NEW.line_id;
                    IF whose <> NEW.nonconformance_id OR total + NEW.quantity > most THEN
                        RAISE EXCEPTION 'more is decided than is in doubt'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_disposition_within_line';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} {self.unit}"
