"""Typed properties: what is known of a kind of thing, and the values of each thing or class from when until when."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Frozen, Guard, History, NoDelete
from mom.core.engine.properties import Content, DataType
from mom.core.engine.property_rule import CODE
from mom.core.engine.units import ALL_UNITS
from mom.core.fields import QuantityField, UnitField

PROPERTY_TYPE = Labelled(
    DataType,
    {
        DataType.NUMBER: (_("Number"), ""),
        DataType.TEXT: (_("Text"), ""),
        DataType.BOOLEAN: (_("Yes or no"), ""),
        DataType.CHOICE: (_("Choice"), ""),
        DataType.DATE: (_("Day"), ""),
    },
)
# The table of units as the database sees it, so that a unit of another kind is refused whoever writes.
_FAMILY = " ".join(f"WHEN '{unit.code}' THEN '{unit.family}'" for unit in ALL_UNITS)
_FACTOR = " ".join(
    f"WHEN '{unit.code}' THEN {unit.factor.numerator}::numeric(60, 24) / {unit.factor.denominator}"
    for unit in ALL_UNITS
)


def _refuse(rule: str, words: str) -> str:
    return f"""RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_{rule}';"""


class PropertyDefinition(models.Model):
    """Something that can be said of a kind of thing: "spindle power, a number in kW, of machines and their classes"."""

    site = models.CharField(_("site"), max_length=20)
    noun = models.CharField(_("of"), max_length=32)
    code = models.CharField(_("code"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    data_type = models.CharField(_("type"), max_length=8, choices=PROPERTY_TYPE.choices)
    unit = UnitField(_("unit"), blank=True)
    choices = ArrayField(models.CharField(max_length=100), verbose_name=_("choices"), default=list, blank=True)
    description = models.TextField(_("description"), blank=True)
    is_deprecated = models.BooleanField(
        _("no longer used"), default=False, help_text=_("Its values stay; new ones are refused.")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        ordering = ["noun", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "noun", "code"], name="core_propertydefinition_code_unique"),
            models.CheckConstraint(
                name="core_propertydefinition_code_shape", condition=models.Q(code__regex=rf"^{CODE}\Z")
            ),
            PROPERTY_TYPE.check("data_type", "core_propertydefinition_type_known"),
            models.CheckConstraint(
                name="core_propertydefinition_only_numbers_have_units",
                condition=models.Q(data_type="number") | models.Q(unit=""),
            ),
            models.CheckConstraint(
                name="core_propertydefinition_choice_has_choices",
                condition=models.Q(data_type="choice", choices__len__gte=1)
                | (~models.Q(data_type="choice") & models.Q(choices=[])),
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "noun", "code"]),
            Guard(
                name="fits_its_values",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("data_type", "unit", "choices"),  # type: ignore[no-untyped-call]
                func=f"""
                    IF EXISTS (SELECT 1 FROM core_propertyvalue v WHERE v.definition_id = NEW.id AND (
                            OLD.data_type <> NEW.data_type
                            OR (CASE v.unit {_FAMILY} ELSE '' END) <> (CASE NEW.unit {_FAMILY} ELSE '' END)
                            OR (NEW.data_type = 'choice' AND NOT v.text = ANY (NEW.choices)))) THEN
                        {_refuse("propertydefinition_fits_its_values", "property has values of another kind")}
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PropertyValue(models.Model):
    """What a property is for one thing or one class, from an instant until another. A new value ends the old one.

    `holder` is the noun of the thing, `subject_id` its key: a soft reference, because the ground knows no domain.
    A number stands in `unit` with its limits and target; `base_number` is the same in the base unit of its family,
    worked out by the database, so that kilowatts and watts are compared by one index.
    """

    site = models.CharField(_("site"), max_length=20)
    definition = models.ForeignKey(
        PropertyDefinition, on_delete=models.PROTECT, related_name="values", verbose_name=_("property")
    )
    holder = models.CharField(_("of"), max_length=32)
    subject_id = models.BigIntegerField(_("thing"))
    number = QuantityField(_("number"), null=True, blank=True)
    lower = QuantityField(_("lower limit"), null=True, blank=True)
    upper = QuantityField(_("upper limit"), null=True, blank=True)
    target = QuantityField(_("target"), null=True, blank=True)
    unit = UnitField(_("unit"), blank=True)
    base_number = models.DecimalField(max_digits=48, decimal_places=20, null=True, blank=True, editable=False)
    text = models.CharField(_("text"), max_length=500, blank=True)
    boolean = models.BooleanField(_("yes or no"), null=True, blank=True)
    date = models.DateField(_("day"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    set_at = models.DateTimeField(_("set"))
    set_by = models.CharField(_("set by"), max_length=200)

    class Meta:
        verbose_name = _("property value")
        verbose_name_plural = _("property values")
        ordering = ["definition", "holder", "subject_id", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="core_propertyvalue_one_type",
                condition=(
                    models.Q(text="", boolean=None, date=None)
                    & ~models.Q(number=None, lower=None, upper=None, target=None)
                )
                | (
                    models.Q(number=None, lower=None, upper=None, target=None, unit="")
                    & (
                        (~models.Q(text="") & models.Q(boolean=None, date=None))
                        | models.Q(text="", boolean__isnull=False, date=None)
                        | models.Q(text="", boolean=None, date__isnull=False)
                    )
                ),
            ),
            models.CheckConstraint(
                name="core_propertyvalue_limits_in_order",
                condition=(models.Q(lower=None) | models.Q(upper=None) | models.Q(lower__lte=models.F("upper")))
                & (models.Q(target=None) | models.Q(lower=None) | models.Q(target__gte=models.F("lower")))
                & (models.Q(target=None) | models.Q(upper=None) | models.Q(target__lte=models.F("upper"))),
            ),
            models.CheckConstraint(
                name="core_propertyvalue_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="core_propertyvalue_one_at_a_time",
                expressions=[
                    ("definition", RangeOperators.EQUAL),
                    ("holder", RangeOperators.EQUAL),
                    ("subject_id", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "subject_id", "definition"], name="core_property_of_thing"),
            models.Index(fields=["definition", "holder", "base_number"], name="core_property_by_number"),
            models.Index(fields=["definition", "holder", "text"], name="core_property_by_text"),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(
                fields=[
                    "site",
                    "definition",
                    "holder",
                    "subject_id",
                    "number",
                    "lower",
                    "upper",
                    "target",
                    "unit",
                    "base_number",
                    "text",
                    "boolean",
                    "date",
                    "valid_from",
                    "set_at",
                    "set_by",
                ]
            ),
            Guard(
                name="end_comes_nearer",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("valid_until"),  # type: ignore[no-untyped-call]
                func=f"""
                    IF OLD.valid_until IS NOT NULL
                       AND (NEW.valid_until IS NULL OR NEW.valid_until > OLD.valid_until) THEN
                        {_refuse("propertyvalue_end_comes_nearer", "a value that ended does not hold again")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            # FOR SHARE: a definition can't change under a value that is being added by another transaction.
            Guard(
                name="fits_its_definition",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("d", "core_propertydefinition%ROWTYPE"), ("kind", "text")],
                func=f"""
                    SELECT * INTO d FROM core_propertydefinition WHERE id = NEW.definition_id FOR SHARE;
                    IF d.site <> NEW.site THEN
                        {_refuse("propertyvalue_same_site", "property of another site")}
                    END IF;
                    IF d.is_deprecated THEN
                        {_refuse("propertyvalue_property_in_use", "property is no longer used")}
                    END IF;
                    kind := CASE WHEN NEW.boolean IS NOT NULL THEN 'boolean' WHEN NEW.date IS NOT NULL THEN 'date'
                                 WHEN NEW.text <> '' THEN 'text' ELSE 'number' END;
                    IF kind <> replace(d.data_type, 'choice', 'text') THEN
                        {_refuse("propertyvalue_right_type", "value of another type than its property")}
                    END IF;
                    IF d.data_type = 'choice' AND NOT NEW.text = ANY (d.choices) THEN
                        {_refuse("propertyvalue_known_choice", "value is none of the choices")}
                    END IF;
                    IF (NEW.unit = '') <> (d.unit = '')
                       OR (CASE NEW.unit {_FAMILY} ELSE '' END) <> (CASE d.unit {_FAMILY} ELSE '' END) THEN
                        {_refuse("propertyvalue_same_dimension", "unit of another kind than its property")}
                    END IF;
                    NEW.base_number := round(NEW.number * (CASE NEW.unit {_FACTOR} ELSE 1 END), 20);
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} {self.holder} {self.subject_id}"

    @property
    def content(self) -> Content:
        """What is said."""
        value: Any = self.number
        for other in (self.boolean, self.date, self.text or None):
            value = other if value is None else value
        return Content(value, self.unit, self.lower, self.upper, self.target)


def columns_of(content: Content) -> dict[str, Any]:
    """The columns in which a content is stored."""
    columns: dict[str, Any] = {
        "number": None, "lower": content.lower, "upper": content.upper, "target": content.target,
        "unit": content.unit, "text": "", "boolean": None, "date": None,
    }  # fmt: skip
    if isinstance(content.value, bool):
        columns["boolean"] = content.value
    elif isinstance(content.value, Decimal):
        columns["number"] = content.value
    elif isinstance(content.value, str):
        columns["text"] = content.value
    elif content.value is not None:
        columns["date"] = content.value
    return columns
