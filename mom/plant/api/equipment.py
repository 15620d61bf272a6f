"""Equipment and its classes in the API."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from mom.core.api.subjects import BOTH, PropertiesMixin
from mom.plant.api.base import COMMON, COMMON_READ_ONLY, MasterDataViewSet, RowSerializer, filters_for, reference
from mom.plant.models import Equipment, EquipmentClass, WorkCalendar


class EquipmentClassSerializer(RowSerializer):
    """Equipment that can stand in for each other."""

    class Meta:
        model = EquipmentClass
        fields = COMMON
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class EquipmentSerializer(RowSerializer):
    """A role or place in the plant's tree, and how much work it takes at once."""

    parent = reference(Equipment, allow_null=True, required=False)
    calendar = reference(WorkCalendar, allow_null=True, required=False)
    classes = reference(EquipmentClass, many=True, required=False)

    class Meta:
        model = Equipment
        fields = (
            *COMMON, "level", "parent", "classes", "calendar", "position", "capacity_kind", "capacity_places",
            "capacity_quantity", "capacity_unit",
        )  # fmt: skip
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A class", value={"site": "NORRTAL", "code": "5AX", "name": "5-axis milling"}, request_only=True
            )
        ]
    )
)
class EquipmentClassViewSet(PropertiesMixin, MasterDataViewSet):
    """Classes of equipment."""

    noun = "equipment_class"
    includes = BOTH
    queryset = EquipmentClass.objects.select_related("site")
    serializer_class = EquipmentClassSerializer
    filterset_class = filters_for(EquipmentClass, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A machine",
                value={"site": "NORRTAL", "code": "CNC-07", "name": "Machining centre", "level": "work_unit"},
                request_only=True,
            ),
            OpenApiExample(
                "A furnace that takes a load",
                value={
                    "site": "NORRTAL", "code": "HT-01", "name": "Ageing furnace", "level": "work_unit",
                    "capacity_kind": "quantity", "capacity_quantity": "800", "capacity_unit": "KGM",
                },
                request_only=True,
            ),
        ]
    )
)  # fmt: skip
class EquipmentViewSet(PropertiesMixin, MasterDataViewSet):
    """The equipment tree: areas, lines, machines, stations."""

    noun = "equipment"
    includes = BOTH
    queryset = Equipment.objects.select_related("site").prefetch_related("classes")
    serializer_class = EquipmentSerializer
    filterset_class = filters_for(
        Equipment, code=["exact", "in"], level=["exact", "in"], parent=["exact"], classes=["exact"], is_active=["exact"]
    )
