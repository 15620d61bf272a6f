"""The audit trail in the API: read by auditors' programs; nothing writes it but the use cases themselves."""

from typing import ClassVar

import django_filters

from mom.core.api.filters import FilterSet
from mom.core.api.serializers import ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.models import AuditEntry
from mom.core.permissions_declared import VIEW_AUDIT_TRAIL


class AuditEntrySerializer(ModelSerializer):
    """One act of one actor. `chain` is the site's code, or - where it belongs to none."""

    class Meta:
        model = AuditEntry
        fields = (
            "id", "recorded_at", "chain", "actor_kind", "actor_id", "actor_label", "action", "subject_type",
            "subject_id", "subject_label", "before", "after", "reason", "request_id",
        )  # fmt: skip
        read_only_fields = fields


class AuditEntryFilters(FilterSet):
    """By site, actor, action, subject and time."""

    site = django_filters.CharFilter(field_name="chain", label="The site's code.")

    class Meta:
        model = AuditEntry
        fields: ClassVar[dict[str, list[str]]] = {
            "actor_id": ["exact"],
            "action": ["exact"],
            "subject_type": ["exact"],
            "subject_id": ["exact"],
            "recorded_at": ["gte", "lt"],
        }


class AuditEntryViewSet(ReadOnlyViewSet):
    """Entries of the sites whose trail you may see."""

    required_perms = {"list": VIEW_AUDIT_TRAIL, "retrieve": VIEW_AUDIT_TRAIL}
    site_path = "chain"
    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.all()
    filterset_class = AuditEntryFilters
    ordering_fields = ("recorded_at",)
    ordering = ("-recorded_at",)
