"""Reported quantities: the append-only ledger of good, scrap, rework and review, and its totals."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Guard, KeptByDatabase
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from mom.work.models.fact import Fact
from mom.work.models.labels import QUANTITY_KIND


class QuantityReport(Fact):
    """A quantity that a person or a machine reported on one output of a job. A reversal carries it negative.

    The output (and with it job and material) may come later: an unattributed report is reversed and recorded again.
    `active_quantity` is nominal times potency; `second_quantity` is the measured catch weight.
    """

    output = models.ForeignKey(
        "work.JobRequirement",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="quantity_reports",
        verbose_name=_("output"),
    )
    job_response = models.ForeignKey(
        "work.JobResponse",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="quantity_reports",
        verbose_name=_("job response"),
    )
    person = models.ForeignKey(
        "plant.Person", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=QUANTITY_KIND.choices)
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"))
    active_quantity = QuantityField(_("active quantity"), null=True, blank=True)
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    second_unit = UnitField(_("second unit"), blank=True)
    lot = models.ForeignKey("plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="+")
    sublot = models.ForeignKey(
        "plant.MaterialSublot", blank=True, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.ForeignKey(
        "plant.Reason", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("quantity report")
        verbose_name_plural = _("quantity reports")
        ordering = ["occurred_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="work_quantityreport_sign_matches_reversal",
                condition=models.Q(reverses=None, quantity__gt=0) | models.Q(reverses__isnull=False, quantity__lt=0),
            ),
            models.CheckConstraint(name="work_quantityreport_has_unit", condition=~models.Q(unit="")),
            models.CheckConstraint(
                name="work_quantityreport_second_has_unit",
                condition=models.Q(second_quantity=None) | ~models.Q(second_unit=""),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "occurred_at"], name="work_quantity_by_time"),
        ]
        triggers = [
            AppendOnly(),
            # The total of each output moves in the same statement as its ledger, for COPY as for INSERT.
            Guard(
                name="add_to_totals",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="reported"),
                func="""
                    IF EXISTS (SELECT 1 FROM reported r JOIN work_jobrequirement o ON o.id = r.output_id
                               WHERE o.unit <> r.unit) THEN
                        RAISE EXCEPTION 'a quantity is reported in the unit of its output'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_quantityreport_unit_of_output';
                    END IF;
                    INSERT INTO work_outputtotal (output_id, site_id, good, scrap, rework, review)
                    SELECT output_id, min(site_id), 0, 0, 0, 0 FROM reported
                    WHERE output_id IS NOT NULL GROUP BY output_id ORDER BY output_id
                    ON CONFLICT (output_id) DO NOTHING;
                    PERFORM 1 FROM work_outputtotal
                    WHERE output_id IN (SELECT output_id FROM reported) ORDER BY output_id FOR UPDATE;
                    UPDATE work_outputtotal AS total SET
                        good = total.good + sums.good, scrap = total.scrap + sums.scrap,
                        rework = total.rework + sums.rework, review = total.review + sums.review
                    FROM (
                        SELECT output_id,
                               coalesce(sum(quantity) FILTER (WHERE kind = 'good'), 0) AS good,
                               coalesce(sum(quantity) FILTER (WHERE kind = 'scrap'), 0) AS scrap,
                               coalesce(sum(quantity) FILTER (WHERE kind = 'rework'), 0) AS rework,
                               coalesce(sum(quantity) FILTER (WHERE kind = 'review'), 0) AS review
                        FROM reported GROUP BY output_id
                    ) AS sums
                    WHERE total.output_id = sums.output_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit} {self.kind}"


class OutputTotal(SiteOwned):
    """The sum of the ledger for one output of a job, kept by trigger. `limit` is the most it may reach (P03).

    No limit, no check: history that was never held to a limit comes in as it was.
    """

    output = models.OneToOneField(
        "work.JobRequirement",
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="total",
        verbose_name=_("output"),
    )
    good = QuantityField(_("good"), default=0)
    scrap = QuantityField(_("scrap"), default=0)
    rework = QuantityField(_("rework"), default=0)
    review = QuantityField(_("review"), default=0)
    limit = QuantityField(_("limit"), null=True, blank=True)

    class Meta:
        verbose_name = _("output total")
        verbose_name_plural = _("output totals")
        constraints = [
            models.CheckConstraint(
                name="work_outputtotal_not_negative",
                condition=models.Q(good__gte=0, scrap__gte=0, rework__gte=0, review__gte=0),
                violation_error_message=_("More would be taken back than was reported."),
            ),
            models.CheckConstraint(
                name="work_outputtotal_within_limit",
                condition=models.Q(limit=None)
                | models.Q(limit__gte=models.F("good") + models.F("scrap") + models.F("rework") + models.F("review")),
                violation_error_message=_("More would be reported than the job may make."),
            ),
        ]
        triggers = [KeptByDatabase(fields=["good", "scrap", "rework", "review"])]

    def __str__(self) -> str:
        return f"{self.output_id}: {self.good}"
