"""Reasons in the API, with what each counts as over time."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, ChoiceField, DateTimeField, ModelSerializer, Serializer
from mom.plant import permissions
from mom.plant.api.base import (
    COMMON,
    COMMON_READ_ONLY,
    WRITE,
    MasterDataViewSet,
    RowSerializer,
    filters_for,
    reference,
)
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models import Reason, ReasonClassification
from mom.plant.models.labels import LOSS_CLASS, TIME_CLASS
from mom.plant.services.reason import reason_classify


class ClassificationSerializer(ModelSerializer):
    """What a reason counts as, from one instant until another."""

    class Meta:
        model = ReasonClassification
        fields = ("time_class", "loss_class", "valid_from", "valid_until")
        read_only_fields = fields


class ReasonSerializer(RowSerializer):
    """One answer to "why?"; its code is unique among those of its kind."""

    parent = reference(Reason, allow_null=True, required=False)
    classifications = ClassificationSerializer(many=True, read_only=True)

    class Meta:
        model = Reason
        fields = (*COMMON, "kind", "parent", "position", "classifications")
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class ClassifySerializer(Serializer):
    """What it counts as, and since when (now, where it is left out)."""

    time_class = ChoiceField(choices=TIME_CLASS.choices)
    loss_class = ChoiceField(choices=LOSS_CLASS.choices)
    valid_from = DateTimeField(required=False)
    reason = CharField(required=False, max_length=200, allow_blank=True)


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A stop reason",
                value={"site": "NORRTAL", "code": "LUBE", "name": "Lubrication low", "kind": "stop"},
                request_only=True,
            )
        ]
    )
)
class ReasonViewSet(MasterDataViewSet):
    """Reasons for stops, scrap, rework and indirect time."""

    version_says_all = False  # its classes
    noun = "reason"
    required_perms = {**WRITE, "classify": permissions.CHANGE}
    queryset = Reason.objects.select_related("site").prefetch_related("classifications")
    serializer_class = ReasonSerializer
    filterset_class = filters_for(
        Reason, code=["exact", "in"], kind=["exact"], parent=["exact", "isnull"], is_active=["exact"]
    )
    ordering_fields = ("kind", "position", "code", "id")
    ordering = ("kind", "position", "code")

    @extend_schema(request=ClassifySerializer, responses=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def classify(self, request: Request, pk: str) -> Response:
        """Say what it counts as from an instant on; the classification before it ends there."""
        row = self.get_object()
        serializer = ClassifySerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        classes = TimeClass(sent.pop("time_class")), LossClass(sent.pop("loss_class"))
        reason_classify(request.actor, row.pk, *classes, **sent)  # type: ignore[attr-defined]
        return self.answer(self.get_object())
