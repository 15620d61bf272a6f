"""Ideal cycles in the API: listed, read, added from an instant on, ended. Never changed."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.filters import FilterSet, InstantFilter
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, ModelSerializer, Serializer
from mom.plant.api.base import PlantViewSet, SiteField, reference
from mom.plant.models import Equipment, MaterialDefinition
from mom.plant.selectors.scope import for_actor
from mom.work.permissions import VIEW
from production import permissions
from production.models.ideal_cycle import IdealCycle
from production.services import ideal_cycle as service


class IdealCycleSerializer(ModelSerializer):
    """The shortest cycle of a product on a machine, and what one makes."""

    id = IntegerField(read_only=True)
    site = SiteField()
    equipment = reference(Equipment)
    definition = reference(MaterialDefinition)

    class Meta:
        model = IdealCycle
        fields = ("id", "site", "equipment", "definition", "duration", "pieces_per_cycle", "valid_from", "valid_until")
        read_only_fields = ("valid_until",)
        validators: list[object] = []


class IdealCycleEndSerializer(Serializer):
    """When it ends: now, where it is left out."""

    at = DateTimeField(required=False, default=None, allow_null=True)
    reason = CharField(required=False, default="", max_length=200, allow_blank=True)


class IdealCycleFilters(FilterSet):
    """By site, machine, product and instant."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    at = InstantFilter(method="holding_at", label="What held at this instant.")

    class Meta:
        model = IdealCycle
        fields = {"equipment": ["exact"], "definition": ["exact"]}

    def holding_at(self, rows: QuerySet[Any], _name: str, at: Any) -> QuerySet[Any]:
        """Cycles that hold at an instant."""
        return rows.filter(Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at)))


class IdealCycleViewSet(PlantViewSet):
    """How fast products can run on machines, from when until when."""

    required_perms = {
        "list": VIEW, "retrieve": VIEW, "create": permissions.CHANGE_IDEAL_CYCLE,
        "end": permissions.CHANGE_IDEAL_CYCLE,
    }  # fmt: skip
    queryset = IdealCycle.objects.select_related("site")
    serializer_class = IdealCycleSerializer
    filterset_class = IdealCycleFilters
    ordering_fields = ("valid_from", "id")
    ordering = ("-valid_from",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """Those of the sites at which the asker may see work."""
        return for_actor(IdealCycle.objects.select_related("site"), actor, VIEW)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> IdealCycle:
        """Add it through the service."""
        return service.add(actor, data.pop("site"), service.NewCycle(**data))

    @extend_schema(request=IdealCycleEndSerializer, responses=IdealCycleSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it end without a new one."""
        row = self.get_object()
        sent = IdealCycleEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.answer(service.end(request.actor, row.pk, **sent.validated_data))  # type: ignore[attr-defined]
