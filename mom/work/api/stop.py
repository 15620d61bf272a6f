"""Stops in the API: reported by a person or a device, ended, and explained afterwards."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.api.serializers import CharField, DateTimeField, ModelSerializer, Serializer, UUIDField
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.plant.models import Equipment, Reason
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.filters import JobResponseFilters
from mom.work.models import JobResponse
from mom.work.services import stop


class StopSerializer(ModelSerializer):
    """A stretch in which a machine stood still; open while `ended_at` is null, unexplained while `reason` is."""

    site = CharField(source="site.code", read_only=True)
    job = drf.CharField(source="job_order.code", read_only=True, allow_null=True, default=None)
    machine = drf.CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = JobResponse
        fields = (
            "id", "op_uuid", "site", "job", "machine", "reason", "note", "work_kind", "started_at", "ended_at",
            "duration", "recorded_at", "recorded_by", "reverses", "reversal_reason",
        )  # fmt: skip
        read_only_fields = fields


class NewStopSerializer(Serializer):
    """A machine that stands still, from now on or since `occurred_at`."""

    op_uuid = UUIDField(help_text="Made where the stop was reported; the same key counts once for ever.")
    site = CharField(max_length=20)
    machine = CharField(max_length=64, help_text="The machine's code.")
    reason = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The reason's code.")
    note = CharField(max_length=200, required=False, default="", allow_blank=True)
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it stood still. Without it now."
    )


class StopEndSerializer(Serializer):
    """It goes on."""

    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it went on. Without it now."
    )


class ExplanationSerializer(Serializer):
    """Why it stood."""

    op_uuid = UUIDField(help_text="Key of the stop as it is recorded again with its reason.")
    reason = CharField(max_length=64, help_text="The reason's code.")
    note = CharField(max_length=200, required=False, default="", allow_blank=True)
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it was said. Without it now."
    )


_STOP = OpenApiExample(
    "A tool broke",
    value={
        "op_uuid": "3d7a1a1e-0a0e-4b63-9a1c-3f6f0c1f2a10",
        "site": "NORRTAL",
        "machine": "CNC-01",
        "reason": "TOOLCHANGE",
    },
    request_only=True,
)


class StopViewSet(ReadOnlyViewSet):
    """Stops that people or devices reported."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.EXECUTE_JOB_ORDER,
        "end": permissions.EXECUTE_JOB_ORDER,
        "explain": permissions.EXECUTE_JOB_ORDER,
    }
    serializer_class = StopSerializer
    queryset = JobResponse.objects.filter(is_stop=True).select_related("site", "job_order", "equipment", "reason")
    filterset_class = JobResponseFilters
    ordering_fields, ordering = ("started_at", "ended_at"), ("-started_at",)

    @extend_schema(request=NewStopSerializer, responses={201: StopSerializer}, examples=[_STOP])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A machine stands still from now on; a running job of it stops producing."""
        body = NewStopSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=sent["site"]).first()
        if site is None or not actor.may(permissions.VIEW, site.code):
            raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
        equipment = named(Equipment, site.pk, sent["machine"], "machine")
        reason = named(Reason, site.pk, sent["reason"], "reason", kind="stop") if sent["reason"] else None
        found = stop.begin(
            actor, equipment, op_uuid=sent["op_uuid"], reason=reason, note=sent["note"], at=sent["occurred_at"]
        )
        return self.answer(self.read(found.pk), status.HTTP_201_CREATED)

    @extend_schema(request=StopEndSerializer, responses=StopSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The stop is over; its job goes on producing."""
        row = self.get_object()
        body = StopEndSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        at = body.validated_data["occurred_at"]
        found = stop.end(request.actor, row.pk, at=at)  # type: ignore[attr-defined]
        return self.answer(self.read(found.pk))

    @extend_schema(request=ExplanationSerializer, responses=StopSerializer)
    @action(detail=True, methods=["post"])
    def explain(self, request: Request, pk: str) -> Response:
        """Give it its reason, or another one: it is taken back and recorded again, times unchanged."""
        row = self.get_object()
        body = ExplanationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        reason = named(Reason, row.site_id, sent["reason"], "reason", kind="stop")
        actor: Any = request.actor  # type: ignore[attr-defined]
        again = stop.explain(actor, row.pk, reason, op_uuid=sent["op_uuid"], note=sent["note"], at=sent["occurred_at"])
        return self.answer(self.read(again.pk))

    def read(self, pk: int) -> JobResponse:
        """The row with what the answer needs."""
        return self.queryset.get(pk=pk)
