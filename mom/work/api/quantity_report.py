"""The ledger of quantities in the API: read, and a report taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import (
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
from mom.plant.models import MaterialLot, Reason
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.engine.terms import QuantityKind
from mom.work.filters import QuantityReportFilters
from mom.work.models import QuantityReport
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported

REASON_KIND = {QuantityKind.SCRAP: "scrap", QuantityKind.REWORK: "rework", QuantityKind.REVIEW: "scrap"}
"""In which tree the reason of a kind is looked up."""


class QuantityReportSerializer(ModelSerializer):
    """A report; `reverses` names the one that this takes back, negative."""

    site = CharField(source="site.code", read_only=True)
    job_order = drf.IntegerField(source="output.job_order_id", read_only=True, allow_null=True, default=None)
    material = drf.CharField(source="output.definition.code", read_only=True, allow_null=True, default=None)
    person = drf.CharField(source="person.code", read_only=True, allow_null=True, default=None)
    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)
    lot = drf.CharField(source="lot.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = QuantityReport
        fields = (
            "id", "op_uuid", "site", "job_order", "output", "job_response", "material", "person", "kind", "quantity",
            "unit", "reason", "lot", "note", "occurred_at", "recorded_at", "recorded_by", "reverses", "reversal_reason",
        )  # fmt: skip
        read_only_fields = fields


class NewReportSerializer(Serializer):
    """One line: how much became what; for what is not good, why."""

    kind = ChoiceField(choices=[kind.value for kind in QuantityKind])
    quantity = DecimalField(max_digits=18, decimal_places=6)
    reason = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The reason's code.")
    lot = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The lot's code.")
    note = CharField(max_length=200, required=False, default="", allow_blank=True)


class NewReportsSerializer(Serializer):
    """A report of one or more quantities, under the key of the place where it was made."""

    op_uuid = UUIDField(help_text="Made where the report was made; the same key counts once for ever.")
    lines = NewReportSerializer(many=True, min_length=1, max_length=20)  # type: ignore[call-arg]
    output = IntegerField(required=False, default=None, allow_null=True, help_text="Without it the main output.")
    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The person's code.")
    occurred_at = DateTimeField(required=False, default=None, allow_null=True, help_text="Without it now.")


class ReversalSerializer(Serializer):
    """Why a report is taken back."""

    op_uuid = UUIDField()
    reason = CharField(max_length=200)


def reported_lines(site_id: int, lines: Sequence[Mapping[str, Any]]) -> list[Reported]:
    """The lines of a body for the service. Raises: InvalidInput for a code that the site has not."""
    return [_line(site_id, f"lines.{number}", line) for number, line in enumerate(lines)]


def _line(site_id: int, path: str, line: Mapping[str, Any]) -> Reported:
    kind = QuantityKind(line["kind"])
    reason = None
    if line["reason"]:
        reason = named(Reason, site_id, line["reason"], f"{path}.reason", kind=REASON_KIND.get(kind, ""))
    lot = named(MaterialLot, site_id, line["lot"], f"{path}.lot") if line["lot"] else None
    return Reported(kind, line["quantity"], reason=reason, lot=lot, note=line["note"])


def report_rows(keys: Sequence[int]) -> QuerySet[QuantityReport]:
    """Reports with all that their serializer reads, in the order they were made. One statement."""
    related = ("site", "output__definition", "person", "reason", "lot")
    return QuantityReport.objects.filter(pk__in=keys).select_related(*related).order_by("id")


class UndoSerializer(Serializer):
    """Who made the report takes it back, without a reason."""

    op_uuid = UUIDField(help_text="Made where it was undone; the same key counts once for ever.")


class QuantityReportViewSet(ReadOnlyViewSet):
    """Every report of good, scrap, rework and review, and every one that takes another back."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "reverse": permissions.CORRECT_REPORT,
        "undo": permissions.EXECUTE_JOB_ORDER,
    }
    serializer_class = QuantityReportSerializer
    queryset = QuantityReport.objects.select_related("site", "output__definition", "person", "reason", "lot")
    filterset_class = QuantityReportFilters
    ordering_fields, ordering = ("occurred_at", "recorded_at"), ("-recorded_at",)

    @extend_schema(
        request=ReversalSerializer,
        responses={201: QuantityReportSerializer},
        examples=[
            OpenApiExample(
                "Typed twice",
                value={"op_uuid": "d1c7a5b2-7d60-4c1e-8f0a-2b6f6d6a9e11", "reason": "Typed twice"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Take the report back by its negative; it stays as it was. Once only."""
        first = self.get_object()
        body = ReversalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        made = quantity_report.reverse(request.actor, first.pk, reason=sent["reason"], op_uuid=sent["op_uuid"])  # type: ignore[attr-defined]
        return Response(QuantityReportSerializer(report_rows([made.pk])[0]).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UndoSerializer, responses={201: QuantityReportSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take one's own report back within ten minutes. Once only."""
        first = self.get_object()
        body = UndoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor: Any = request.actor  # type: ignore[attr-defined]
        made = quantity_report.undo(actor, first.pk, op_uuid=body.validated_data["op_uuid"])
        return Response(QuantityReportSerializer(report_rows([made.pk])[0]).data, status=status.HTTP_201_CREATED)
