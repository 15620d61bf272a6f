"""Control charts in the API: their points with limits and capability, and the freezing of limits."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, FloatField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from quality import permissions
from quality.api.sample import SampleSerializer
from quality.filters import ControlChartFilters
from quality.models import ControlChart, ControlLimits
from quality.selectors.chart import chart_view
from quality.services.control_limits import Basis, freeze


class ControlChartSerializer(ModelSerializer):
    """The stream of samples of one characteristic at one machine."""

    site = CharField(source="site.code", read_only=True)
    control_plan = CharField(source="plan_code", read_only=True)
    characteristic = CharField(source="characteristic_code", read_only=True)
    material = CharField(source="material.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = ControlChart
        fields = ("id", "site", "control_plan", "characteristic", "material", "machine", "points")
        read_only_fields = fields


class ControlLimitsSerializer(ModelSerializer):
    """Limits as they were frozen, in the unit of the characteristic."""

    class Meta:
        model = ControlLimits
        fields = (
            "id", "phase", "kind", "size", "centre", "upper", "lower", "range_centre", "range_upper", "range_lower",
            "sigma", "basis", "valid_from", "reason", "set_at", "set_by",
        )  # fmt: skip
        read_only_fields = fields


class CapabilityIndexSerializer(Serializer):
    """An index and its interval of 95 %."""

    value = FloatField()
    low = FloatField()
    high = FloatField()


class CapabilitySerializer(Serializer):
    """How the process fits between its limits of tolerance."""

    n = IntegerField()
    mean = FloatField()
    sigma_within = FloatField()
    sigma_overall = FloatField()
    cp = CapabilityIndexSerializer(allow_null=True)
    cpk = CapabilityIndexSerializer()
    pp = CapabilityIndexSerializer(allow_null=True)
    ppk = CapabilityIndexSerializer()
    ppm = FloatField()


class ChartDataSerializer(Serializer):
    """The last points of a chart, oldest first, with its limits. Capability counts only where `is_stable`."""

    chart = ControlChartSerializer()
    limits = ControlLimitsSerializer(allow_null=True)
    points = SampleSerializer(many=True)
    capability = CapabilitySerializer(allow_null=True)
    is_stable = drf.BooleanField()
    out_of_limits = IntegerField()
    inspected = IntegerField()


class FreezeLimitsSerializer(Serializer):
    """From the sample `first` to `last`, by their numbers, without those left out, and why."""

    first = IntegerField(min_value=1)
    last = IntegerField(min_value=1)
    left_out = drf.ListField(child=IntegerField(min_value=1), required=False, default=list, max_length=1000)
    reason = CharField(max_length=200)


class ControlChartViewSet(ReadOnlyViewSet):
    """Control charts."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "data": permissions.VIEW,
        "freeze": permissions.SET_LIMITS,
    }
    serializer_class = ControlChartSerializer
    queryset = ControlChart.objects.select_related("site", "material", "equipment")
    filterset_class = ControlChartFilters
    ordering_fields, ordering = ("plan_code", "id"), ("plan_code", "characteristic_code", "id")

    @extend_schema(responses=ChartDataSerializer)
    @action(detail=True, methods=["get"])
    def data(self, request: Request, pk: str) -> Response:
        """The last 30 points with limits and capability. Costs the same whatever the history."""
        return Response(ChartDataSerializer(chart_view(self.get_object())).data)

    @extend_schema(request=FreezeLimitsSerializer, responses={201: ControlLimitsSerializer})
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: str) -> Response:
        """Compute limits of samples and freeze them from now on."""
        body = FreezeLimitsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent: dict[str, Any] = body.validated_data
        basis = Basis(sent["first"], sent["last"], frozenset(sent["left_out"]))
        made = freeze(request.actor, self.get_object().pk, basis, sent["reason"])  # type: ignore[attr-defined]
        return Response(ControlLimitsSerializer(made).data, status=status.HTTP_201_CREATED)
