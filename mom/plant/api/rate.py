"""Rates in the API: listed, read, added from an instant on, ended. Never changed."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.filters import SiteHoldingFilterSet
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, ModelSerializer, Serializer
from mom.plant import permissions
from mom.plant.api.base import PlantViewSet, SiteField, reference
from mom.plant.models import Equipment, EquipmentClass, MaterialDefinition, PersonnelClass, Rate
from mom.plant.selectors.scope import for_actor
from mom.plant.services.rate import NewRate, rate_add, rate_end


class RateSerializer(ModelSerializer):
    """What an hour, a unit or a kWh costs. The currency is the site's at that time; hours and kWh set the unit."""

    id = IntegerField(read_only=True)
    site = SiteField()
    equipment = reference(Equipment, allow_null=True, required=False)
    equipment_class = reference(EquipmentClass, allow_null=True, required=False)
    personnel_class = reference(PersonnelClass, allow_null=True, required=False)
    definition = reference(MaterialDefinition, allow_null=True, required=False)
    unit = CharField(max_length=3, required=False, allow_blank=True)

    class Meta:
        model = Rate
        fields = (
            "id", "site", "kind", "state", "equipment", "equipment_class", "personnel_class", "definition", "tariff",
            "amount", "currency", "unit", "valid_from", "valid_until",
        )  # fmt: skip
        read_only_fields = ("currency", "valid_until")
        validators: list[object] = []


class RateEndSerializer(Serializer):
    """When it ends: now, where it is left out."""

    at = DateTimeField(required=False, default=None, allow_null=True)
    reason = CharField(required=False, default="", max_length=200, allow_blank=True)


class RateFilters(SiteHoldingFilterSet):
    """By site, kind, target and instant."""

    class Meta:
        model = Rate
        fields = {
            "kind": ["exact"], "state": ["exact"], "equipment": ["exact"],
            "equipment_class": ["exact"], "personnel_class": ["exact"], "definition": ["exact"], "tariff": ["exact"],
        }  # fmt: skip


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A machine's hour",
                value={
                    "site": "NORRTAL", "kind": "machine", "state": "running", "equipment": 1, "amount": "84.50",
                    "valid_from": "2026-05-01T00:00:00+02:00",
                },
                request_only=True,
            )
        ]
    )
)  # fmt: skip
class RateViewSet(PlantViewSet):
    """What hours, materials, scrap and energy cost, from when until when."""

    required_perms = {
        "list": permissions.VIEW_RATE, "retrieve": permissions.VIEW_RATE, "create": permissions.CHANGE_RATE,
        "end": permissions.CHANGE_RATE,
    }  # fmt: skip
    queryset = Rate.objects.select_related("site")
    serializer_class = RateSerializer
    filterset_class = RateFilters
    ordering_fields = ("valid_from", "id")
    ordering = ("-valid_from",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """The rates of the sites at which the asker may see rates."""
        return for_actor(Rate.objects.select_related("site"), actor, permissions.VIEW_RATE)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Rate:
        """Add it through the service."""
        return rate_add(actor, data.pop("site"), NewRate(**data))

    @extend_schema(request=RateEndSerializer, responses=RateSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it end without a new one."""
        row = self.get_object()
        sent = RateEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.answer(rate_end(request.actor, row.pk, **sent.validated_data))  # type: ignore[attr-defined]
