"""Physical assets in the API: what has a serial number, and where it is mounted."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, DateTimeField, ModelSerializer, Serializer
from mom.core.api.subjects import BOTH, PropertiesMixin
from mom.plant import permissions
from mom.plant.api.base import (
    COMMON,
    COMMON_READ_ONLY,
    NUMBERED,
    WRITE,
    MasterDataViewSet,
    RowSerializer,
    filters_for,
    reference,
)
from mom.plant.models import AssetAssignment, Equipment, PhysicalAsset, PhysicalAssetClass
from mom.plant.services import physical_asset as services


class AssignmentSerializer(ModelSerializer):
    """A stretch in which an asset is mounted on an equipment; open while it has no end."""

    class Meta:
        model = AssetAssignment
        fields = ("equipment", "mounted_at", "dismounted_at")
        read_only_fields = fields


class AssetClassSerializer(RowSerializer):
    """Assets of one make or kind."""

    class Meta:
        model = PhysicalAssetClass
        fields = COMMON
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class AssetSerializer(RowSerializer):
    """A thing with a serial number and where it is mounted now."""

    classes = reference(PhysicalAssetClass, many=True, required=False)
    parent = reference(PhysicalAsset, allow_null=True, required=False)
    mounted = AssignmentSerializer(source="assignments", many=True, read_only=True)

    class Meta:
        model = PhysicalAsset
        fields = (
            *COMMON, "kind", "classes", "serial_number", "manufacturer", "model", "fixed_asset_number", "parent",
            "mounted",
        )  # fmt: skip
        read_only_fields = COMMON_READ_ONLY
        extra_kwargs = NUMBERED
        validators: list[object] = []


class MountSerializer(Serializer):
    """Where, and since when (now, where it is left out)."""

    equipment = reference(Equipment)
    at = DateTimeField(required=False)
    reason = CharField(required=False, max_length=200, allow_blank=True)


class DismountSerializer(Serializer):
    """When (now, where it is left out)."""

    at = DateTimeField(required=False)
    reason = CharField(required=False, max_length=200, allow_blank=True)


PRESENT = Prefetch("assignments", AssetAssignment.objects.filter(dismounted_at=None))


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A class", value={"site": "NORRTAL", "code": "PLUG", "name": "Plug gauges"}, request_only=True
            )
        ]
    )
)
class AssetClassViewSet(PropertiesMixin, MasterDataViewSet):
    """Classes of assets."""

    noun = "asset_class"
    includes = BOTH
    queryset = PhysicalAssetClass.objects.select_related("site")
    serializer_class = AssetClassSerializer
    filterset_class = filters_for(PhysicalAssetClass, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A gauge",
                value={
                    "site": "NORRTAL",
                    "code": "G-21",
                    "name": "Bore gauge",
                    "kind": "gauge",
                    "serial_number": "88-21",
                },
                request_only=True,
            )
        ]
    )
)
class AssetViewSet(PropertiesMixin, MasterDataViewSet):
    """Machines, tools, moulds and gauges as things."""

    version_says_all = False  # where it is mounted
    noun = "asset"
    includes = BOTH
    required_perms = {**WRITE, "mount": permissions.CHANGE, "dismount": permissions.CHANGE}
    queryset = PhysicalAsset.objects.select_related("site").prefetch_related("classes", PRESENT)
    serializer_class = AssetSerializer
    filterset_class = filters_for(
        PhysicalAsset,
        code=["exact", "in"],
        classes=["exact"],
        kind=["exact", "in"],
        serial_number=["exact"],
        is_active=["exact"],
    )

    @extend_schema(request=MountSerializer, responses=AssetSerializer)
    @action(detail=True, methods=["post"])
    def mount(self, request: Request, pk: str) -> Response:
        """Mount the asset on an equipment."""
        asset = self.get_object()
        services.asset_mount(request.actor, asset.pk, **self._sent(MountSerializer, request))  # type: ignore[attr-defined]
        return self.answer(self.get_object())

    @extend_schema(request=DismountSerializer, responses=AssetSerializer)
    @action(detail=True, methods=["post"])
    def dismount(self, request: Request, pk: str) -> Response:
        """Take the asset off."""
        asset = self.get_object()
        services.asset_dismount(request.actor, asset.pk, **self._sent(DismountSerializer, request))  # type: ignore[attr-defined]
        return self.answer(self.get_object())

    def _sent(self, serializer_class: type[Serializer], request: Request) -> dict[str, Any]:
        serializer = serializer_class(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
