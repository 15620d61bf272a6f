"""What really happened, in the API: stretches of work, and people's time."""

from rest_framework import serializers as drf

from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.work import permissions
from mom.work.filters import JobResponseFilters, LabourEntryFilters
from mom.work.models import JobResponse, LabourEntry


class JobResponseSerializer(ModelSerializer):
    """A stretch of work; open while `ended_at` is null."""

    site = CharField(source="site.code", read_only=True)
    job = drf.CharField(source="job_order.code", read_only=True, allow_null=True, default=None)
    machine = drf.CharField(source="equipment.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = JobResponse
        fields = (
            "id", "op_uuid", "site", "job_order", "job", "equipment", "machine", "run", "share_weight", "work_kind",
            "is_rework", "is_stop", "started_at", "ended_at", "duration", "recorded_at", "recorded_by", "reverses",
            "reversal_reason",
        )  # fmt: skip
        read_only_fields = fields


class JobResponseViewSet(ReadOnlyViewSet):
    """Work as it was done: job, machine, kind, from when to when."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = JobResponseSerializer
    queryset = JobResponse.objects.select_related("site", "job_order", "equipment")
    filterset_class = JobResponseFilters
    ordering_fields, ordering = ("started_at", "ended_at"), ("-started_at",)


class LabourEntrySerializer(ModelSerializer):
    """A person's time on a stretch of work, or indirect time with its reason."""

    site = CharField(source="site.code", read_only=True)
    person = CharField(source="person.code", read_only=True)
    job_order = drf.IntegerField(source="job_response.job_order_id", read_only=True, allow_null=True, default=None)
    reason = drf.CharField(source="indirect_reason.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = LabourEntry
        fields = (
            "id", "op_uuid", "site", "person", "job_response", "job_order", "reason", "started_at", "ended_at",
            "duration", "recorded_at", "recorded_by", "reverses", "reversal_reason",
        )  # fmt: skip
        read_only_fields = fields


class LabourEntryViewSet(ReadOnlyViewSet):
    """Who worked from when to when."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = LabourEntrySerializer
    queryset = LabourEntry.objects.select_related("site", "person", "job_response", "indirect_reason")
    filterset_class = LabourEntryFilters
    ordering_fields, ordering = ("started_at",), ("-started_at",)
