"""Control plans in the API: versions read, added as drafts, approved; their characteristics."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.plant.models import Equipment, MaterialDefinition
from quality import permissions
from quality.api.naming import one, site_named, some
from quality.engine.nelson import ALL_RULES
from quality.engine.terms import CharacteristicKind, ChartKind
from quality.filters import CharacteristicFilters, ControlPlanFilters
from quality.models import Characteristic, ControlPlan
from quality.models.labels import CHARACTERISTIC_KIND, CHART_KIND, PLAN_STATUS
from quality.selectors.control_plan import with_characteristics
from quality.services import control_plan as service

_OWN = (
    "code", "name", "kind", "operation", "machine", "nominal", "lower_limit", "upper_limit", "unit", "method",
    "gauge_type", "sample_size", "is_first_off", "every_pieces", "every_minutes", "is_after_setup",
    "after_stop_minutes", "is_blocking", "chart", "rules", "reaction",
)  # fmt: skip


class CharacteristicSerializer(ModelSerializer):
    """What of a product is inspected, how, how often, and what to do when it is not right."""

    machine = CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    kind = drf.ChoiceField(choices=CHARACTERISTIC_KIND.choices, read_only=True)
    chart = drf.ChoiceField(choices=CHART_KIND.choices, read_only=True)

    class Meta:
        model = Characteristic
        fields = ("id", "control_plan", "position", *_OWN)
        read_only_fields = fields


class ControlPlanSerializer(ModelSerializer):
    """One version of how a product is watched while it is made."""

    site = CharField(source="site.code", read_only=True)
    version = IntegerField(source="number", read_only=True)
    material = CharField(source="material.code", read_only=True)
    status = drf.ChoiceField(choices=PLAN_STATUS.choices, read_only=True)
    characteristics = CharacteristicSerializer(source="characteristics.all", many=True, read_only=True)

    class Meta:
        model = ControlPlan
        fields = (
            "id", "site", "code", "version", "name", "material", "status", "characteristics", "created_at",
            "created_by", "approved_at", "approved_by",
        )  # fmt: skip
        read_only_fields = fields


def _limit() -> Any:
    return DecimalField(max_digits=18, decimal_places=6, required=False, default=None, allow_null=True)


def _count(text: str, least: int = 1) -> Any:
    return IntegerField(required=False, default=None, allow_null=True, min_value=least, max_value=10**6, help_text=text)


class NewCharacteristicSerializer(Serializer):
    """A characteristic of a new version; limits in `unit`. It may come due in several ways."""

    code = CharField(max_length=64, help_text="The balloon number on the drawing.")
    name = CharField(max_length=200)
    kind = ChoiceField(choices=CHARACTERISTIC_KIND.choices, default=CharacteristicKind.VARIABLE.value)
    operation = CharField(max_length=200, required=False, default="", allow_blank=True)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True)
    nominal, lower_limit, upper_limit = _limit(), _limit(), _limit()
    unit = CharField(max_length=3, required=False, default="", allow_blank=True)
    method = CharField(max_length=200, required=False, default="", allow_blank=True)
    gauge_type = CharField(max_length=100, required=False, default="", allow_blank=True)
    sample_size = IntegerField(required=False, default=1, min_value=1, max_value=1000)
    is_first_off = BooleanField(required=False, default=False)
    every_pieces = _count("Comes due every so many pieces.")
    every_minutes = _count("Comes due every so many minutes while the job runs.")
    is_after_setup = BooleanField(required=False, default=False)
    after_stop_minutes = _count("Comes due after a stop of at least so many minutes.", least=0)
    is_blocking = BooleanField(required=False, default=False, help_text="The next start waits for it.")
    chart = ChoiceField(choices=CHART_KIND.choices, default=ChartKind.NONE.value)
    rules = drf.ListField(child=IntegerField(min_value=1, max_value=8), required=False, default=list(ALL_RULES))
    reaction = CharField(max_length=2000, required=False, default="", allow_blank=True)


class NewControlPlanSerializer(Serializer):
    """A product and what of it is inspected, in order."""

    site = CharField(max_length=20)
    code = CharField(max_length=64, help_text="A code that is there gets its next version.")
    name = CharField(max_length=200, required=False, default="", allow_blank=True)
    material = CharField(max_length=64, help_text="The product.")
    characteristics = NewCharacteristicSerializer(many=True)


_EXAMPLE = OpenApiExample(
    "A bore and a look",
    value={
        "site": "NORTH", "code": "CP-4410", "material": "P-4410",
        "characteristics": [
            {"code": "1", "name": "Bore 42 H7", "lower_limit": "42.000", "upper_limit": "42.025", "unit": "MMT",
             "sample_size": 5, "every_pieces": 50, "chart": "xbar_r", "is_blocking": True,
             "reaction": "Measure five pieces now. Check the insert."},
            {"code": "2", "name": "Burr on bore edge", "kind": "visual", "is_first_off": True},
        ],
    },
    request_only=True,
)  # fmt: skip


class ControlPlanViewSet(CreateMixin, ReadOnlyViewSet):
    """Versions of control plans."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.CHANGE_PLAN,
        "approve": permissions.APPROVE_PLAN,
    }
    serializer_class = ControlPlanSerializer
    queryset = with_characteristics(ControlPlan.objects.all())
    filterset_class = ControlPlanFilters
    ordering_fields, ordering = ("code", "number", "created_at"), ("code", "-number")

    @extend_schema(request=NewControlPlanSerializer, responses={201: ControlPlanSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add the next version, as a draft."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewControlPlanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> ControlPlan:
        site = site_named(actor, data["site"], permissions.CHANGE_PLAN)
        machines = some(
            Equipment, site.pk, {each["machine"] for each in data["characteristics"] if each["machine"]}, "machine"
        )
        material = one(MaterialDefinition, site.pk, data["material"], "material")
        found = [_characteristic(each, machines) for each in data["characteristics"]]
        made = service.create(actor, site, service.NewPlan(data["code"], material, found, name=data["name"]))
        return self.queryset.get(pk=made.pk)

    @extend_schema(request=None, responses=ControlPlanSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve a draft: it asks for inspections from now on; the version before it is retired."""
        service.approve(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return self.answer(self.get_object())


class CharacteristicViewSet(ReadOnlyViewSet):
    """Characteristics of all versions of control plans."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
    serializer_class = CharacteristicSerializer
    queryset = Characteristic.objects.select_related("site", "equipment")
    filterset_class = CharacteristicFilters
    ordering_fields, ordering = ("position", "id"), ("control_plan", "position")


def _characteristic(data: dict[str, Any], machines: dict[str, Equipment]) -> service.NewCharacteristic:
    values = dict(data)
    machine = machines.get(values.pop("machine"))
    kind, chart = CharacteristicKind(values.pop("kind")), ChartKind(values.pop("chart"))
    return service.NewCharacteristic(equipment=machine, kind=kind, chart=chart, **values)
