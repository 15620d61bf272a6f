"""Maintenance jobs in the API: read, and moved by acts. Signing off is a person's, on a page (ADR 17)."""

from collections.abc import Callable
from typing import Any

from django_filters import BooleanFilter, CharFilter, ChoiceFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance import permissions
from maintenance.api.naming import named, site_named, version_named
from maintenance.engine.terms import WaitReason
from maintenance.models import MaintenanceJob, MaintenanceStep
from maintenance.models.labels import (
    CAUSE_CHOICES,
    MAINTENANCE_KIND,
    MECHANISM_CHOICES,
    MODE_CHOICES,
    REPAIR_OUTCOME,
    WAIT_REASON,
)
from maintenance.services import handing_back, maintenance_job, maintenance_part, maintenance_step
from maintenance.services.handing_back import Repair
from maintenance.services.maintenance_job import NewMaintenanceJob
from maintenance.services.maintenance_step import Answer
from mom.core.api.filters import InstantFilter, SiteFilterSet
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import Equipment, MaterialDefinition

RELATED = ("site", "equipment", "job_order", "technician")


class MaintenanceJobSerializer(ModelSerializer):
    """A repair or planned job. `id` is the job order's; `status` too. Times are those that split the time to repair."""

    id = IntegerField(source="job_order_id", read_only=True)
    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)
    operation = CharField(source="job_order.operation", read_only=True)
    status = CharField(source="job_order.status", read_only=True)
    technician = CharField(source="technician.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = MaintenanceJob
        fields = (
            "id", "site", "code", "machine", "kind", "operation", "status", "request", "stop", "job_plan_version",
            "takes_machine", "technician", "due_at", "occurred_at", "reported_at", "accepted_at", "arrived_at",
            "repaired_at", "handed_back_at", "given_up_at", "mode", "mechanism", "cause", "outcome", "finding",
            "version",
        )  # fmt: skip
        read_only_fields = fields


class MaintenanceStepSerializer(ModelSerializer):
    """A step of a job and what was entered. Limits and reading in `unit`."""

    class Meta:
        model = MaintenanceStep
        fields = (
            "position", "text", "kind", "unit", "low", "high", "is_required", "number", "answer", "is_ok",
            "answered_at", "answered_by",
        )  # fmt: skip
        read_only_fields = fields


class NewMaintenanceJobSerializer(Serializer):
    """A job that nobody requested."""

    site = CharField(max_length=20)
    machine = CharField(max_length=64)
    kind = ChoiceField(choices=MAINTENANCE_KIND.choices)
    operation = CharField(max_length=200)
    job_plan = CharField(max_length=64, required=False, default="", allow_blank=True)
    takes_machine = BooleanField(required=False, default=True)
    due_at = DateTimeField(required=False, default=None, allow_null=True)


class MaintenanceWaitSerializer(Serializer):
    """What it waits for."""

    reason = ChoiceField(choices=WAIT_REASON.choices)
    note = CharField(max_length=200, required=False, default="", allow_blank=True)


class MaintenanceAnswerSerializer(Serializer):
    """The answer to a step: a reading in its unit, words, or a verdict."""

    position = IntegerField()
    number = DecimalField(max_digits=18, decimal_places=6, required=False, default=None, allow_null=True)
    text = CharField(max_length=300, required=False, default="", allow_blank=True)
    passed = drf.BooleanField(required=False, default=None, allow_null=True)


class MaintenancePartSerializer(Serializer):
    """A spare part, in the material's unit."""

    material = CharField(max_length=64)
    quantity = DecimalField(max_digits=18, decimal_places=6)


class MaintenanceShortSerializer(Serializer):
    """A part of which less could be reserved than is needed."""

    material = CharField()
    needed = DecimalField(max_digits=18, decimal_places=6)
    reserved = DecimalField(max_digits=18, decimal_places=6)
    unit = CharField()


class MaintenanceIssueSerializer(Serializer):
    """The key of the act."""

    op_uuid = UUIDField()


class MaintenanceRepairSerializer(Serializer):
    """What it was, why, and how the machine is now. After a temporary repair say what is left: it becomes a request."""

    outcome = ChoiceField(choices=REPAIR_OUTCOME.choices)
    finding = CharField(max_length=1000, required=False, default="", allow_blank=True)
    mode = ChoiceField(choices=MODE_CHOICES, required=False, default="", allow_blank=True)
    mechanism = ChoiceField(choices=MECHANISM_CHOICES, required=False, default="", allow_blank=True)
    cause = ChoiceField(choices=CAUSE_CHOICES, required=False, default="", allow_blank=True)
    left = CharField(max_length=500, required=False, default="", allow_blank=True)


class MaintenanceCancelSerializer(Serializer):
    """Why."""

    reason = CharField(max_length=200)


class MaintenanceJobFilters(SiteFilterSet):
    """Jobs by number, machine, kind, status and whether they are open."""

    code = CharFilter()
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    kind = ChoiceFilter(choices=MAINTENANCE_KIND.choices)
    status = CharFilter(field_name="job_order__status", label="The job order's status.")
    is_signed = BooleanFilter(field_name="handed_back_at", lookup_expr="isnull", exclude=True, label="Signed off.")
    reported_from = InstantFilter(field_name="reported_at", lookup_expr="gte", label="At or after this instant.")


_REPAIR = OpenApiExample(
    "A hose",
    value={"outcome": "full", "finding": "Hose renewed", "mode": "ELU", "mechanism": "1.1", "cause": "3.4"},
    request_only=True,
)
ACTS = ("arrive", "wait", "resume", "answer_step", "ask_for_part", "issue_parts", "repaired")


class MaintenanceJobViewSet(ReadOnlyViewSet):
    """Maintenance jobs."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "steps": permissions.VIEW,
        "create": permissions.PLAN,
        "cancel": permissions.PLAN,
        **dict.fromkeys(ACTS, permissions.EXECUTE_JOB),
    }
    serializer_class = MaintenanceJobSerializer
    queryset = MaintenanceJob.objects.select_related(*RELATED)
    filterset_class = MaintenanceJobFilters
    ordering_fields, ordering = ("reported_at", "due_at"), ("-reported_at", "-job_order_id")

    @extend_schema(request=NewMaintenanceJobSerializer, responses={201: MaintenanceJobSerializer})
    def create(self, request: Request) -> Response:
        """Plan a job that nobody requested."""
        sent, actor = self.body(NewMaintenanceJobSerializer), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.PLAN)
        new = NewMaintenanceJob(
            named(Equipment, site.pk, sent["machine"], "machine"), sent["kind"], sent["operation"],
            version_named(site.pk, sent["job_plan"]), takes_machine=sent["takes_machine"], due_at=sent["due_at"],
        )  # fmt: skip
        made = maintenance_job.plan_job(actor, new)
        return Response(self.get_serializer(self.queryset.get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: MaintenanceStepSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def steps(self, request: Request, pk: str) -> Response:
        """The checklist of a job."""
        rows = self.get_object().steps.order_by("position")
        return Response(MaintenanceStepSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, pk: str) -> Response:
        """Begin at the machine. Refused with `start_blocked` where the gate forbids it."""
        return self.done(maintenance_job.arrive)

    @extend_schema(request=MaintenanceWaitSerializer, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"])
    def wait(self, request: Request, pk: str) -> Response:
        """It can't go on, and why."""
        sent = self.body(MaintenanceWaitSerializer)
        return self.done(maintenance_job.wait, WaitReason(sent["reason"]), note=sent["note"])

    @extend_schema(request=None, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """It goes on."""
        return self.done(maintenance_job.resume)

    @extend_schema(request=MaintenanceAnswerSerializer, responses={200: MaintenanceStepSerializer})
    @action(detail=True, methods=["post"], url_path="answer")
    def answer_step(self, request: Request, pk: str) -> Response:
        """Answer a step; a reading outside its limits is kept and is not good."""
        sent = self.body(MaintenanceAnswerSerializer)
        given = Answer(sent["number"], sent["text"], sent["passed"])
        step = maintenance_step.answer(self.actor, self.get_object().pk, sent["position"], given)
        return Response(MaintenanceStepSerializer(step).data)

    @extend_schema(request=MaintenancePartSerializer, responses={200: MaintenanceShortSerializer(many=True)})
    @action(detail=True, methods=["post"], url_path="ask-for-part", pagination_class=None, filterset_class=None)
    def ask_for_part(self, request: Request, pk: str) -> Response:
        """Ask for a spare part and reserve it; answers with what is short of all parts of the job."""
        sent, job = self.body(MaintenancePartSerializer), self.get_object()
        part = named(MaterialDefinition, job.site_id, sent["material"], "material")
        short = maintenance_part.ask_for(self.actor, job.pk, part, sent["quantity"])
        return Response(MaintenanceShortSerializer(short, many=True).data)

    @extend_schema(request=MaintenanceIssueSerializer, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"], url_path="issue-parts")
    def issue_parts(self, request: Request, pk: str) -> Response:
        """Take what is reserved for the job from the store. The same `op_uuid` counts once."""
        return self.done(maintenance_part.issue, op_uuid=self.body(MaintenanceIssueSerializer)["op_uuid"])

    @extend_schema(request=MaintenanceRepairSerializer, responses={200: MaintenanceJobSerializer}, examples=[_REPAIR])
    @action(detail=True, methods=["post"])
    def repaired(self, request: Request, pk: str) -> Response:
        """The work is done. The machine stays blocked until a person signs on its page."""
        return self.done(handing_back.repaired, Repair(**self.body(MaintenanceRepairSerializer)))

    @extend_schema(request=MaintenanceCancelSerializer, responses={200: MaintenanceJobSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give it up, and why."""
        return self.done(maintenance_job.cancel, reason=self.body(MaintenanceCancelSerializer)["reason"])

    @property
    def actor(self) -> Any:
        """Who asks."""
        return self.request.actor  # type: ignore[attr-defined]

    def body(self, kind: type[Serializer]) -> dict[str, Any]:
        """What was sent. Raises: ValidationError."""
        sent = kind(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def done(self, act: Callable[..., Any], *given: Any, **more: Any) -> Response:
        """The job after an act."""
        job = self.get_object()
        act(self.actor, job.pk, *given, **more)
        return Response(self.get_serializer(self.queryset.get(pk=job.pk)).data)
