"""Reservations in the API: made within the capacity, and given back."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, DateTimeField, DecimalField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.plant.models import Equipment
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.filters import ReservationFilters
from mom.work.models import EquipmentReservation, JobOrder
from mom.work.services import equipment_reservation


class ReservationSerializer(ModelSerializer):
    """A stretch in which a job may have a machine, or `amount` of its places or quantity."""

    site = CharField(source="site.code", read_only=True)
    job = CharField(source="job_order.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)

    class Meta:
        model = EquipmentReservation
        fields = ("id", "site", "job_order", "job", "equipment", "machine", "started_at", "ended_at", "amount")
        read_only_fields = fields


class NewReservationSerializer(Serializer):
    """What is reserved, for which job, from when to when."""

    job_order = IntegerField()
    machine = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Without it the job's.")
    started_at = DateTimeField()
    ended_at = DateTimeField()
    amount = DecimalField(max_digits=18, decimal_places=6, required=False, default=Decimal(1))


_EXAMPLE = OpenApiExample(
    "A machine for a morning",
    value={"job_order": 1, "started_at": "2026-04-16T06:00:00+02:00", "ended_at": "2026-04-16T10:00:00+02:00"},
    request_only=True,
)


class ReservationViewSet(CreateMixin, ReadOnlyViewSet):
    """Reservations of machines; they overlap only up to the capacity."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.DISPATCH_JOB_ORDER,
        "destroy": permissions.DISPATCH_JOB_ORDER,
    }
    serializer_class = ReservationSerializer
    queryset = EquipmentReservation.objects.select_related("site", "job_order", "equipment")
    filterset_class = ReservationFilters
    ordering_fields, ordering = ("started_at", "ended_at"), ("started_at",)

    @extend_schema(request=NewReservationSerializer, responses={201: ReservationSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reserve. Refused with `equipment_reserved` or `capacity_exceeded` where others have it."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewReservationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> EquipmentReservation:
        jobs = for_actor(JobOrder.objects.all(), actor, permissions.VIEW)
        job = jobs.filter(pk=data["job_order"]).first()
        if job is None:
            raise InvalidInput({"job_order": [_("There is no such job.")]})
        machine = named(Equipment, job.site_id, data["machine"], "machine") if data["machine"] else None
        made = equipment_reservation.reserve(
            actor,
            job.pk,
            start=data["started_at"],
            end=data["ended_at"],
            equipment=machine,
            amount=data["amount"],
        )
        return self.queryset.get(pk=made.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give the machine back."""
        equipment_reservation.release(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)
