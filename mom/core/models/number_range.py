"""Number ranges: how a site numbers what it makes, and how far it has counted."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.triggers import Frozen, Guard, History, NoDelete
from mom.core.engine.numbering import Resets

RESETS = Labelled(
    Resets, {Resets.NEVER: (_("Never"), ""), Resets.YEAR: (_("Every year"), ""), Resets.MONTH: (_("Every month"), "")}
)


class NumberRange(models.Model):
    """The pattern by which a site numbers one noun.

    Gapless: a number is taken under a row lock that is held until the act commits; one that is rolled back is given
    again, and acts that number wait for each other. Otherwise a database sequence counts: nobody waits, and an act that
    is rolled back leaves a gap.
    """

    site = models.CharField(_("site"), max_length=20)
    noun = models.CharField(_("of"), max_length=32)
    pattern = models.CharField(_("pattern"), max_length=64)
    resets = models.CharField(_("starts again"), max_length=8, choices=RESETS.choices, default=Resets.NEVER.value)
    first = models.PositiveBigIntegerField(_("first number"), default=1)
    is_gapless = models.BooleanField(_("without gaps"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("number range")
        verbose_name_plural = _("number ranges")
        ordering = ["noun"]
        constraints = [
            models.UniqueConstraint(fields=["site", "noun"], name="core_numberrange_one_per_noun"),
            models.CheckConstraint(
                name="core_numberrange_has_counter", condition=models.Q(pattern__regex=r"\{seq(:0?[1-9][0-9]?)?\}")
            ),
            models.CheckConstraint(
                name="core_numberrange_period_in_pattern",
                condition=models.Q(resets="never")
                | models.Q(resets="year", pattern__regex=r"\{(yy|yyyy)\}")
                | (models.Q(resets="month", pattern__regex=r"\{(yy|yyyy)\}") & models.Q(pattern__contains="{mm}")),
            ),
        ]
        triggers = [History(), NoDelete(), Frozen(fields=["site", "noun", "is_gapless"])]

    def __str__(self) -> str:
        return self.pattern


class NumberCounter(models.Model):
    """The last number that a gapless range gave in one period. It only goes up."""

    number_range = models.ForeignKey(
        NumberRange, on_delete=models.PROTECT, related_name="counters", verbose_name=_("number range")
    )
    period = models.CharField(_("period"), max_length=7, blank=True)
    last = models.PositiveBigIntegerField(_("last number"))

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [
            models.UniqueConstraint(fields=["number_range", "period"], name="core_numbercounter_one_per_period"),
        ]
        triggers = [
            NoDelete(),
            Guard(
                name="goes_up",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.last <= OLD.last OR NEW.number_range_id <> OLD.number_range_id
                       OR NEW.period <> OLD.period THEN
                        RAISE EXCEPTION 'a counter only goes up' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'core_numbercounter_goes_up';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.last}"
