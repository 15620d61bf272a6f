"""Jobs that move stock, in the API. The ledger follows when the job is finished."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.naming import by_code, places_named, site_named
from inventory.filters import MoveJobFilters
from inventory.models import StockTransfer
from inventory.services import stock_transfer
from inventory.services.bringing import Stuff
from mom.core.api.serializers import CharField, DateTimeField, DecimalField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import MaterialDefinition, MaterialLot


class MoveJobSerializer(ModelSerializer):
    """What a job is to bring where; `moved` is what was really brought, where somebody said so."""

    site = CharField(source="site.code", read_only=True)
    job_order = IntegerField(source="job_order_id", read_only=True)
    status = CharField(source="job_order.status", read_only=True, help_text="Of the job.")
    material = CharField(source="definition.code", read_only=True)
    lot = CharField(source="lot.code", read_only=True, allow_null=True, default=None)
    unit = CharField(source="definition.unit", read_only=True)
    place = CharField(source="source.equipment.code", read_only=True)
    to = CharField(source="target.equipment.code", read_only=True)

    class Meta:
        model = StockTransfer
        fields = (
            "id", "site", "code", "job_order", "status", "material", "lot", "quantity", "unit", "place", "to", "moved",
            "done_at",
        )  # fmt: skip
        read_only_fields = fields


class NewMoveJobSerializer(Serializer):
    """What is to be brought where; a material that is kept by lot needs its lot."""

    site = CharField(max_length=20, help_text="The site's code.")
    material = CharField(max_length=64, required=False, default="", allow_blank=True)
    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    place = CharField(max_length=64, help_text="The code of the place that it lies at.")
    to = CharField(max_length=64, help_text="The code of the place that it is brought to.")
    due_at = DateTimeField(required=False, default=None, allow_null=True)


class MovedSerializer(Serializer):
    """What is really brought, and where to, where that is not as planned."""

    quantity = DecimalField(max_digits=18, decimal_places=6, required=False, default=None, allow_null=True)
    to = CharField(max_length=64, required=False, default="", allow_blank=True)


class MoveJobViewSet(ReadOnlyViewSet):
    """Jobs that move stock."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.MOVE_STOCK,
        "moved": permissions.MOVE_STOCK,
    }
    serializer_class = MoveJobSerializer
    queryset = StockTransfer.objects.select_related(
        "site", "job_order", "definition", "lot", "source__equipment", "target__equipment"
    )
    filterset_class = MoveJobFilters
    ordering_fields, ordering = ("id",), ("-id",)

    @extend_schema(request=NewMoveJobSerializer, responses={201: MoveJobSerializer})
    def create(self, request: Request) -> Response:
        """Have stock brought: its job stands on the dispatch list."""
        sent, actor = _sent(NewMoveJobSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.MOVE_STOCK)
        place = places_named(site.pk, [sent["place"]])[sent["place"]]
        to = places_named(site.pk, [sent["to"]], "to")[sent["to"]]
        what: Stuff
        if sent["lot"]:
            rows = MaterialLot.objects.filter(site=site).select_related("definition")
            what = by_code(rows, "code", [sent["lot"]], "lot")[sent["lot"]]
        else:
            materials = MaterialDefinition.objects.filter(site=site)
            what = by_code(materials, "code", [sent["material"]], "material")[sent["material"]]
        made = stock_transfer.ask(actor, what, place, to, sent["quantity"], due_at=sent["due_at"])
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=MovedSerializer, responses=MoveJobSerializer)
    @action(detail=True, methods=["post"])
    def moved(self, request: Request, pk: str) -> Response:
        """Say before the job is finished what is really brought, or where else to."""
        sent, row = _sent(MovedSerializer, request), self.get_object()
        to = places_named(row.site_id, [sent["to"]], "to")[sent["to"]] if sent["to"] else None
        actor = request.actor  # type: ignore[attr-defined]
        return self.answer(stock_transfer.say_moved(actor, row.code, row.site.code, sent["quantity"], target=to))


def _sent(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
