"""Targets in the API: listed, read, set from an instant on, ended. Never changed. `/api/v1/kpi-targets/`."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.engine.targets import TargetPeriod
from analytics.models import KpiTarget
from analytics.models.target import TARGET_PERIOD
from analytics.services.target import NewTarget, target_end, target_set
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.filters import SiteHoldingFilterSet
from mom.core.api.serializers import CharField, ChoiceField, DateTimeField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.models import Equipment, MaterialDefinition


class KpiTargetSerializer(ModelSerializer):
    """What a figure should be. A ratio is a fraction of one: 0.85."""

    id = IntegerField(read_only=True)
    site = CharField(max_length=20, source="site.code", help_text="The site's code.")
    machine = CharField(
        source="equipment.code", required=False, default="", allow_blank=True, max_length=64,
        help_text="Code of a machine, line or area; empty: the whole site.",
    )  # fmt: skip
    material = CharField(
        source="definition.code", required=False, default="", allow_blank=True, max_length=64,
        help_text="Code of a material; empty: whatever is made.",
    )  # fmt: skip
    period = ChoiceField(choices=TARGET_PERIOD.choices, required=False, default=TargetPeriod.ANY)

    class Meta:
        model = KpiTarget
        fields = ("id", "site", "kpi", "machine", "material", "period", "value", "valid_from", "valid_until")
        read_only_fields = ("valid_until",)
        validators: list[object] = []


class KpiTargetEndSerializer(Serializer):
    """When it ends: now, where it is left out."""

    at = DateTimeField(required=False, default=None, allow_null=True)
    reason = CharField(required=False, default="", max_length=200, allow_blank=True)


class KpiTargetFilters(SiteHoldingFilterSet):
    """By site, figure, place, material and instant."""

    machine = django_filters.CharFilter(field_name="equipment__code", label="Code of a machine, line or area.")
    material = django_filters.CharFilter(field_name="definition__code", label="Code of a material.")

    class Meta:
        model = KpiTarget
        fields = {"kpi": ["exact"], "period": ["exact"]}


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "OEE of a machine",
                value={
                    "site": "NORRTAL", "kpi": "oee_index", "machine": "CNC-04", "value": "0.85",
                    "valid_from": "2026-05-01T00:00:00+02:00",
                },
                request_only=True,
            )
        ]
    )
)  # fmt: skip
class KpiTargetViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """What figures should be, from when until when."""

    required_perms = {
        "list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.SET_TARGET,
        "end": permissions.SET_TARGET,
    }  # fmt: skip
    queryset = KpiTarget.objects.select_related("site", "equipment", "definition")
    serializer_class = KpiTargetSerializer
    filterset_class = KpiTargetFilters
    ordering_fields = ("valid_from", "kpi", "id")
    ordering = ("-valid_from",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> KpiTarget:
        """Set it through the service."""
        site = site_to_set(actor, data["site"]["code"], permissions.SET_TARGET)
        new = NewTarget(
            kpi=data["kpi"],
            value=data["value"],
            valid_from=data["valid_from"],
            equipment=_named(Equipment, site, "machine", _code(data, "equipment")),
            definition=_named(MaterialDefinition, site, "material", _code(data, "definition")),
            period=TargetPeriod(data["period"]),
        )
        return target_set(actor, site, new)

    @extend_schema(request=KpiTargetEndSerializer, responses=KpiTargetSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it end without a new one."""
        row = self.get_object()
        sent = KpiTargetEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.answer(target_end(request.actor, row.pk, **sent.validated_data))  # type: ignore[attr-defined]


def site_to_set(actor: Actor, code: str, permission: str) -> Site:
    """The site of a code at which the actor may set something. Raises: NotAllowed, InvalidInput."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None or not actor.may(permission, site.code):
        if site is not None and actor.may(permissions.VIEW, site.code):
            raise NotAllowed
        raise InvalidInput({"site": [_("There is no such site where you may set this.")]})
    return site


def _code(data: dict[str, Any], name: str) -> str:
    sent = data.get(name) or {}
    return str(sent.get("code", "")) if isinstance(sent, dict) else ""


def _named(model: Any, site: Site, field: str, code: str) -> Any:
    if not code:
        return None
    found = model.objects.filter(site=site, code=code).first()
    if found is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return found
