"""People and what they may do: personnel classes, and qualifications that expire."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import DateRange
from mom.core.db.triggers import History
from mom.plant.models.base import MasterData, SiteOwned


class PersonnelClass(MasterData):
    """A skill or a trade that work can ask for: "CNC operator", "crane licence"."""

    class Meta(MasterData.Meta):
        verbose_name = _("skill")
        verbose_name_plural = _("skills")


class Person(MasterData):
    """Somebody who works here. The code is what is on the badge; a sign-in is optional."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="person",
        verbose_name=_("sign-in"),
    )

    class Meta(MasterData.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")


class Qualification(SiteOwned):
    """A person's right to do a kind of work, from a day until (not including) another."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("person")
    )
    personnel_class = models.ForeignKey(
        PersonnelClass, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("skill")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The first day without it."))

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["person", "personnel_class", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="plant_qualification_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="plant_qualification_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("personnel_class", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.person.code}: {self.personnel_class.code}"
