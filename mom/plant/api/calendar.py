"""Work calendars and their shifts in the API. Times of a shift are wall times of its calendar."""

from datetime import time
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer, Serializer
from mom.plant import permissions
from mom.plant.api.base import (
    COMMON,
    COMMON_READ_ONLY,
    READ,
    MasterDataViewSet,
    PlantViewSet,
    RowSerializer,
    filters_for,
    reference,
)
from mom.plant.api.person import EndSerializer
from mom.plant.models import Shift, WorkCalendar
from mom.plant.services.calendar import shift_add, shift_end


class CalendarSerializer(RowSerializer):
    """When a part of the plant works; an empty zone is the site's."""

    class Meta:
        model = WorkCalendar
        fields = (*COMMON, "time_zone")
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class BreakSerializer(Serializer):
    """A planned break inside a shift."""

    starts_at = drf.TimeField()
    ends_at = drf.TimeField()


class ShiftSerializer(ModelSerializer):
    """A weekly shift with its breaks; an end not after the start lies on the next day."""

    id = IntegerField(read_only=True)
    site = CharField(source="site.code", read_only=True)
    calendar = reference(WorkCalendar)
    weekdays = drf.ListField(
        child=IntegerField(min_value=1, max_value=7), min_length=1, max_length=7, help_text="1 is Monday, 7 is Sunday."
    )
    breaks = BreakSerializer(many=True, required=False)

    class Meta:
        model = Shift
        fields = (
            "id", "site", "calendar", "code", "name", "starts_at", "ends_at", "weekdays", "breaks", "valid_from",
            "valid_until",
        )  # fmt: skip
        validators: list[object] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A calendar", value={"site": "NORRTAL", "code": "2-SHIFT", "name": "Two shifts"}, request_only=True
            )
        ]
    )
)
class CalendarViewSet(MasterDataViewSet):
    """Work calendars."""

    noun = "calendar"
    queryset = WorkCalendar.objects.select_related("site")
    serializer_class = CalendarSerializer
    filterset_class = filters_for(WorkCalendar, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A night shift",
                value={
                    "calendar": 1, "code": "N", "name": "Night shift", "starts_at": "22:00:00", "ends_at": "06:00:00",
                    "weekdays": [1, 2, 3, 4], "breaks": [{"starts_at": "01:00:00", "ends_at": "01:30:00"}],
                },
                request_only=True,
            )
        ]
    )
)  # fmt: skip
class ShiftViewSet(PlantViewSet):
    """Weekly shifts. Other times are a new shift from a day on: end the old one and add the new one."""

    required_perms = {**READ, "create": permissions.CHANGE, "end": permissions.CHANGE}
    queryset = Shift.objects.select_related("site").prefetch_related("breaks")
    serializer_class = ShiftSerializer
    filterset_class = filters_for(Shift, calendar=["exact"], code=["exact", "in"])

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Shift:
        """Add it through the service."""
        pauses: list[tuple[time, time]] = [(each["starts_at"], each["ends_at"]) for each in data.pop("breaks", [])]
        return shift_add(actor, data.pop("calendar").pk, breaks=pauses, **data)

    @extend_schema(request=EndSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it end."""
        row = self.get_object()
        sent = EndSerializer(data=request.data).ended()
        shift_end(request.actor, row.pk, **sent)  # type: ignore[attr-defined]
        return self.answer(self.get_object())
