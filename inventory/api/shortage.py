"""Shortages in the API: what open jobs will lack."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.naming import site_asked
from inventory.models import StockBalance
from inventory.selectors.shortage import missing_at
from mom.core import clock
from mom.core.api.serializers import CharField, DateTimeField, DecimalField, IntegerField, Serializer
from mom.core.api.viewsets import SiteScopedViewSet


class ShortageSerializer(Serializer):
    """A job that lacks a material; quantities in the material's unit. Without a plan there is no `needed_at`."""

    job_order = IntegerField(source="job_id")
    job = CharField()
    order = CharField()
    operation = CharField()
    machine = CharField()
    status = CharField()
    material = CharField()
    name = CharField()
    unit = CharField()
    open = DecimalField(max_digits=18, decimal_places=6, help_text="What the job still needs.")
    reserved = DecimalField(max_digits=18, decimal_places=6)
    missing = DecimalField(max_digits=18, decimal_places=6)
    held = DecimalField(max_digits=18, decimal_places=6, help_text="Of the material, on hold or past its date.")
    needed_at = DateTimeField(allow_null=True)


class _ShortageQuery(Serializer):
    site = CharField(max_length=20)
    material = CharField(max_length=64, required=False, default="", allow_blank=True)


class ShortageViewSet(SiteScopedViewSet):
    """What open jobs lack, in the order in which they need it."""

    required_perms = {"list": permissions.VIEW}
    serializer_class = ShortageSerializer
    queryset = StockBalance.objects.none()
    pagination_class: Any = None

    def known_parameters(self) -> set[str]:
        """The query parameters."""
        return {"site", "material"}

    @extend_schema(
        responses=ShortageSerializer(many=True),
        filters=False,
        parameters=[
            OpenApiParameter("site", str, required=True, description="The site's code."),
            OpenApiParameter("material", str, description="Of one material only: its code."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Open jobs in planned order against stock and reservations."""
        asked = _ShortageQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        site = site_asked(request.actor, sent["site"], permissions.VIEW)  # type: ignore[attr-defined]
        rows = missing_at(site, clock.now(), material=sent["material"])
        return Response(ShortageSerializer(rows, many=True).data)
