"""Sources of messages in the API: who sends, and which numbers of a session never came."""

from django_filters import CharFilter
from rest_framework import serializers as drf

from mom.core.api.filters import FilterSet
from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.models import MessageGap, Source


class SourceSerializer(ModelSerializer):
    """Whoever sends messages."""

    site = CharField(source="site.code", read_only=True)

    class Meta:
        model = Source
        fields = ("id", "site", "code", "first_seen_at", "last_seen_at")
        read_only_fields = fields


class SourceFilters(FilterSet):
    """Sources by site and code."""

    site = CharFilter(field_name="site__code", label="The site's code.")
    code = CharFilter(label="The source's code.")


class SourceViewSet(ReadOnlyViewSet):
    """Gateways, adapters and integrations that send messages."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = SourceSerializer
    queryset = Source.objects.select_related("site")
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


class GapFilters(FilterSet):
    """Gaps by source and session."""

    site = CharFilter(field_name="site__code", label="The site's code.")
    source = CharFilter(field_name="session__source__code", label="The source's code.")
    session = CharFilter(field_name="session__code", label="The session's code.")


class GapViewSet(ReadOnlyViewSet):
    """Messages that are missing. One that comes late shrinks, splits or closes its gap."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = GapSerializer
    queryset = MessageGap.objects.select_related("site", "session__source")
    filterset_class = GapFilters
    ordering_fields, ordering = ("found_at", "first_sequence"), ("-found_at", "first_sequence")
