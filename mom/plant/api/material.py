"""Materials, their classes, lots, sublots and serial numbers in the API."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, ModelSerializer
from mom.core.api.subjects import BOTH, AliasesMixin, PropertiesMixin
from mom.plant import permissions
from mom.plant.api.base import (
    COMMON,
    COMMON_READ_ONLY,
    NUMBERED,
    READ,
    MasterDataViewSet,
    PlantViewSet,
    RowSerializer,
    filters_for,
    reference,
)
from mom.plant.models import (
    BusinessPartner,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    MaterialSublot,
    MaterialUnit,
)
from mom.plant.services.material import sublot_add


class MaterialClassSerializer(RowSerializer):
    """Materials of one kind."""

    class Meta:
        model = MaterialClass
        fields = COMMON
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class MaterialUnitSerializer(ModelSerializer):
    """Another unit: one of it is numerator/denominator of the material's own."""

    class Meta:
        model = MaterialUnit
        fields = ("code", "factor_numerator", "factor_denominator")
        read_only_fields = fields


class MaterialSerializer(RowSerializer):
    """A part, raw material or product."""

    classes = reference(MaterialClass, many=True, required=False)
    alternative_units = MaterialUnitSerializer(many=True, read_only=True)

    class Meta:
        model = MaterialDefinition
        fields = (
            *COMMON, "unit", "second_unit", "is_potency_managed", "tracking", "classes", "alternative_units",
        )  # fmt: skip
        read_only_fields = COMMON_READ_ONLY
        extra_kwargs = NUMBERED
        validators: list[object] = []


class LotSerializer(RowSerializer):
    """A quantity of one material that is judged together, and what may be done with it."""

    definition = reference(MaterialDefinition)
    supplier = reference(BusinessPartner, allow_null=True, required=False)

    class Meta:
        model = MaterialLot
        fields = (
            "id", "site", "code", "definition", "disposition", "potency", "expires_at", "supplier", "supplier_lot",
            "version",
        )  # fmt: skip
        read_only_fields = ("version",)
        extra_kwargs = NUMBERED
        validators: list[object] = []


class SublotSerializer(ModelSerializer):
    """A part of a lot, or one piece with its serial number; it lies at the material's site."""

    id = IntegerField(read_only=True)
    site = CharField(source="site.code", read_only=True)
    definition = reference(MaterialDefinition)
    lot = reference(MaterialLot, allow_null=True, required=False)
    parent = reference(MaterialSublot, allow_null=True, required=False)
    born_at = DateTimeField(required=False, help_text="Now, where it is left out.")

    class Meta:
        model = MaterialSublot
        fields = ("id", "site", "definition", "lot", "parent", "kind", "code", "quantity", "born_at")
        validators: list[object] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample("A class", value={"site": "NORRTAL", "code": "SEALS", "name": "Seals"}, request_only=True)
        ]
    )
)
class MaterialClassViewSet(PropertiesMixin, MasterDataViewSet):
    """Classes of materials."""

    noun = "material_class"
    includes = BOTH
    queryset = MaterialClass.objects.select_related("site")
    serializer_class = MaterialClassSerializer
    filterset_class = filters_for(MaterialClass, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A part",
                value={"site": "NORRTAL", "code": "P-4460", "name": "Seal ring", "unit": "C62", "tracking": "lot"},
                request_only=True,
            )
        ]
    )
)
class MaterialViewSet(PropertiesMixin, MasterDataViewSet):
    """Parts, raw materials and products."""

    version_says_all = False  # its units
    noun = "material"
    includes = BOTH
    queryset = MaterialDefinition.objects.select_related("site").prefetch_related("classes", "alternative_units")
    serializer_class = MaterialSerializer
    filterset_class = filters_for(
        MaterialDefinition, code=["exact", "in"], tracking=["exact"], classes=["exact"], is_active=["exact"]
    )


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample("A lot", value={"site": "NORRTAL", "code": "C-2605-001", "definition": 1}, request_only=True)
        ]
    )
)
class LotViewSet(PropertiesMixin, MasterDataViewSet):
    """Lots."""

    noun = "lot"
    includes = BOTH
    queryset = MaterialLot.objects.select_related("site")
    serializer_class = LotSerializer
    filterset_class = filters_for(
        MaterialLot, code=["exact", "in"], definition=["exact"], disposition=["exact", "in"], supplier=["exact"]
    )


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A serial number",
                value={"definition": 1, "kind": "serial", "code": "SN-000417"},
                request_only=True,
            )
        ]
    )
)
class SublotViewSet(AliasesMixin, PlantViewSet):
    """Sublots and serial numbers."""

    noun = "sublot"
    includes = ("aliases",)
    required_perms = {
        **READ,
        "create": permissions.CHANGE,
        "aliases": permissions.VIEW,
        "add_alias": permissions.CHANGE,
    }
    queryset = MaterialSublot.objects.select_related("site")
    serializer_class = SublotSerializer
    filterset_class = filters_for(
        MaterialSublot, code=["exact", "in"], definition=["exact"], lot=["exact"], parent=["exact"], kind=["exact"]
    )

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> MaterialSublot:
        """Add it through the service."""
        return sublot_add(actor, data.pop("definition").pk, **data)
