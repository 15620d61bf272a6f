"""What is promised to jobs, in the API."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import permissions
from inventory.api.naming import job_named
from inventory.filters import StockReservationFilters
from inventory.models import StockReservation
from inventory.services import stock_reservation
from mom.core.api.kept import shown
from mom.core.api.serializers import CharField, DecimalField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotFound
from mom.work import permissions as work_permissions


class StockReservationSerializer(ModelSerializer):
    """So much of a lot at a place, kept for a job; `taken` is what the job consumed of it."""

    site = CharField(source="site.code", read_only=True)
    job_order = IntegerField(source="requirement.job_order_id", read_only=True)
    job = CharField(source="requirement.job_order.code", read_only=True)
    material = CharField(source="balance.definition.code", read_only=True)
    lot = CharField(source="balance.lot.code", read_only=True, allow_null=True, default=None)
    place = CharField(source="balance.location.equipment.code", read_only=True)
    unit = CharField(source="balance.definition.unit", read_only=True)

    class Meta:
        model = StockReservation
        fields = (
            "id", "site", "job_order", "job", "requirement", "material", "lot", "place", "quantity", "taken", "unit",
            "reserved_at", "reserved_by", "released_at",
        )  # fmt: skip
        read_only_fields = fields


class ShortSerializer(Serializer):
    """A material of which less could be reserved than is needed."""

    material = CharField()
    needed = DecimalField(max_digits=18, decimal_places=6)
    reserved = DecimalField(max_digits=18, decimal_places=6)
    unit = CharField()


class ReservedSerializer(Serializer):
    """All that is reserved now, and what is short."""

    reserved = StockReservationSerializer(many=True)
    short = ShortSerializer(many=True)


class NewStockReservationSerializer(Serializer):
    """For one job, or for all open jobs of an order (its key on the spine)."""

    job_order = IntegerField(required=False, default=None, allow_null=True)
    work_request = IntegerField(required=False, default=None, allow_null=True)


class LetGoSerializer(Serializer):
    """Of which job, and why."""

    job_order = IntegerField()
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class LetGoneSerializer(Serializer):
    """How many reservations."""

    many = IntegerField()


_EXAMPLE = OpenApiExample("All jobs of an order", value={"work_request": 1}, request_only=True)


class StockReservationViewSet(ReadOnlyViewSet):
    """Stock that is kept for jobs."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.RESERVE_STOCK,
        "let_go": permissions.RESERVE_STOCK,
    }
    serializer_class = StockReservationSerializer
    queryset = StockReservation.objects.select_related(
        "site", "requirement__job_order", "balance__definition", "balance__lot", "balance__location__equipment"
    )
    filterset_class = StockReservationFilters
    ordering_fields, ordering = ("reserved_at", "id"), ("-id",)

    @extend_schema(request=NewStockReservationSerializer, responses={201: ReservedSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request) -> Response:
        """Reserve what is still needed, first what expires first. What is not there is told as short."""
        sent, actor = self.understood(NewStockReservationSerializer, request), request.actor  # type: ignore[attr-defined]
        if (sent["job_order"] is None) == (sent["work_request"] is None):
            raise InvalidInput({"job_order": [_("Give either a job or an order.")]})
        seen_by = work_permissions.VIEW
        try:
            if sent["job_order"] is not None:
                reserved, short = stock_reservation.reserve(actor, [sent["job_order"]], seen_by=seen_by)
            else:
                reserved, short = stock_reservation.reserve_order(actor, sent["work_request"], seen_by=seen_by)
        except NotFound:
            wrong = {"job_order": _("There is no such job."), "work_request": _("There is no such order with jobs.")}
            raise InvalidInput({name: [wrong[name]] for name in wrong if sent[name] is not None}) from None
        answer = shown(ReservedSerializer, {"reserved": reserved, "short": short}, self.get_serializer_context())
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(request=LetGoSerializer, responses=LetGoneSerializer)
    @action(detail=False, methods=["post"], url_path="let-go")
    def let_go(self, request: Request) -> Response:
        """Let go of all that is reserved for a job and not taken."""
        body = LetGoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor = request.actor  # type: ignore[attr-defined]
        job = job_named(actor, body.validated_data["job_order"])
        return Response({"many": stock_reservation.let_go(actor, job.pk, reason=body.validated_data["reason"])})
