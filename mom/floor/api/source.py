"""Sources of messages in the API: who sends, and which numbers of a session never came."""

from django.db.models import IntegerField, Subquery
from django.db.models.functions import Coalesce
from django_filters import CharFilter
from rest_framework import serializers as drf

from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.models import MessageGap, Source
from mom.floor.selectors.source import LATE


class SourceSerializer(ModelSerializer):
    """Whoever sends messages."""

    site = CharField(source="site.code", read_only=True)
    late_count = drf.IntegerField(
        read_only=True,
        help_text="Its messages for days that only the archive has and that no worker has laid in yet; mostly 0.",
    )

    class Meta:
        model = Source
        fields = ("id", "site", "code", "first_seen_at", "last_seen_at", "late_count")
        read_only_fields = fields


class SourceFilters(SiteFilterSet):
    """Sources by site and code."""

    code = CharFilter(label="The source's code.")


class SourceViewSet(ReadOnlyViewSet):
    """Gateways, adapters and integrations that send messages."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = SourceSerializer
    queryset = Source.objects.select_related("site").annotate(
        late_count=Coalesce(Subquery(LATE.values("many"), output_field=IntegerField()), 0)
    )
    filterset_class = SourceFilters
    ordering_fields, ordering = ("code", "last_seen_at"), ("code",)


class GapSerializer(ModelSerializer):
    """Numbers of a session that never came, both ends included."""

    site = CharField(source="site.code", read_only=True)
    source = CharField(source="session.source.code", read_only=True)
    session = drf.CharField(source="session.code", read_only=True)

    class Meta:
        model = MessageGap
        fields = ("id", "site", "source", "session", "first_sequence", "last_sequence", "found_at")
        read_only_fields = fields


class GapFilters(SiteFilterSet):
    """Gaps by source and session."""

    source = CharFilter(field_name="session__source__code", label="The source's code.")
    session = CharFilter(field_name="session__code", label="The session's code.")


class GapViewSet(ReadOnlyViewSet):
    """Messages that are missing. One that comes late shrinks, splits or closes its gap."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = GapSerializer
    queryset = MessageGap.objects.select_related("site", "session__source")
    filterset_class = GapFilters
    ordering_fields, ordering = ("found_at", "first_sequence"), ("-found_at", "first_sequence")
