"""Starts that were allowed although something forbade them, in the API: read only, for a person signs on a page."""

from rest_framework import serializers as drf

from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.work import permissions
from mom.work.filters import GateOverrideFilters
from mom.work.models import GateOverride


class GateOverrideSerializer(ModelSerializer):
    """One thing in the way of one job that somebody signed for; it counts no more until `valid_until`."""

    site = CharField(source="site.code", read_only=True)
    job = CharField(source="job_order.code", read_only=True)
    signature = drf.IntegerField(source="signature_id", read_only=True)

    class Meta:
        model = GateOverride
        fields = (
            "id", "site", "job_order", "job", "source", "code", "subject", "sentence", "reason", "signature",
            "overridden_by", "overridden_at", "valid_until",
        )  # fmt: skip
        read_only_fields = fields


class GateOverrideViewSet(ReadOnlyViewSet):
    """Overrides of the gate."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = GateOverrideSerializer
    queryset = GateOverride.objects.select_related("site", "job_order")
    filterset_class = GateOverrideFilters
    ordering_fields, ordering = ("overridden_at", "id"), ("-overridden_at", "-id")
