"""Stops of machines in the API: what the signals tell, and what people say about it."""

from typing import Any

from django_filters import CharFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.filters import BooleanFilter, InstantFilter, SiteFilterSet
from mom.core.api.serializers import CharField, DateTimeField, ModelSerializer, Serializer, UUIDField
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.api.chosen import named
from mom.floor.models import Stop, StopAnnotation
from mom.floor.selectors.timeline_stop import words_about
from mom.floor.services import stop as stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason

_STATES = "idle, setup, plan or down"


class MachineStopSerializer(ModelSerializer):
    """A stretch in which a machine stood still, whole; it goes on while `ended_at` is null."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)
    state = drf.CharField(read_only=True, help_text=_STATES)
    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)
    job = drf.CharField(source="job_order.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Stop
        fields = (
            "id", "site", "machine", "started_at", "ended_at", "state", "code", "mode", "reason", "note", "reporter",
            "job", "is_minor",
        )  # fmt: skip
        read_only_fields = fields


class StopWordSerializer(ModelSerializer):
    """What somebody said about stopped time; the last word holds."""

    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)
    state = drf.CharField(read_only=True, help_text=f"{_STATES}; empty: the machine's own")

    class Meta:
        model = StopAnnotation
        fields = (
            "id", "op_uuid", "started_at", "ended_at", "is_whole", "reason", "state", "note", "recorded_at",
            "recorded_by",
        )  # fmt: skip
        read_only_fields = fields


class StopReasonSerializer(Serializer):
    """Why it stood."""

    op_uuid = UUIDField(help_text="The same key again changes nothing.")
    reason = CharField(max_length=64, help_text="The reason's code.")
    note = CharField(max_length=200, required=False, default="", allow_blank=True)
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it was said. Without it now."
    )


class StopClassSerializer(Serializer):
    """What it was; what is left out stays."""

    op_uuid = UUIDField(help_text="The same key again changes nothing.")
    reason = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The reason's code.")
    state = CharField(max_length=5, required=False, default="", allow_blank=True, help_text=_STATES)
    note = CharField(max_length=200, required=False, default="", allow_blank=True)


class StopSplitSerializer(StopClassSerializer):
    """From when on it was something else."""

    at = DateTimeField(help_text="Within the stop.")


class MachineStopFilters(SiteFilterSet):
    """By site, machine, reason and time."""

    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    reason = CharFilter(field_name="reason__code", label="The reason's code.")
    is_open = BooleanFilter(field_name="ended_at", lookup_expr="isnull", label="Going on now.")
    is_uncoded = BooleanFilter(field_name="reason", lookup_expr="isnull", label="Without a reason.")
    is_minor = BooleanFilter(label="Over and shorter than the machine's minor stop.")
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte", label="Started at or after this instant.")
    started_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Started before this instant.")


class MachineStopViewSet(ReadOnlyViewSet):
    """Stops that machines told. Their keys stay while late messages move their ends."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "words": permissions.VIEW,
        "explain": permissions.GIVE_REASON,
        "reclassify": permissions.RECLASSIFY_STOP,
        "split": permissions.RECLASSIFY_STOP,
    }
    serializer_class = MachineStopSerializer
    queryset = Stop.objects.filter(withdrawn_at=None).select_related("site", "equipment", "reason", "job_order")
    filterset_class = MachineStopFilters
    ordering_fields, ordering = ("started_at", "ended_at"), ("-started_at",)

    @extend_schema(responses=StopWordSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def words(self, request: Request, pk: str) -> Response:
        """What was said about its time, in the order in which it was said."""
        row = self.get_object()
        said = words_about(row).select_related("reason")
        return Response(StopWordSerializer(said.order_by("id"), many=True).data)

    @extend_schema(request=StopReasonSerializer, responses=MachineStopSerializer)
    @action(detail=True, methods=["post"])
    def explain(self, request: Request, pk: str) -> Response:
        """Give it its reason. Another one than it has needs the right to reclassify."""
        row, sent = self.get_object(), self._sent(StopReasonSerializer, request)
        reason = self._reason(row, sent["reason"])
        found = stops.annotate(
            request.actor,  # type: ignore[attr-defined]
            row.pk,
            op_uuid=sent["op_uuid"],
            reason=reason,
            note=sent["note"],
            at=sent["occurred_at"],
        )
        return self.answer(self.queryset.get(pk=found.pk))

    @extend_schema(request=StopClassSerializer, responses=MachineStopSerializer)
    @action(detail=True, methods=["post"])
    def reclassify(self, request: Request, pk: str) -> Response:
        """Say that it was something else, all of it. What was said before stays in its words."""
        row, sent = self.get_object(), self._sent(StopClassSerializer, request)
        sent["reason"] = self._reason(row, sent["reason"]) if sent["reason"] else None
        found = stops.reclassify(request.actor, row.pk, **sent)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=found.pk))

    @extend_schema(request=StopSplitSerializer, responses=MachineStopSerializer)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """From an instant on it was something else: that part is a stop of its own, which is the answer."""
        row, sent = self.get_object(), self._sent(StopSplitSerializer, request)
        sent["reason"] = self._reason(row, sent["reason"]) if sent["reason"] else None
        found = stops.split(request.actor, row.pk, **sent)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=found.pk))

    def _sent(self, serializer: type[Serializer], request: Request) -> dict[str, Any]:
        body = serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _reason(self, row: Stop, code: str) -> Reason:
        return named(Reason, row.site_id, code, "reason", kind=ReasonKind.STOP)
