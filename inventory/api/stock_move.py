"""The ledger of stock in the API: read, and added to by acts. An act sent twice under its `op_uuid` counts once."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.naming import by_code, job_named, places_named, site_named
from inventory.filters import MoveFilters
from inventory.models import StockMove, StorageLocation
from inventory.selectors.numbered_piece import piece_named
from inventory.services import job_material, lots, stock
from inventory.services.bringing import Stuff
from mom.core.api.serializers import (
    CharField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotFound
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot
from mom.work import permissions as work_permissions


class MoveSerializer(ModelSerializer):
    """One leg of an act: more than zero came to the place, less than zero left it. Legs of one act share `act`."""

    site = CharField(source="site.code", read_only=True)
    act = drf.UUIDField(source="move_group", read_only=True)
    place = CharField(source="location.equipment.code", read_only=True)
    material = CharField(source="definition.code", read_only=True)
    lot = CharField(source="lot.code", read_only=True, allow_null=True, default=None)
    number = CharField(source="sublot.code", read_only=True, allow_null=True, default=None)
    job_order = IntegerField(source="job_response.job_order_id", read_only=True, allow_null=True, default=None)
    partner = CharField(source="partner.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = StockMove
        fields = (
            "id", "act", "site", "kind", "place", "material", "lot", "number", "quantity", "unit", "active_quantity",
            "job_order", "requirement", "partner", "note", "occurred_at", "occurred_until", "recorded_at",
            "recorded_by",
        )  # fmt: skip
        read_only_fields = fields


class ActSerializer(Serializer):
    """What every act says: its key, and when it happened if not now."""

    op_uuid = UUIDField(help_text="The key of the act, made where it was done.")
    occurred_at = DateTimeField(required=False, default=None, allow_null=True, help_text="Without it: now.")


class _Amount(ActSerializer):
    """A site's material or lot, a place, a quantity in the material's unit."""

    site = CharField(max_length=20, help_text="The site's code.")
    place = CharField(max_length=64, help_text="The place's code.")
    quantity = DecimalField(max_digits=18, decimal_places=6)


class ReceiveSerializer(_Amount):
    """What came in. A lot that is not known is added with it; without a number it gets the next of its range."""

    material = CharField(max_length=64)
    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    supplier_lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    expires_at = DateTimeField(required=False, default=None, allow_null=True)
    partner = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Who brought it.")


class _AmountOf(_Amount):
    """Of a lot, of a material that is kept without lots, or a numbered piece."""

    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    material = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Without lots.")
    number = CharField(
        max_length=100,
        required=False,
        default="",
        allow_blank=True,
        help_text="Of a piece; its quantity is 1. With `material` where several materials have this number.",
    )


class TransferSerializer(_AmountOf):
    """From `place` to `to`."""

    to = CharField(max_length=64, help_text="The code of the place that it is brought to.")


class ScrapSerializer(_AmountOf):
    """Thrown away, and why."""

    reason = CharField(max_length=200)


class ShipSerializer(_AmountOf):
    """Sent to a customer."""

    partner = CharField(max_length=64, help_text="The customer's code.")


class TakenSerializer(Serializer):
    """So much of a lot from a place."""

    lot = CharField(max_length=64)
    place = CharField(max_length=64)
    quantity = DecimalField(max_digits=18, decimal_places=6)


class ConsumeSerializer(ActSerializer):
    """What a job consumed; without `lines` all that is reserved for it and not taken yet."""

    job_order = IntegerField()
    lines = TakenSerializer(many=True, required=False, default=None, allow_null=True)


class ProduceSerializer(ActSerializer):
    """A lot that came of a job. A lot that is not known is added with it; without a number it gets the next."""

    job_order = IntegerField()
    output = IntegerField(required=False, default=None, allow_null=True, help_text="Without it: the main output.")
    place = CharField(max_length=64)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    expires_at = DateTimeField(required=False, default=None, allow_null=True)


_KEY = "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a10"
_RECEIVE = OpenApiExample(
    "A delivery",
    value={
        "op_uuid": _KEY, "site": "NORTH", "material": "P-1140", "place": "RACK-A1", "quantity": "500",
        "lot": "L-26-0417", "supplier_lot": "H88123", "expires_at": "2027-04-17T00:00:00+02:00", "partner": "S-104",
    },
    request_only=True,
)  # fmt: skip
_CONSUME = OpenApiExample(
    "Two lots",
    value={
        "op_uuid": _KEY, "job_order": 1,
        "lines": [{"lot": "L-26-0417", "place": "RACK-A1", "quantity": "120"},
                  {"lot": "L-26-0418", "place": "RACK-A2", "quantity": "8.5"}],
    },
    request_only=True,
)  # fmt: skip
_PRODUCE = OpenApiExample(
    "A finished lot",
    value={"op_uuid": _KEY, "job_order": 1, "place": "OUT-1", "quantity": "480", "lot": "P-26-0032"},
    request_only=True,
)


class StockMoveViewSet(ReadOnlyViewSet):
    """Moves of stock."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        **dict.fromkeys(("receive", "transfer", "scrap", "ship"), permissions.MOVE_STOCK),
        **dict.fromkeys(("consume", "produce"), permissions.CONSUME_STOCK),
    }
    serializer_class = MoveSerializer
    queryset = StockMove.objects.select_related(
        "site", "location__equipment", "definition", "lot", "sublot", "job_response", "partner"
    )
    filterset_class = MoveFilters
    ordering_fields, ordering = ("occurred_at", "id"), ("-occurred_at", "-id")

    @extend_schema(request=ReceiveSerializer, responses={201: MoveSerializer(many=True)}, examples=[_RECEIVE])
    @action(detail=False, methods=["post"])
    def receive(self, request: Request) -> Response:
        """Take in what a supplier brought."""
        sent = _sent(ReceiveSerializer, request)
        place = self._place(request, sent)
        new = lots.NewLot(sent["lot"], sent["supplier_lot"], sent["expires_at"])
        partner = _partner(place.site_id, sent["partner"]) if sent["partner"] else None
        material = _of(MaterialDefinition, place.site_id, sent["material"], "material")
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"]}
        quantity = sent["quantity"]
        if material.tracking == "lot" or new.code:
            moves = lots.receive_lot(request.actor, place, material, quantity, new, partner=partner, **act)  # type: ignore[attr-defined]
        else:
            moves = stock.receive(request.actor, place, material, quantity, partner=partner, **act)  # type: ignore[attr-defined]
        return self._added(moves)

    @extend_schema(request=TransferSerializer, responses={201: MoveSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def transfer(self, request: Request) -> Response:
        """Bring part of a lot, or a numbered piece, to another place."""
        sent = _sent(TransferSerializer, request)
        place = self._place(request, sent)
        target = places_named(place.site_id, [sent["to"]], "to")[sent["to"]]
        what = _what(place.site_id, sent)
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"]}
        return self._added(stock.transfer(request.actor, what, place, target, sent["quantity"], **act))  # type: ignore[attr-defined]

    @extend_schema(request=ScrapSerializer, responses={201: MoveSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def scrap(self, request: Request) -> Response:
        """Throw part of a lot, or a numbered piece, away."""
        sent = _sent(ScrapSerializer, request)
        place = self._place(request, sent)
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"], "reason": sent["reason"]}
        return self._added(stock.scrap(request.actor, _what(place.site_id, sent), place, sent["quantity"], **act))  # type: ignore[attr-defined]

    @extend_schema(request=ShipSerializer, responses={201: MoveSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def ship(self, request: Request) -> Response:
        """Send part of a lot, or a numbered piece, to a customer."""
        sent = _sent(ShipSerializer, request)
        place = self._place(request, sent)
        partner = _partner(place.site_id, sent["partner"])
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"], "partner": partner}
        return self._added(stock.ship(request.actor, _what(place.site_id, sent), place, sent["quantity"], **act))  # type: ignore[attr-defined]

    @extend_schema(request=ConsumeSerializer, responses={201: MoveSerializer(many=True)}, examples=[_CONSUME])
    @action(detail=False, methods=["post"])
    def consume(self, request: Request) -> Response:
        """Book what a job consumed; what was reserved is taken from its reservation."""
        sent, actor = self.understood(ConsumeSerializer, request), request.actor  # type: ignore[attr-defined]
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"]}
        if sent["lines"] is not None:
            job = job_named(actor, sent["job_order"])
            return self._added(job_material.consume(actor, job.pk, _taken(job.site_id, sent["lines"]), **act))
        try:
            moves = job_material.consume(actor, sent["job_order"], None, seen_by=work_permissions.VIEW, **act)
        except NotFound as missing:
            raise InvalidInput({"job_order": [missing.sentence]}) from None
        return self._added(moves)

    @extend_schema(request=ProduceSerializer, responses={201: MoveSerializer(many=True)}, examples=[_PRODUCE])
    @action(detail=False, methods=["post"])
    def produce(self, request: Request) -> Response:
        """Book a lot that came of a job."""
        sent = self.understood(ProduceSerializer, request)
        job = job_named(request.actor, sent["job_order"])  # type: ignore[attr-defined]
        place = places_named(job.site_id, [sent["place"]])[sent["place"]]
        new = lots.NewLot(sent["lot"], expires_at=sent["expires_at"])
        act = {"op_uuid": sent["op_uuid"], "at": sent["occurred_at"], "output_id": sent["output"]}
        return self._added(lots.produce_lot(request.actor, job.pk, place, sent["quantity"], new, **act))  # type: ignore[attr-defined]

    def _place(self, request: Request, sent: dict[str, Any]) -> StorageLocation:
        site = site_named(request.actor, sent["site"], permissions.MOVE_STOCK)  # type: ignore[attr-defined]
        return places_named(site.pk, [sent["place"]])[sent["place"]]

    def _added(self, moves: Sequence[StockMove]) -> Response:
        return Response(self.body_of(moves, many=True), status=status.HTTP_201_CREATED)


def _sent(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _of(model: Any, site_id: int, code: str, field: str) -> Any:
    return by_code(model.objects.filter(site=site_id).select_related("site"), "code", [code], field)[code]


def _lot(site_id: int, code: str) -> MaterialLot:
    rows = MaterialLot.objects.filter(site=site_id).select_related("site", "definition")
    return by_code(rows, "code", [code], "lot")[code]


def _what(site_id: int, sent: dict[str, Any]) -> Stuff:
    """The piece that is named, else the lot, else the material."""
    if sent["number"]:
        return piece_named(site_id, sent["number"], material=sent["material"], lot=sent["lot"])
    if sent["lot"]:
        return _lot(site_id, sent["lot"])
    found: MaterialDefinition = _of(MaterialDefinition, site_id, sent["material"], "material")
    return found


def _partner(site_id: int, code: str) -> BusinessPartner:
    found: BusinessPartner = _of(BusinessPartner, site_id, code, "partner")
    return found


def _taken(site_id: int, lines: Sequence[dict[str, Any]]) -> list[job_material.Taken]:
    if not lines:
        raise InvalidInput({"lines": [_("Give at least one lot.")]})
    rows = MaterialLot.objects.filter(site=site_id).select_related("site", "definition")
    found = by_code(rows, "code", [line["lot"] for line in lines], "lot")
    places = places_named(site_id, [line["place"] for line in lines])
    return [job_material.Taken(found[line["lot"]], places[line["place"]], line["quantity"]) for line in lines]
