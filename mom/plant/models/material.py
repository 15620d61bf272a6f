"""Materials: classes, definitions, units, lots, sublots and serial numbers. Where they lie is inventory's."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.searchable import Searchable
from mom.core.db.triggers import History
from mom.core.fields import QuantityField, UnitField
from mom.plant.engine.terms import LotDisposition, MaterialTracking
from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.labels import LOT_DISPOSITION, MATERIAL_TRACKING, SUBLOT_KIND


class MaterialClass(MasterData):
    """Materials of one kind: "bar stock", "packaging"."""

    class Meta(MasterData.Meta):
        verbose_name = _("material class")
        verbose_name_plural = _("material classes")


class MaterialDefinition(MasterData):
    """A part, raw material or product. Quantities of it are kept in its unit.

    Goods with catch weight have a second unit that is measured for each quantity, not converted. A potent ingredient
    has an active unit: its nominal quantity times the lot's potency is the active quantity.
    """

    classes = models.ManyToManyField(
        MaterialClass,
        through="plant.MaterialInClass",
        blank=True,
        related_name="definitions",
        verbose_name=_("classes"),
    )
    unit = UnitField(_("unit"), default="C62")
    second_unit = UnitField(_("second unit"), blank=True, help_text=_("For catch weight: measured beside the first."))
    is_potency_managed = models.BooleanField(_("potency per lot"), default=False)
    tracking = models.CharField(
        _("tracking"),
        max_length=8,
        choices=MATERIAL_TRACKING.choices,
        default=MaterialTracking.NONE,
    )

    class Meta(MasterData.Meta):
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        triggers = [*MasterData.Meta.triggers, Searchable("material", title="name", retired="NOT {is_active}")]


class MaterialUnit(SiteOwned):
    """Another unit of one material, as an exact fraction: 1 tray = 24 pieces, 1 coil = 2500/3 m."""

    definition = models.ForeignKey(
        MaterialDefinition, on_delete=models.PROTECT, related_name="alternative_units", verbose_name=_("material")
    )
    code = models.CharField(_("unit"), max_length=16)
    factor_numerator = models.PositiveBigIntegerField(_("numerator"))
    factor_denominator = models.PositiveBigIntegerField(_("denominator"), default=1)

    class Meta:
        verbose_name = _("material unit")
        verbose_name_plural = _("material units")
        ordering = ["definition", "code"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "code"], name="plant_materialunit_code_unique_in_material"),
            models.CheckConstraint(
                name="plant_materialunit_factor_positive",
                condition=models.Q(factor_numerator__gt=0, factor_denominator__gt=0),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.definition.code}: {self.code}"


class MaterialLot(SiteOwned):
    """A quantity of one material that was made or received together and is judged together."""

    definition = models.ForeignKey(
        MaterialDefinition, on_delete=models.PROTECT, related_name="lots", verbose_name=_("material")
    )
    code = models.CharField(_("lot"), max_length=64)
    disposition = models.CharField(
        _("disposition"),
        max_length=14,
        choices=LOT_DISPOSITION.choices,
        default=LotDisposition.UNRESTRICTED,
    )
    potency = models.DecimalField(
        _("potency"), max_digits=9, decimal_places=8, null=True, blank=True, help_text=_("Active share, 0 to 1.")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    supplier = models.ForeignKey(
        "plant.BusinessPartner",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="lots",
        verbose_name=_("supplier"),
    )
    supplier_lot = models.CharField(_("supplier's lot"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="plant_materiallot_code_unique_in_site"),
            models.CheckConstraint(name="plant_materiallot_code_not_empty", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="plant_materiallot_potency_is_share",
                condition=models.Q(potency=None) | models.Q(potency__gt=0, potency__lte=1),
            ),
        ]
        triggers = [
            History(),
            Searchable("lot", also="supplier_lot", retired="{disposition} = 'closed'"),
        ]

    def __str__(self) -> str:
        return self.code


class MaterialSublot(SiteOwned):
    """A separately addressed part of a lot, or a single piece with a serial number, which may get it late."""

    definition = models.ForeignKey(
        MaterialDefinition, on_delete=models.PROTECT, related_name="sublots", verbose_name=_("material")
    )
    lot = models.ForeignKey(
        MaterialLot, blank=True, null=True, on_delete=models.PROTECT, related_name="sublots", verbose_name=_("lot")
    )
    parent = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="parts", verbose_name=_("part of")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=SUBLOT_KIND.choices)
    code = models.CharField(_("number"), max_length=100)
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    born_at = models.DateTimeField(_("born"), help_text=_("When it got its number."))

    class Meta:
        verbose_name = _("sublot or serial number")
        verbose_name_plural = _("sublots and serial numbers")
        ordering = ["definition", "code"]
        constraints = [
            # A serial number has one life line (P12).
            models.UniqueConstraint(fields=["definition", "code"], name="plant_materialsublot_code_unique_in_material"),
            models.CheckConstraint(name="plant_materialsublot_code_not_empty", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="plant_materialsublot_sublot_has_lot",
                condition=models.Q(kind="serial") | models.Q(lot__isnull=False),
            ),
            models.CheckConstraint(
                name="plant_materialsublot_serial_is_one_piece",
                condition=~models.Q(kind="serial") | models.Q(quantity=None) | models.Q(quantity=1),
            ),
        ]
        triggers = [History(), Searchable("serial")]

    def __str__(self) -> str:
        return self.code
