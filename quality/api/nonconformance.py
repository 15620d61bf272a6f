"""Nonconformances in the API: read with what was decided, opened, closed. Deciding is for people, who sign."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import (
    CharField,
    ChoiceField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from quality import permissions
from quality.api.naming import job_named, one, site_named, some
from quality.engine.terms import Severity
from quality.filters import NonconformanceFilters
from quality.models import Nonconformance
from quality.models.labels import DISPOSITION_KIND, NONCONFORMANCE_ORIGIN, NONCONFORMANCE_STATUS, SEVERITY
from quality.selectors.nonconformance import with_lines
from quality.services import nonconformance as service


class DispositionSerializer(Serializer):
    """What was decided of a lot in doubt, by whom; the rework that it made."""

    kind = drf.ChoiceField(choices=DISPOSITION_KIND.choices)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    unit = CharField()
    reason = CharField()
    rework_job = CharField(source="rework_job.code", allow_null=True, default=None)
    decided_by = CharField()
    decided_at = DateTimeField()


class NonconformanceLineSerializer(Serializer):
    """A lot in doubt, or so many parts without one; its hold, and what was decided of it."""

    id = IntegerField()
    lot = CharField(source="lot.code", allow_null=True, default=None)
    hold = CharField(source="hold.code", allow_null=True, default=None)
    job = CharField(source="job_order.code", allow_null=True, default=None)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    unit = CharField()
    dispositions = DispositionSerializer(source="dispositions.all", many=True)


class NonconformanceSerializer(ModelSerializer):
    """Parts that are not right, or in doubt."""

    site = CharField(source="site.code", read_only=True)
    status = drf.ChoiceField(choices=NONCONFORMANCE_STATUS.choices, read_only=True)
    severity = drf.ChoiceField(choices=SEVERITY.choices, read_only=True)
    origin = drf.ChoiceField(choices=NONCONFORMANCE_ORIGIN.choices, read_only=True)
    material = CharField(source="material.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    lines = NonconformanceLineSerializer(source="lines.all", many=True, read_only=True)

    class Meta:
        model = Nonconformance
        fields = (
            "id", "site", "code", "title", "description", "status", "severity", "origin", "material", "machine",
            "job_order", "chart", "characteristic", "since", "lines", "found_at", "found_by", "disposed_at",
            "closed_at", "closed_by",
        )  # fmt: skip
        read_only_fields = fields


class NewNonconformanceSerializer(Serializer):
    """What was found, of which product, where; and what is in doubt: lots, or so many parts without one."""

    site = CharField(max_length=20)
    title = CharField(max_length=200)
    description = CharField(max_length=4000, required=False, default="", allow_blank=True)
    severity = ChoiceField(choices=SEVERITY.choices, default=Severity.MINOR.value)
    material = CharField(max_length=64)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True)
    job_order = IntegerField(required=False, default=None, allow_null=True)
    lots = drf.ListField(child=CharField(max_length=64), required=False, default=list, max_length=1000)
    quantity = DecimalField(max_digits=18, decimal_places=6, required=False, default=Decimal(0), min_value=0)


class NonconformanceReasonSerializer(Serializer):
    """Why it is closed."""

    reason = CharField(max_length=200)


_EXAMPLE = OpenApiExample(
    "A scratch",
    value={"site": "NORTH", "title": "Scratch on sealing face", "material": "P-4410", "machine": "DC-02",
           "lots": ["C-2604-118"], "severity": "minor"},
    request_only=True,
)  # fmt: skip


class NonconformanceViewSet(CreateMixin, ReadOnlyViewSet):
    """Nonconformances."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.RECORD_NONCONFORMANCE,
        "close": permissions.CLOSE_NONCONFORMANCE,
    }
    serializer_class = NonconformanceSerializer
    queryset = with_lines(Nonconformance.objects.all())
    filterset_class = NonconformanceFilters
    ordering_fields, ordering = ("found_at", "code"), ("-found_at", "-id")

    @extend_schema(request=NewNonconformanceSerializer, responses={201: NonconformanceSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open a nonconformance; the lots named are held at once."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewNonconformanceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Nonconformance:
        site = site_named(actor, data["site"], permissions.RECORD_NONCONFORMANCE)
        new = service.NewNonconformance(
            data["title"],
            one(MaterialDefinition, site.pk, data["material"], "material"),
            description=data["description"],
            severity=Severity(data["severity"]),
            equipment=one(Equipment, site.pk, data["machine"], "machine") if data["machine"] else None,
            job_order=job_named(actor, data["job_order"]) if data["job_order"] is not None else None,
            lots=list(some(MaterialLot, site.pk, set(data["lots"]), "lots").values()),
            quantity=data["quantity"],
        )
        return self.queryset.get(pk=service.report(actor, site, new).pk)

    @extend_schema(request=NonconformanceReasonSerializer, responses=NonconformanceSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close one whose parts are all decided and reworked: what was reworked may be used again."""
        body = NonconformanceReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        service.close(request.actor, self.get_object().pk, body.validated_data["reason"])  # type: ignore[attr-defined]
        return self.answer(self.get_object())
