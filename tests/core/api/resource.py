"""A resource over equipment classes with everything that the bases offer, and the addresses to reach it."""

from typing import Any

from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.router import Router
from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet, UpdateMixin
from mom.core.errors import Conflict, NotFound, Stale
from mom.core.use_case import use_case
from mom.plant.models import EquipmentClass

VIEW, CHANGE = "plant.view", "plant.change"


class TriedClassSerializer(ModelSerializer):
    site = CharField(source="site.code")

    class Meta:
        model = EquipmentClass
        fields = ("id", "site", "code", "name", "version", "created_at")
        read_only_fields = ("id", "version", "created_at")


def equipment_class_create(actor: Actor, site_code: str, **values: Any) -> EquipmentClass:
    with use_case(actor) as act:
        act.require(CHANGE, site_code)
        site = Site.objects.filter(code=site_code).first()
        if site is None:
            raise NotFound
        row = EquipmentClass.objects.create(site=site, **values)
        act.record("plant.equipment_class_created", subject=row, site=site_code)
        if row.name == "refuse":
            raise Conflict
    return row


def equipment_class_change(actor: Actor, row: EquipmentClass, version: int, **values: Any) -> EquipmentClass:
    with use_case(actor) as act:
        act.require(CHANGE, row.site.code)
        if not EquipmentClass.objects.filter(pk=row.pk, version=version).update(version=version + 1, **values):
            raise Stale
    return EquipmentClass.objects.select_related("site").get(pk=row.pk)


class EquipmentClassViewSet(CreateMixin, UpdateMixin, ReadOnlyViewSet):
    required_perms = {
        "list": VIEW, "retrieve": VIEW, "create": CHANGE, "update": CHANGE, "partial_update": CHANGE, "ring": VIEW,
    }  # fmt: skip
    serializer_class = TriedClassSerializer
    queryset = EquipmentClass.objects.select_related("site")
    filterset_fields = {
        "code": ["exact", "in"],
        "site": ["exact"],
        "created_at": ["gte"],
        "version": ["exact"],
        "is_active": ["exact"],
    }
    ordering_fields, ordering = ("code", "name", "created_at"), ("code",)
    idempotency_optional = frozenset({"ring"})

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> EquipmentClass:
        return equipment_class_create(actor, data.pop("site")["code"], **data)

    def perform_update(
        self, actor: Actor, instance: EquipmentClass, data: dict[str, Any], version: int
    ) -> EquipmentClass:
        data.pop("site", None)
        return equipment_class_change(actor, instance, version, **data)

    @action(detail=False, methods=["post"])
    def ring(self, request: Request) -> Response:
        return Response({"rang": True})


class UndeclaredViewSet(ReadOnlyViewSet):
    """Its author forgot the permissions."""

    serializer_class = TriedClassSerializer
    queryset = EquipmentClass.objects.all()


_router = Router("test")
_router.register("classes", EquipmentClassViewSet)
_router.register("undeclared", UndeclaredViewSet)
resource_patterns = (_router.urls, "test")
urlpatterns = [
    path("api/v1/", include(resource_patterns)),
    path("api/v1/", include("mom.core.api.urls", namespace="api")),
]
