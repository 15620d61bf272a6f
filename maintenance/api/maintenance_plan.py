"""Maintenance plans and job plans in the API."""

from datetime import timedelta
from typing import Any

from django_filters import BooleanFilter, CharFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance import permissions
from maintenance.api.maintenance_request import MaintenanceReasonSerializer, body_of
from maintenance.api.naming import named, site_named
from maintenance.engine.terms import DueBasis, MeterKind
from maintenance.models import JobPlan, JobPlanPart, JobPlanStep, JobPlanVersion, MaintenancePlan, PlanOccurrence
from maintenance.models.labels import DUE_BASIS, METER_KIND, OCCURRENCE_STATUS, STEP_KIND
from maintenance.services import job_plan as job_plans
from maintenance.services import maintenance_plan
from maintenance.services.job_plan import NewStep, NewVersion
from maintenance.services.maintenance_plan import PlanTerms
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
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import Equipment, MaterialDefinition

QUANTITY = {"max_digits": 18, "decimal_places": 6}


class MaintenancePlanSerializer(ModelSerializer):
    """A job plan that comes due on a machine: `rule` (RFC 5545) and `meter_interval`, whichever comes first."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)
    job_plan = CharField(source="job_plan.code", read_only=True)

    class Meta:
        model = MaintenancePlan
        fields = (
            "id", "site", "code", "name", "machine", "job_plan", "rule", "starts_at", "basis", "meter_kind",
            "meter_interval", "meter_at", "lead", "tolerance", "takes_machine", "next_due_at", "paused_at",
            "paused_reason", "is_active", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewMaintenancePlanSerializer(Serializer):
    """When what comes due on which machine. `lead` and `tolerance` in hours."""

    site = CharField(max_length=20)
    code = CharField(max_length=64)
    name = CharField(max_length=200, required=False, default="", allow_blank=True)
    machine = CharField(max_length=64)
    job_plan = CharField(max_length=64)
    rule = CharField(max_length=200, required=False, default="", allow_blank=True)
    starts_at = DateTimeField(required=False, default=None, allow_null=True)
    basis = ChoiceField(choices=DUE_BASIS.choices, required=False, default=DueBasis.DUE.value)
    meter_kind = ChoiceField(choices=METER_KIND.choices, required=False, default=None, allow_null=True)
    meter_interval = DecimalField(**QUANTITY, required=False, default=None, allow_null=True)
    lead_hours = IntegerField(min_value=0, max_value=9000, required=False, default=24)
    tolerance_hours = IntegerField(min_value=0, max_value=9000, required=False, default=24)
    takes_machine = BooleanField(required=False, default=True)


class MaintenancePlanFilters(SiteFilterSet):
    """Plans by code, machine and whether they are paused."""

    code = CharFilter()
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    is_paused = BooleanFilter(field_name="paused_at", lookup_expr="isnull", exclude=True, label="Paused.")


_PLAN = OpenApiExample(
    "Every 50,000 strokes or three months",
    value={
        "site": "NORTH", "code": "PM-PRESS-1", "machine": "PRESS-1", "job_plan": "JP-PRESS", "basis": "completed",
        "rule": "FREQ=MONTHLY;INTERVAL=3", "starts_at": "2026-06-01T06:00:00+02:00", "meter_kind": "cycles",
        "meter_interval": "50000",
    },
    request_only=True,
)  # fmt: skip


class MaintenancePlanViewSet(ReadOnlyViewSet):
    """Maintenance plans."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        **dict.fromkeys(("create", "pause", "take_up"), permissions.PLAN),
    }
    serializer_class = MaintenancePlanSerializer
    queryset = MaintenancePlan.objects.select_related("site", "equipment", "job_plan")
    filterset_class = MaintenancePlanFilters
    ordering_fields, ordering = ("code", "next_due_at", "id"), ("-id",)

    @extend_schema(request=NewMaintenancePlanSerializer, responses={201: MaintenancePlanSerializer}, examples=[_PLAN])
    def create(self, request: Request) -> Response:
        """Let a job plan come due on a machine."""
        sent, actor = body_of(NewMaintenancePlanSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.PLAN)
        machine = named(Equipment, site.pk, sent["machine"], "machine")
        job_plan = named(JobPlan, site.pk, sent["job_plan"], "job_plan")
        terms = PlanTerms(
            sent["rule"], sent["starts_at"], DueBasis(sent["basis"]),
            MeterKind(sent["meter_kind"]) if sent["meter_kind"] else None, sent["meter_interval"],
            timedelta(hours=sent["lead_hours"]), timedelta(hours=sent["tolerance_hours"]), sent["takes_machine"],
        )  # fmt: skip
        made = maintenance_plan.add(actor, machine, job_plan, sent["code"], terms, name=sent["name"])
        return Response(self.get_serializer(self.queryset.get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MaintenanceReasonSerializer, responses={200: MaintenancePlanSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Let nothing come due until it is taken up again."""
        sent = body_of(MaintenanceReasonSerializer, request)
        maintenance_plan.pause(request.actor, self.get_object().pk, reason=sent["reason"])  # type: ignore[attr-defined]
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses={200: MaintenancePlanSerializer})
    @action(detail=True, methods=["post"], url_path="take-up")
    def take_up(self, request: Request, pk: str) -> Response:
        """Let it come due again; dates that passed meanwhile are left out."""
        maintenance_plan.take_up(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return Response(self.get_serializer(self.get_object()).data)


class PlanOccurrenceSerializer(ModelSerializer):
    """A plan came due: when, why, and what became of it."""

    site = CharField(source="site.code", read_only=True)
    plan = CharField(source="plan.code", read_only=True)

    class Meta:
        model = PlanOccurrence
        fields = ("id", "site", "plan", "number", "cause", "due_at", "window_ends_at", "status", "job", "completed_at")
        read_only_fields = fields


class PlanOccurrenceFilters(SiteFilterSet):
    """Due dates by plan, state and time."""

    plan = CharFilter(field_name="plan__code", label="The plan's code.")
    status = CharFilter(label=", ".join(OCCURRENCE_STATUS.values))
    due_from = InstantFilter(field_name="due_at", lookup_expr="gte", label="At or after this instant.")
    due_before = InstantFilter(field_name="due_at", lookup_expr="lt", label="Before this instant.")


class PlanOccurrenceViewSet(ReadOnlyViewSet):
    """Due dates of plans."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = PlanOccurrenceSerializer
    queryset = PlanOccurrence.objects.select_related("site", "plan")
    filterset_class = PlanOccurrenceFilters
    ordering_fields, ordering = ("due_at", "id"), ("-id",)


class JobPlanStepSerializer(ModelSerializer):
    """A step; limits inclusive, in `unit`."""

    class Meta:
        model = JobPlanStep
        fields = ("position", "text", "kind", "unit", "low", "high", "is_required")
        read_only_fields = fields


class JobPlanPartSerializer(ModelSerializer):
    """A part, in the material's unit."""

    material = CharField(source="definition.code", read_only=True)

    class Meta:
        model = JobPlanPart
        fields = ("material", "quantity")
        read_only_fields = fields


class JobPlanVersionSerializer(ModelSerializer):
    """A version of a job plan: never changed; the highest number holds."""

    site = CharField(source="site.code", read_only=True)
    job_plan = CharField(source="job_plan.code", read_only=True)
    name = CharField(source="job_plan.name", read_only=True)
    steps = JobPlanStepSerializer(many=True, read_only=True)
    parts = JobPlanPartSerializer(many=True, read_only=True)

    class Meta:
        model = JobPlanVersion
        fields = (
            "id", "site", "job_plan", "name", "number", "duration", "reason", "created_at", "created_by", "steps",
            "parts",
        )  # fmt: skip
        read_only_fields = fields


class NewJobPlanStepSerializer(Serializer):
    """A step."""

    text = CharField(max_length=300)
    kind = ChoiceField(choices=STEP_KIND.choices, required=False, default="check")
    unit = CharField(max_length=3, required=False, default="", allow_blank=True)
    low = DecimalField(**QUANTITY, required=False, default=None, allow_null=True)
    high = DecimalField(**QUANTITY, required=False, default=None, allow_null=True)
    is_required = BooleanField(required=False, default=True)


class NewJobPlanPartSerializer(Serializer):
    """A part."""

    material = CharField(max_length=64)
    quantity = DecimalField(**QUANTITY)


class NewJobPlanVersionSerializer(Serializer):
    """A job plan's next version; of a code that is not known, its first."""

    site = CharField(max_length=20)
    job_plan = CharField(max_length=64)
    name = CharField(max_length=200, required=False, default="", allow_blank=True)
    minutes = IntegerField(min_value=1, max_value=20000)
    steps = NewJobPlanStepSerializer(many=True)
    parts = NewJobPlanPartSerializer(many=True, required=False, default=list)
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class JobPlanVersionFilters(SiteFilterSet):
    """Versions by job plan."""

    job_plan = CharFilter(field_name="job_plan__code", label="The job plan's code.")


class JobPlanVersionViewSet(ReadOnlyViewSet):
    """Versions of job plans."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.PLAN}
    serializer_class = JobPlanVersionSerializer
    queryset = JobPlanVersion.objects.select_related("site", "job_plan").prefetch_related("steps", "parts__definition")
    filterset_class = JobPlanVersionFilters
    ordering_fields, ordering = ("number", "id"), ("-id",)

    @extend_schema(request=NewJobPlanVersionSerializer, responses={201: JobPlanVersionSerializer})
    def create(self, request: Request) -> Response:
        """Add a job plan, or replace its version. Jobs that are open keep theirs."""
        sent, actor = body_of(NewJobPlanVersionSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.PLAN)
        new = self.version_of(site.pk, sent)
        known = JobPlan.objects.filter(site=site, code=sent["job_plan"]).first()
        if known is None:
            known = job_plans.add(actor, site, sent["job_plan"], sent["name"], new)
        else:
            job_plans.revise(actor, known.pk, new)
        made = self.queryset.filter(job_plan=known).order_by("-number")[0]
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def version_of(self, site_id: int, sent: dict[str, Any]) -> NewVersion:
        """What was sent, with its parts found. Raises: InvalidInput."""
        parts = [
            (named(MaterialDefinition, site_id, part["material"], "parts"), part["quantity"]) for part in sent["parts"]
        ]
        steps = [NewStep(**step) for step in sent["steps"]]
        return NewVersion(timedelta(minutes=sent["minutes"]), steps, parts, sent["reason"])
