"""People and what they may do: personnel classes, and qualifications that expire."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import DateRange
from mom.core.db.searchable import Searchable
from mom.core.db.triggers import History
from mom.plant.engine.terms import SkillLevel
from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.labels import SKILL_LEVEL


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
    workplace = models.ForeignKey(
        "plant.Equipment",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="people",
        verbose_name=_("works at"),
        help_text=_("The area, line or machine where this person usually works."),
    )
    shift = models.ForeignKey(
        "plant.Shift",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="people",
        verbose_name=_("usual shift"),
    )

    class Meta(MasterData.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        triggers = [*MasterData.Meta.triggers, Searchable("person", title="name", retired="NOT {is_active}")]


class Qualification(SiteOwned):
    """A person's right to do a kind of work, from a day until (not including) another."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("person")
    )
    personnel_class = models.ForeignKey(
        PersonnelClass, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("skill")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=SKILL_LEVEL, default=SkillLevel.ALONE.value)
    trainer = models.ForeignKey(
        Person,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="trained",
        verbose_name=_("signed off by"),
        help_text=_("Who saw that the person can do it."),
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
            models.CheckConstraint(
                name="plant_qualification_level_known",
                condition=models.Q(level__in=[level.value for level in SkillLevel]),
            ),
            models.CheckConstraint(
                name="plant_qualification_signed_off_by_another",
                condition=models.Q(trainer=None) | ~models.Q(trainer=models.F("person")),
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


class EquipmentClassSkill(SiteOwned):
    """A skill, and its least level, that work on the machines of a class asks for."""

    equipment_class = models.ForeignKey(
        "plant.EquipmentClass", on_delete=models.PROTECT, related_name="skills", verbose_name=_("equipment class")
    )
    personnel_class = models.ForeignKey(
        PersonnelClass, on_delete=models.PROTECT, related_name="asked_by", verbose_name=_("skill")
    )
    least_level = models.PositiveSmallIntegerField(
        _("least level"), choices=SKILL_LEVEL, default=SkillLevel.ALONE.value
    )

    class Meta:
        verbose_name = _("skill of a machine class")
        verbose_name_plural = _("skills of machine classes")
        ordering = ["equipment_class", "personnel_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["equipment_class", "personnel_class"], name="plant_equipmentclassskill_once"
            ),
            models.CheckConstraint(
                name="plant_equipmentclassskill_level_known",
                condition=models.Q(least_level__in=[level.value for level in SkillLevel]),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.equipment_class.code}: {self.personnel_class.code}"
