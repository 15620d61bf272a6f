"""Aliases: what a partner's system calls our things."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Frozen, History, NoDelete

SYSTEM_PATTERN = r"^[A-Z0-9][A-Z0-9_-]{0,31}\Z"


class Alias(models.Model):
    """The number of one of our things in another system, from an instant until another.

    While it holds, it names one thing only; a thing may have several. `noun` and `subject_id` are a soft reference.
    """

    site = models.CharField(_("site"), max_length=20)
    noun = models.CharField(_("of"), max_length=32)
    subject_id = models.BigIntegerField(_("thing"))
    system = models.CharField(_("system"), max_length=32)
    external_id = models.CharField(_("number there"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["system", "external_id"]
        constraints = [
            models.CheckConstraint(name="core_alias_system_shape", condition=models.Q(system__regex=SYSTEM_PATTERN)),
            models.CheckConstraint(name="core_alias_number_not_empty", condition=~models.Q(external_id="")),
            models.CheckConstraint(
                name="core_alias_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="core_alias_names_one_thing",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("system", RangeOperators.EQUAL),
                    ("noun", RangeOperators.EQUAL),
                    ("external_id", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["noun", "subject_id"], name="core_alias_of_thing"),
            models.Index(fields=["site", "external_id"], name="core_alias_by_number"),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "noun", "subject_id", "system", "external_id", "valid_from"]),
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"
