"""Calls to maintenance in the API. A photo is added as a file of the request."""

from typing import Any

from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance import permissions
from maintenance.api.maintenance_job import RELATED, MaintenanceJobSerializer
from maintenance.api.naming import named, site_named, version_named
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.models.labels import MODE_CHOICES, REQUEST_STATUS, URGENCY
from maintenance.services import maintenance_job, maintenance_request
from maintenance.services.maintenance_request import NewRequest
from mom.core.api.filters import InstantFilter, IntegerFilter, SiteFilterSet
from mom.core.api.serializers import CharField, ChoiceField, ModelSerializer, Serializer, UUIDField
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import Equipment, Person


class MaintenanceRequestSerializer(ModelSerializer):
    """What was seen at a machine (`symptom`, ISO 14224), how soon somebody must come, and the stop it belongs to."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)

    class Meta:
        model = MaintenanceRequest
        fields = (
            "id", "site", "code", "machine", "symptom", "urgency", "text", "stop", "status", "times_reported",
            "reported_at", "reported_by", "declined_reason", "follows", "op_uuid", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewMaintenanceRequestSerializer(Serializer):
    """A call. Said again while the first is open, it is the first."""

    op_uuid = UUIDField(help_text="The key of the call, made where it was made.")
    site = CharField(max_length=20)
    machine = CharField(max_length=64)
    symptom = ChoiceField(choices=MODE_CHOICES)
    urgency = ChoiceField(choices=URGENCY.choices)
    text = CharField(max_length=500, required=False, default="", allow_blank=True)


class AcceptMaintenanceRequestSerializer(Serializer):
    """Who takes it (without: who asks), and by which job plan."""

    technician = CharField(max_length=64, required=False, default="", allow_blank=True)
    job_plan = CharField(max_length=64, required=False, default="", allow_blank=True)


class MaintenanceReasonSerializer(Serializer):
    """Why."""

    reason = CharField(max_length=200)


class MaintenanceRequestFilters(SiteFilterSet):
    """Requests by number, machine, symptom, status, stop and time."""

    code = CharFilter()
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    symptom = ChoiceFilter(choices=MODE_CHOICES)
    status = ChoiceFilter(choices=REQUEST_STATUS.choices)
    stop = IntegerFilter(field_name="stop_id")
    reported_from = InstantFilter(field_name="reported_at", lookup_expr="gte", label="At or after this instant.")


_CALL = OpenApiExample(
    "Oil below a press",
    value={
        "op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a11", "site": "NORTH", "machine": "PRESS-1", "symptom": "ELU",
        "urgency": "now", "text": "Oil below the pump",
    },
    request_only=True,
)  # fmt: skip


class MaintenanceRequestViewSet(ReadOnlyViewSet):
    """Calls to maintenance."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.REQUEST,
        "accept": permissions.EXECUTE_JOB,
        "decline": permissions.PLAN,
    }
    serializer_class = MaintenanceRequestSerializer
    queryset = MaintenanceRequest.objects.select_related("site", "equipment")
    filterset_class = MaintenanceRequestFilters
    ordering_fields, ordering = ("reported_at", "id"), ("-id",)

    @extend_schema(
        request=NewMaintenanceRequestSerializer, responses={201: MaintenanceRequestSerializer}, examples=[_CALL]
    )
    def create(self, request: Request) -> Response:
        """Call maintenance to a machine; it joins the stop that is open."""
        sent = body_of(NewMaintenanceRequestSerializer, request)
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.REQUEST)
        machine = named(Equipment, site.pk, sent["machine"], "machine")
        new = NewRequest(sent["symptom"], sent["urgency"], sent["text"])
        made = maintenance_request.report(actor, machine, new, op_uuid=sent["op_uuid"])
        return Response(self.get_serializer(self.queryset.get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AcceptMaintenanceRequestSerializer, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take it: answers with its job, also where somebody took it already."""
        call, sent = self.get_object(), body_of(AcceptMaintenanceRequestSerializer, request)
        who = named(Person, call.site_id, sent["technician"], "technician") if sent["technician"] else None
        version = version_named(call.site_id, sent["job_plan"])
        actor: Any = request.actor  # type: ignore[attr-defined]
        job = maintenance_job.accept(actor, call.pk, technician=who, version=version)
        row = MaintenanceJob.objects.select_related(*RELATED).get(pk=job.pk)
        return Response(MaintenanceJobSerializer(row).data)

    @extend_schema(request=MaintenanceReasonSerializer, responses={200: MaintenanceRequestSerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Say that nobody will come, and why."""
        sent = body_of(MaintenanceReasonSerializer, request)
        maintenance_request.decline(request.actor, self.get_object().pk, reason=sent["reason"])  # type: ignore[attr-defined]
        return Response(self.get_serializer(self.get_object()).data)


def body_of(kind: type[Serializer], request: Request) -> dict[str, Any]:
    """What was sent. Raises: ValidationError."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
