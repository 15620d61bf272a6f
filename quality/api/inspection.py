"""Inspections in the API: what is due, asked for by hand, called off."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from quality import permissions
from quality.api.naming import job_named
from quality.filters import InspectionFilters
from quality.models import Inspection
from quality.models.labels import INSPECTION_CAUSE, INSPECTION_STATUS
from quality.selectors.inspection import inspection_rows
from quality.services import inspection as service


class InspectionItemSerializer(Serializer):
    """One characteristic that it asks for."""

    characteristic = IntegerField(source="characteristic_id")
    code = CharField(source="characteristic.code")
    name = CharField(source="characteristic.name")
    sample_size = IntegerField(source="characteristic.sample_size")


class InspectionSerializer(ModelSerializer):
    """An inspection: the job of the quality type that it is, the job that it inspects, what it asks for."""

    id = IntegerField(source="job_order_id", read_only=True)
    site = CharField(source="site.code", read_only=True)
    code = CharField(source="job_order.code", read_only=True)
    control_plan = CharField(source="control_plan.code", read_only=True)
    control_plan_version = IntegerField(source="control_plan.number", read_only=True)
    inspected = CharField(source="inspected_job.code", read_only=True)
    machine = CharField(source="inspected_job.equipment.code", read_only=True, allow_null=True, default=None)
    cause = drf.ChoiceField(choices=INSPECTION_CAUSE.choices, read_only=True)
    status = drf.ChoiceField(choices=INSPECTION_STATUS.choices, read_only=True)
    items = InspectionItemSerializer(source="items.all", many=True, read_only=True)

    class Meta:
        model = Inspection
        fields = (
            "id", "site", "code", "status", "cause", "occurrence", "is_blocking", "control_plan",
            "control_plan_version", "inspected_job", "inspected", "machine", "items", "due_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class NewInspectionSerializer(Serializer):
    """Of which job; all characteristics of its plan there, or some by their codes."""

    job_order = IntegerField(help_text="The job to be inspected.")
    characteristics = drf.ListField(child=CharField(max_length=64), required=False, default=list, max_length=1000)


class InspectionReasonSerializer(Serializer):
    """Why it is called off."""

    reason = CharField(max_length=200)


class InspectionViewSet(CreateMixin, ReadOnlyViewSet):
    """Inspections."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.RECORD_SAMPLE,
        "cancel": permissions.CLOSE_NONCONFORMANCE,
    }
    serializer_class = InspectionSerializer
    queryset = inspection_rows()
    filterset_class = InspectionFilters
    ordering_fields, ordering = ("due_at",), ("-due_at", "-job_order")

    @extend_schema(request=NewInspectionSerializer, responses={201: InspectionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for an inspection of a job now."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewInspectionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Inspection:
        job = job_named(actor, data["job_order"])
        return self.queryset.get(pk=service.ask(actor, job.pk, data["characteristics"]).pk)

    @extend_schema(request=InspectionReasonSerializer, responses=InspectionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call off an inspection that nobody has begun."""
        body = InspectionReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        service.cancel(request.actor, self.get_object().pk, body.validated_data["reason"])  # type: ignore[attr-defined]
        return self.answer(self.get_object())
