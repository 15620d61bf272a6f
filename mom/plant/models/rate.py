"""Rates: what an hour, a unit or a kWh costs, from an instant until another, in the currency of that time."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Frozen, History, NoDelete
from mom.core.fields import QuantityField, UnitField
from mom.plant.models.base import SiteOwned
from mom.plant.models.labels import RATE_KIND, RATE_STATE

_NO_MACHINE = {"equipment": None, "equipment_class": None}


def _or_none(name: str) -> Coalesce:
    """A key, 0 for none: an exclusion constraint holds no two NULLs for equal."""
    return Coalesce(models.F(name), models.Value(0, output_field=models.BigIntegerField()))


class Rate(SiteOwned):
    """The price of one unit of something: an hour of a machine in a state, of a person with a skill, a kWh, a piece.

    The more particular one wins (a machine, its class, what it stands in, the site). `currency` is the site's when the
    rate was added and stays; a new rate from a day on ends the one before.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=RATE_KIND.choices)
    state = models.CharField(_("state"), max_length=8, choices=RATE_STATE.choices, blank=True)
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="rates",
        verbose_name=_("machine or area"),
    )  # fmt: skip
    equipment_class = models.ForeignKey(
        "plant.EquipmentClass", blank=True, null=True, on_delete=models.PROTECT, related_name="rates",
        verbose_name=_("equipment class"),
    )  # fmt: skip
    personnel_class = models.ForeignKey(
        "plant.PersonnelClass", blank=True, null=True, on_delete=models.PROTECT, related_name="rates",
        verbose_name=_("skill"),
    )  # fmt: skip
    definition = models.ForeignKey(
        "plant.MaterialDefinition", blank=True, null=True, on_delete=models.PROTECT, related_name="rates",
        verbose_name=_("material"),
    )  # fmt: skip
    tariff = models.CharField(_("tariff"), max_length=32, blank=True)
    amount = QuantityField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    unit = UnitField(_("per"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["kind", "state", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="plant_rate_target_fits_kind",
                condition=(
                    models.Q(kind="machine", personnel_class=None, definition=None, tariff="", unit="HUR")
                    & ~models.Q(state="")
                    & (models.Q(equipment=None) | models.Q(equipment_class=None))
                )
                | models.Q(kind="labour", state="", definition=None, tariff="", unit="HUR", **_NO_MACHINE)
                | models.Q(
                    kind="material", state="", personnel_class=None, definition__isnull=False, tariff="", **_NO_MACHINE
                )
                | models.Q(kind="scrap", state="", personnel_class=None, tariff="", **_NO_MACHINE)
                | models.Q(kind="energy", state="", personnel_class=None, definition=None, unit="KWH", **_NO_MACHINE),
            ),
            models.CheckConstraint(
                name="plant_rate_amount_not_negative",
                condition=models.Q(kind="scrap") | models.Q(amount__gte=0),
            ),
            models.CheckConstraint(
                name="plant_rate_currency_shape", condition=models.Q(currency__regex=r"^[A-Z]{3}\Z")
            ),
            models.CheckConstraint(
                name="plant_rate_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="plant_rate_one_at_a_time",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("state", RangeOperators.EQUAL),
                    ("tariff", RangeOperators.EQUAL),
                    (_or_none("equipment_id"), RangeOperators.EQUAL),
                    (_or_none("equipment_class_id"), RangeOperators.EQUAL),
                    (_or_none("personnel_class_id"), RangeOperators.EQUAL),
                    (_or_none("definition_id"), RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(
                fields=[
                    "site",
                    "kind",
                    "state",
                    "equipment",
                    "equipment_class",
                    "personnel_class",
                    "definition",
                    "tariff",
                    "amount",
                    "currency",
                    "unit",
                    "valid_from",
                ]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
