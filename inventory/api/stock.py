"""Places and what lies in them."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.cycle_count import PlacePlanSerializer
from inventory.filters import BalanceFilters, PlaceFilters
from inventory.models import StockBalance, StorageLocation
from inventory.services import count_plan
from mom.core.api.serializers import CharField, DecimalField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet


class PlaceSerializer(ModelSerializer):
    """A place that holds stock."""

    site = CharField(source="site.code", read_only=True)
    code = CharField(source="equipment.code", read_only=True)
    name = CharField(source="equipment.name", read_only=True)

    class Meta:
        model = StorageLocation
        fields = (
            "id", "site", "code", "name", "equipment", "allows_negative", "is_blending", "is_inbound", "count_class",
            "count_interval_days", "version",
        )  # fmt: skip
        read_only_fields = fields


class BalanceSerializer(ModelSerializer):
    """What lies at a place, in the material's unit: in all, and what of it is reserved."""

    site = CharField(source="site.code", read_only=True)
    place = CharField(source="location.equipment.code", read_only=True)
    material = CharField(source="definition.code", read_only=True)
    lot = CharField(source="lot.code", read_only=True, allow_null=True, default=None)
    number = CharField(source="sublot.code", read_only=True, allow_null=True, default=None)
    unit = CharField(source="definition.unit", read_only=True)
    available = DecimalField(max_digits=18, decimal_places=6, read_only=True, help_text="Not reserved.")

    class Meta:
        model = StockBalance
        fields = ("id", "site", "place", "material", "lot", "number", "quantity", "reserved", "available", "unit")
        read_only_fields = fields


class PlaceViewSet(ReadOnlyViewSet):
    """Places that hold stock."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW, "plan": permissions.ADJUST_STOCK}
    serializer_class = PlaceSerializer
    queryset = StorageLocation.objects.select_related("site", "equipment")
    filterset_class = PlaceFilters
    ordering_fields, ordering = ("equipment__code",), ("equipment__code",)

    @extend_schema(request=PlacePlanSerializer, responses=PlaceSerializer)
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: str) -> Response:
        """Say how often a place is counted, and whether what lies there waits to be put away."""
        body = PlacePlanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.answer(count_plan.place_set(request.actor, self.get_object().pk, **body.validated_data))  # type: ignore[attr-defined]


class BalanceViewSet(ReadOnlyViewSet):
    """What lies where."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = BalanceSerializer
    queryset = StockBalance.objects.select_related("site", "location__equipment", "definition", "lot", "sublot")
    filterset_class = BalanceFilters
    ordering_fields, ordering = ("quantity",), ("-quantity",)
