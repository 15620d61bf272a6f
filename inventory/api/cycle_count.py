"""Counts in the API: asked for, entered blind, compared and posted."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.naming import by_code, places_named, site_asked, site_named
from inventory.filters import CountClassFilters, CountFilters
from inventory.models import CountClass, CountEntry, CountLine, CycleCount
from inventory.models.labels import STOCK_CLASS
from inventory.selectors.counting import accuracy_of, outcomes_of, sheet_of
from inventory.services import count_plan, cycle_count
from inventory.services.cycle_count import Counted
from mom.core import clock
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.plant.models import MaterialDefinition, MaterialLot

QUARTER = timedelta(days=90)


class CountSerializer(ModelSerializer):
    """The count of a place, on its job."""

    site = CharField(source="site.code", read_only=True)
    place = CharField(source="location.equipment.code", read_only=True)
    job_order = IntegerField(source="job_order_id", read_only=True)

    class Meta:
        model = CycleCount
        fields = (
            "id", "site", "code", "place", "job_order", "status", "is_planned", "created_at", "posted_at", "posted_by",
            "reason", "version",
        )  # fmt: skip
        read_only_fields = fields


class CountLineSerializer(ModelSerializer):
    """A line of the sheet. `book` and `difference` are there once the count is posted, not before."""

    material = CharField(source="definition.code", read_only=True)
    lot = CharField(source="lot.code", read_only=True, allow_null=True, default=None)
    number = CharField(source="sublot.code", read_only=True, allow_null=True, default=None)
    unit = CharField(source="definition.unit", read_only=True)
    counted = DecimalField(max_digits=18, decimal_places=6, read_only=True, allow_null=True)
    counted_at = DateTimeField(read_only=True, allow_null=True)
    counted_by = CharField(read_only=True, allow_null=True)

    class Meta:
        model = CountLine
        fields = (
            "id", "material", "lot", "number", "unit", "is_found", "counted", "counted_at", "counted_by", "book",
            "difference",
        )  # fmt: skip
        read_only_fields = fields


class CountOutcomeSerializer(Serializer):
    """A counted line against the book of the instant at which it was counted, as of now."""

    line = IntegerField(source="line_id")
    counted = DecimalField(max_digits=18, decimal_places=6)
    counted_at = DateTimeField()
    book = DecimalField(max_digits=18, decimal_places=6)
    difference = DecimalField(max_digits=18, decimal_places=6)
    reserved = DecimalField(max_digits=18, decimal_places=6, help_text="What jobs were promised of it.")


class CountEntrySerializer(ModelSerializer):
    """What was said of a line."""

    class Meta:
        model = CountEntry
        fields = ("id", "line", "quantity", "counted_at", "op_uuid", "recorded_at", "recorded_by")
        read_only_fields = fields


class NewCountSerializer(Serializer):
    """Which place, and until when."""

    site = CharField(max_length=20, help_text="The site's code.")
    place = CharField(max_length=64, help_text="The place's code.")
    due_at = DateTimeField(required=False, default=None, allow_null=True)


class CountedSerializer(Serializer):
    """So much of a line, or of a material (and lot) that was found there and stands on no line."""

    op_uuid = UUIDField(help_text="The key of the act, made where it was done.")
    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0))
    line = IntegerField(required=False, default=None, allow_null=True)
    material = CharField(max_length=64, required=False, default="", allow_blank=True)
    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    counted_at = DateTimeField(required=False, default=None, allow_null=True, help_text="Without it: now.")


class CountedLinesSerializer(Serializer):
    """What was counted."""

    lines = CountedSerializer(many=True)


class CountReasonSerializer(Serializer):
    """Why it differed, and the version that was looked at."""

    reason = CharField(max_length=200)
    version = IntegerField(required=False, default=None, allow_null=True)


class CountAccuracySerializer(Serializer):
    """Lines that agreed with the book over lines counted; no ratio where nothing was counted."""

    right = IntegerField()
    counted = IntegerField()
    ratio = DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    since = DateTimeField()
    until = DateTimeField()


_COUNTED = OpenApiExample(
    "A line of the sheet, and a lot that stood on none",
    value={
        "lines": [
            {"op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a10", "line": 12, "quantity": "118"},
            {"op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a11", "material": "P-1140", "lot": "L-1", "quantity": "4"},
        ]
    },
    request_only=True,
)


class CountViewSet(ReadOnlyViewSet):
    """Counts of places."""

    required_perms = {
        **dict.fromkeys(("list", "retrieve", "sheet", "accuracy"), permissions.VIEW),
        **dict.fromkeys(("create", "entries"), permissions.COUNT_STOCK),
        **dict.fromkeys(("differences", "post_count", "discard"), permissions.ADJUST_STOCK),
    }
    serializer_class = CountSerializer
    queryset = CycleCount.objects.select_related("site", "location__equipment")
    filterset_class = CountFilters
    ordering_fields, ordering = ("created_at", "id"), ("-created_at", "-id")

    def known_parameters(self) -> set[str]:
        """The query parameters of this action."""
        return {"site", "since", "until"} if self.action == "accuracy" else super().known_parameters()

    @extend_schema(request=NewCountSerializer, responses={201: CountSerializer})
    def create(self, request: Request) -> Response:
        """Have a place counted: its job stands on the dispatch list."""
        sent, actor = _sent(NewCountSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.COUNT_STOCK)
        place = places_named(site.pk, [sent["place"]])[sent["place"]]
        return self.answer(cycle_count.ask(actor, place, due_at=sent["due_at"]), status.HTTP_201_CREATED)

    @extend_schema(responses=CountLineSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def sheet(self, request: Request, pk: str) -> Response:
        """What is to be counted, and what was; the book stays out of it until the count is posted."""
        return Response(CountLineSerializer(sheet_of(self.get_object()), many=True).data)

    @extend_schema(
        request=CountedLinesSerializer, responses={201: CountEntrySerializer(many=True)}, examples=[_COUNTED]
    )
    @action(detail=True, methods=["post"])
    def entries(self, request: Request, pk: str) -> Response:
        """Say what was counted. Of a line that is counted again the latest counts."""
        count = self.get_object()
        lines = _sent(CountedLinesSerializer, request)["lines"]
        if not lines:
            raise InvalidInput({"lines": [_("Say what was counted.")]})
        made = cycle_count.enter(request.actor, count.pk, _counted(count.site_id, lines))  # type: ignore[attr-defined]
        return Response(CountEntrySerializer(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=CountOutcomeSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def differences(self, request: Request, pk: str) -> Response:
        """Every counted line against the book, for who decides."""
        return Response(CountOutcomeSerializer(outcomes_of(self.get_object()), many=True).data)

    @extend_schema(request=CountReasonSerializer, responses=CountSerializer)
    @action(detail=True, methods=["post"], url_path="post", url_name="post")
    def post_count(self, request: Request, pk: str) -> Response:
        """Let the ledger follow the count, with the reason; promises to jobs shrink to what is there."""
        sent, count = _sent(CountReasonSerializer, request), self.get_object()
        done = cycle_count.post_count(
            request.actor,  # type: ignore[attr-defined]
            count.pk,
            sent["reason"],
            version=sent["version"],
        )
        return self.answer(done)

    @extend_schema(request=CountReasonSerializer, responses=CountSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw away a count that is not believed; nothing is posted."""
        reason = _sent(CountReasonSerializer, request)["reason"]
        return self.answer(cycle_count.discard(request.actor, self.get_object().pk, reason))  # type: ignore[attr-defined]

    @extend_schema(
        responses=CountAccuracySerializer,
        filters=False,
        parameters=[
            OpenApiParameter("site", str, required=True, description="The site's code."),
            OpenApiParameter("since", datetime, description="Without it: 90 days ago."),
            OpenApiParameter("until", datetime, description="Without it: now."),
        ],
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def accuracy(self, request: Request) -> Response:
        """How exact the books were, from the counts posted in a span of time."""
        asked = _AccuracyQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        site = site_asked(request.actor, sent["site"], permissions.VIEW)  # type: ignore[attr-defined]
        until = sent["until"] or clock.now()
        since = sent["since"] or until - QUARTER
        found = accuracy_of(site, since, until)
        answer: dict[str, Any] = {
            "right": found.right, "counted": found.counted, "ratio": found.ratio, "since": since, "until": until,
        }  # fmt: skip
        return Response(CountAccuracySerializer(answer).data)


class _AccuracyQuery(Serializer):
    site = CharField(max_length=20)
    since = DateTimeField(required=False, default=None, allow_null=True)
    until = DateTimeField(required=False, default=None, allow_null=True)


class CountClassSerializer(ModelSerializer):
    """How often places of a class are counted."""

    site = CharField(source="site.code", read_only=True)

    class Meta:
        model = CountClass
        fields = ("id", "site", "letter", "interval_days", "version")
        read_only_fields = fields


class NewCountClassSerializer(Serializer):
    """A class and its interval; what it was before is replaced."""

    site = CharField(max_length=20)
    letter = ChoiceField(choices=STOCK_CLASS.choices)
    interval_days = IntegerField(min_value=1, max_value=3660)


class PlacePlanSerializer(Serializer):
    """How a place is counted, and whether what lies there waits to be put away."""

    count_class = ChoiceField(choices=STOCK_CLASS.choices, allow_blank=True, default="")
    count_interval_days = IntegerField(min_value=1, max_value=3660, required=False, default=None, allow_null=True)
    is_inbound = BooleanField(default=False)


class CountClassViewSet(ReadOnlyViewSet):
    """Count classes."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.ADJUST_STOCK,
    }
    serializer_class = CountClassSerializer
    queryset = CountClass.objects.select_related("site")
    filterset_class = CountClassFilters
    ordering_fields, ordering = ("letter",), ("letter",)

    @extend_schema(request=NewCountClassSerializer, responses={201: CountClassSerializer})
    def create(self, request: Request) -> Response:
        """Say how often places of a class are counted."""
        sent, actor = _sent(NewCountClassSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.ADJUST_STOCK)
        row = count_plan.class_set(actor, site, sent["letter"], sent["interval_days"])
        return self.answer(row, status.HTTP_201_CREATED)


def _sent(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _counted(site_id: int, lines: Sequence[dict[str, Any]]) -> list[Counted]:
    materials = {line["material"] for line in lines if line["material"]}
    named = {line["lot"] for line in lines if line["lot"]}
    rows, lots = MaterialDefinition.objects.filter(site=site_id), MaterialLot.objects.filter(site=site_id)
    by_material = by_code(rows, "code", materials, "material") if materials else {}
    by_lot = by_code(lots, "code", named, "lot") if named else {}
    found = []
    for line in lines:
        what = None
        if line["line"] is None and line["material"]:
            what = (by_material[line["material"]], by_lot.get(line["lot"]), None)
        op_uuid: uuid.UUID = line["op_uuid"]
        found.append(Counted(line["quantity"], op_uuid, line["line"], what, line["counted_at"]))
    return found
