"""Holds in the API: lots taken out of use together, and given back together."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ListField

from inventory import permissions
from inventory.api.naming import by_code, site_named
from inventory.filters import HoldFilters
from inventory.models import HeldLot, LotHold
from inventory.services import lot_hold
from mom.core.api.serializers import (
    CharField,
    ChoiceField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import MaterialLot

ALSO = (("", "Only these"), ("downstream", "Everything made of them"), ("siblings", "Everything made of what they are"))


class HoldSerializer(ModelSerializer):
    """Lots that were taken out of use together."""

    site = CharField(source="site.code", read_only=True)
    origin = CharField(source="origin.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = LotHold
        fields = (
            "id", "site", "code", "reason", "origin", "is_everything_affected", "held_at", "held_by",
            "released_at", "released_by", "release_reason",
        )  # fmt: skip
        read_only_fields = fields


class HeldLotSerializer(ModelSerializer):
    """A lot in a hold, what it was before, when it joined (null: with the hold itself), and when it left."""

    lot = CharField(source="lot.code", read_only=True)
    material = CharField(source="lot.definition.code", read_only=True)

    class Meta:
        model = HeldLot
        fields = ("id", "lot", "material", "was", "joined_at", "released_at")
        read_only_fields = fields


class NewHoldSerializer(Serializer):
    """Which lots, why, and with `also` everything that is affected."""

    site = CharField(max_length=20, help_text="The site's code.")
    lots = ListField(child=CharField(max_length=64), min_length=1, max_length=1000)
    reason = CharField(max_length=200)
    also = ChoiceField(choices=ALSO, allow_blank=True, required=False, default="")


class EndHoldSerializer(Serializer):
    """Why it ends, and which lots leave; without them all."""

    reason = CharField(max_length=200)
    lots = ListField(child=CharField(max_length=64), required=False, default=None, allow_null=True, max_length=1000)


_EXAMPLE = OpenApiExample(
    "A supplier's lot and everything made of it",
    value={"site": "NORRTAL", "lots": ["L-26-0417"], "reason": "Wrong alloy", "also": "downstream"},
    request_only=True,
)


class HoldViewSet(ReadOnlyViewSet):
    """Holds of lots."""

    required_perms = {
        **dict.fromkeys(("list", "retrieve", "lots"), permissions.VIEW),
        "create": permissions.HOLD_LOTS,
        "release": permissions.RELEASE_LOTS,
    }
    serializer_class = HoldSerializer
    queryset = LotHold.objects.select_related("site", "origin")
    filterset_class = HoldFilters
    ordering_fields, ordering = ("held_at", "id"), ("-held_at", "-id")

    @extend_schema(request=NewHoldSerializer, responses={201: HoldSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request) -> Response:
        """Hold lots, alone or with everything that is affected, in one act."""
        sent, actor = _sent(NewHoldSerializer, request), request.actor  # type: ignore[attr-defined]
        site = site_named(actor, sent["site"], permissions.HOLD_LOTS)
        rows = MaterialLot.objects.filter(site=site)
        lots = by_code(rows, "code", sent["lots"], "lots").values()
        return self.answer(
            lot_hold.hold_affected(actor, [lot.pk for lot in lots], sent["reason"], also=sent["also"]),
            status.HTTP_201_CREATED,
        )

    @extend_schema(responses=HeldLotSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def lots(self, request: Request, pk: str) -> Response:
        """The lots of a hold."""
        rows = self.get_object().lots.select_related("lot__definition").order_by("lot__code")
        return Response(HeldLotSerializer(rows, many=True).data)

    @extend_schema(request=EndHoldSerializer, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """End a hold, or take some lots out of it. What another hold keeps stays held."""
        sent, row = _sent(EndHoldSerializer, request), self.get_object()
        keys = None
        if sent["lots"] is not None:
            lots = MaterialLot.objects.filter(site=row.site_id)
            keys = [lot.pk for lot in by_code(lots, "code", sent["lots"], "lots").values()]
        return self.answer(lot_hold.release(request.actor, row.pk, sent["reason"], lots=keys))  # type: ignore[attr-defined]


def _sent(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
