"""Timelines in the API: each instant of a machine in one interval. They have no lasting key: late messages rewrite."""

from django_filters import CharFilter
from rest_framework import serializers as drf

from mom.core.api.filters import BooleanFilter, InstantFilter, SiteFilterSet
from mom.core.api.serializers import CharField, ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.models import StateInterval


class StateIntervalSerializer(ModelSerializer):
    """A stretch in one state, half-open; the last one is open while `ended_at` is null."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)
    state = drf.CharField(read_only=True, help_text="run, idle, setup, plan, down or off (no signal)")
    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)
    origin = drf.CharField(read_only=True, help_text="Who says so: machine, person, reports or silence.")

    class Meta:
        model = StateInterval
        fields = (
            "id",
            "site",
            "machine",
            "started_at",
            "ended_at",
            "state",
            "code",
            "mode",
            "reason",
            "stop",
            "origin",
        )
        read_only_fields = fields


class StateIntervalFilters(SiteFilterSet):
    """By site, machine, state and time."""

    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    state = CharFilter(label="run, idle, setup, plan, down or off.")
    is_open = BooleanFilter(field_name="ended_at", lookup_expr="isnull", label="Where machines stand now.")
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte", label="Started at or after this instant.")
    started_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Started before this instant.")


class StateIntervalViewSet(ReadOnlyViewSet):
    """The timelines of machines."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = StateIntervalSerializer
    queryset = StateInterval.objects.select_related("site", "equipment", "reason")
    filterset_class = StateIntervalFilters
    ordering_fields, ordering = ("started_at",), ("-started_at",)
