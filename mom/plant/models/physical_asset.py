"""Physical assets: the things with a serial number, and where each one was mounted when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.searchable import Searchable
from mom.core.db.triggers import History
from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.labels import ASSET_KIND


class PhysicalAssetClass(MasterData):
    """Assets of one make or kind: "60 t press tool", "plug gauge". Source: IEC 62264-2 physical asset class."""

    class Meta(MasterData.Meta):
        verbose_name = _("asset class")
        verbose_name_plural = _("asset classes")


class PhysicalAsset(MasterData):
    """A machine, tool, mould or gauge with its own serial number and history. What role it fills is an assignment."""

    kind = models.CharField(_("kind"), max_length=12, choices=ASSET_KIND.choices)
    classes = models.ManyToManyField(
        PhysicalAssetClass,
        through="plant.AssetInClass",
        blank=True,
        related_name="assets",
        verbose_name=_("classes"),
    )
    serial_number = models.CharField(_("serial number"), max_length=100, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=200, blank=True)
    model = models.CharField(_("model"), max_length=200, blank=True)
    fixed_asset_number = models.CharField(_("fixed asset number"), max_length=64, blank=True)
    parent = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="parts", verbose_name=_("part of")
    )

    class Meta(MasterData.Meta):
        verbose_name = _("physical asset")
        verbose_name_plural = _("physical assets")
        triggers = [
            *MasterData.Meta.triggers,
            Searchable(
                "asset",
                title="name",
                also="serial_number",
                words=["manufacturer", "model", "fixed_asset_number"],
                retired="NOT {is_active}",
            ),
        ]


class MouldCavity(SiteOwned):
    """One cavity of a mould, and which part falls from it (a family mould makes several)."""

    asset = models.ForeignKey(PhysicalAsset, on_delete=models.PROTECT, related_name="cavities", verbose_name=_("mould"))
    number = models.PositiveIntegerField(_("number"))
    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("part")
    )

    class Meta:
        verbose_name = _("cavity")
        verbose_name_plural = _("cavities")
        ordering = ["asset", "number"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="plant_mouldcavity_number_unique_in_mould"),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.asset.code} / {self.number}"


class CavityBlock(SiteOwned):
    """A time in which a cavity was closed: pieces per cycle count the open ones."""

    cavity = models.ForeignKey(MouldCavity, on_delete=models.PROTECT, related_name="blocks", verbose_name=_("cavity"))
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("blocked cavity")
        verbose_name_plural = _("blocked cavities")
        ordering = ["cavity", "started_at"]
        constraints = [
            models.CheckConstraint(
                name="plant_cavityblock_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gt=models.F("started_at")),
            ),
            ExclusionConstraint(
                name="plant_cavityblock_no_overlap",
                expressions=[
                    ("cavity", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.cavity} {self.started_at:%Y-%m-%d %H:%M}"


class AssetAssignment(SiteOwned):
    """Which asset filled which role from when to when. MTBF follows the asset, OEE follows the role."""

    asset = models.ForeignKey(
        PhysicalAsset, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("asset")
    )
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="asset_assignments", verbose_name=_("equipment")
    )
    mounted_at = models.DateTimeField(_("mounted"))
    dismounted_at = models.DateTimeField(_("dismounted"), null=True, blank=True)

    class Meta:
        verbose_name = _("asset assignment")
        verbose_name_plural = _("asset assignments")
        ordering = ["asset", "mounted_at"]
        constraints = [
            models.CheckConstraint(
                name="plant_assetassignment_ends_after_start",
                condition=models.Q(dismounted_at=None) | models.Q(dismounted_at__gt=models.F("mounted_at")),
            ),
            ExclusionConstraint(
                name="plant_assetassignment_one_place_at_a_time",
                expressions=[
                    ("asset", RangeOperators.EQUAL),
                    (TsTzRange("mounted_at", "dismounted_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This asset is mounted elsewhere at that time. Dismount it there first."),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.asset} @ {self.equipment}"
