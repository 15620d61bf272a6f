"""How the plant's lists are narrowed."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mom.core.web.property_filter import RuleFilter
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import (
    Equipment,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    Person,
    PersonnelClass,
    PhysicalAsset,
    Shift,
)
from mom.plant.models.labels import ASSET_KIND, CAPACITY_KIND, LOT_DISPOSITION, MATERIAL_TRACKING
from mom.plant.selectors.equipment import area_list, within
from mom.plant.selectors.master_data import row_list


def _areas(request: Any) -> QuerySet[Equipment]:
    return area_list(request.actor, request.site)


def _skills(request: Any) -> QuerySet[PersonnelClass]:
    return row_list(request.actor, PersonnelClass, request.site)


def _material_classes(request: Any) -> QuerySet[MaterialClass]:
    return row_list(request.actor, MaterialClass, request.site)


class MachineFilters(django_filters.FilterSet):
    """By area and by what a machine takes at once."""

    area = django_filters.ModelChoiceFilter(label=_("Area"), queryset=_areas, method="in_area")
    capacity = django_filters.ChoiceFilter(
        label=_("Capacity"), field_name="capacity_kind", choices=CAPACITY_KIND.choices
    )
    property = RuleFilter("equipment")

    class Meta:
        model = Equipment
        fields: tuple[str, ...] = ()

    def in_area(self, rows: QuerySet[Equipment], name: str, area: Equipment | None) -> QuerySet[Equipment]:
        """Those that stand in the area."""
        return rows.filter(within(area)) if area else rows


class PersonFilters(django_filters.FilterSet):
    """By skill."""

    skill = django_filters.ModelChoiceFilter(
        label=_("Skill"), queryset=_skills, field_name="qualifications__personnel_class", distinct=True
    )
    property = RuleFilter("person")

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()


def _shifts(request: Any) -> QuerySet[Shift]:
    return row_list(request.actor, Shift, request.site).order_by("calendar__code", "starts_at")


class MatrixFilters(django_filters.FilterSet):
    """By place, usual shift and skill."""

    area = django_filters.ModelChoiceFilter(label=_("Area"), queryset=_areas, method="in_area")
    shift = django_filters.ModelChoiceFilter(label=_("Usual shift"), queryset=_shifts)
    skill = django_filters.ModelChoiceFilter(
        label=_("Skill"), queryset=_skills, field_name="qualifications__personnel_class", distinct=True
    )

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()

    def in_area(self, rows: QuerySet[Person], name: str, area: Equipment | None) -> QuerySet[Person]:
        """Those who work in the area or at something in it."""
        if area is None:
            return rows
        places = row_list(self.request.actor, Equipment, self.request.site).filter(within(area) | Q(pk=area.pk))
        return rows.filter(workplace__in=places.values("pk"))


class MaterialFilters(django_filters.FilterSet):
    """By class and by how finely a material is told apart."""

    material_class = django_filters.ModelChoiceFilter(
        label=_("Class"), queryset=_material_classes, field_name="classes"
    )
    tracking = django_filters.ChoiceFilter(label=_("Tracking"), choices=MATERIAL_TRACKING.choices)
    property = RuleFilter("material")

    class Meta:
        model = MaterialDefinition
        fields: tuple[str, ...] = ()


class LotFilters(django_filters.FilterSet):
    """By what may be done with a lot."""

    disposition = django_filters.ChoiceFilter(label=_("Disposition"), choices=LOT_DISPOSITION.choices)
    property = RuleFilter("lot")

    class Meta:
        model = MaterialLot
        fields: tuple[str, ...] = ()


class AssetFilters(django_filters.FilterSet):
    """By kind and by a property."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ASSET_KIND.choices)
    property = RuleFilter("asset")

    class Meta:
        model = PhysicalAsset
        fields: tuple[str, ...] = ()


LOT_TONES: dict[str, str] = {
    LotDisposition.RESTRICTED: "bad",
    LotDisposition.UNRESTRICTED: "ok",
    LotDisposition.PLANNED: "info",
    LotDisposition.IN_PROCESS: "info",
}
