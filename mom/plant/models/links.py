"""Links between tables, models of their own so that taking a machine out of a class leaves a trace too."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History


class EquipmentInClass(models.Model):
    """An equipment belongs to a class of equipment."""

    equipment = models.ForeignKey("plant.Equipment", models.PROTECT, related_name="+", verbose_name=_("equipment"))
    equipment_class = models.ForeignKey(
        "plant.EquipmentClass", models.PROTECT, related_name="+", verbose_name=_("equipment class")
    )

    class Meta:
        verbose_name = _("equipment in a class")
        verbose_name_plural = _("equipment in classes")
        constraints = [
            models.UniqueConstraint(fields=["equipment", "equipment_class"], name="plant_equipmentinclass_once"),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.equipment_id} in {self.equipment_class_id}"


class MaterialInClass(models.Model):
    """A material belongs to a class of materials."""

    definition = models.ForeignKey(
        "plant.MaterialDefinition", models.PROTECT, related_name="+", verbose_name=_("material")
    )
    material_class = models.ForeignKey(
        "plant.MaterialClass", models.PROTECT, related_name="+", verbose_name=_("material class")
    )

    class Meta:
        verbose_name = _("material in a class")
        verbose_name_plural = _("materials in classes")
        constraints = [
            models.UniqueConstraint(fields=["definition", "material_class"], name="plant_materialinclass_once"),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.definition_id} in {self.material_class_id}"


class AssetInClass(models.Model):
    """A physical asset belongs to a class of assets."""

    asset = models.ForeignKey("plant.PhysicalAsset", models.PROTECT, related_name="+", verbose_name=_("asset"))
    asset_class = models.ForeignKey(
        "plant.PhysicalAssetClass", models.PROTECT, related_name="+", verbose_name=_("asset class")
    )

    class Meta:
        verbose_name = _("asset in a class")
        verbose_name_plural = _("assets in classes")
        constraints = [models.UniqueConstraint(fields=["asset", "asset_class"], name="plant_assetinclass_once")]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.asset_class_id}"
