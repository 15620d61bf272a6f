"""How machines are listened to, in the API: settings over time, and a new one."""

from typing import Any

from django_filters import CharFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.filters import BooleanFilter, SiteFilterSet
from mom.core.api.serializers import (
    CharField,
    DateTimeField,
    DecimalField,
    DurationField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.api.chosen import chosen, named, site_named
from mom.floor.engine.terms import PieceSource, SignalSource, StateModel
from mom.floor.engine.timeline_settings import DEFAULT, Listening
from mom.floor.models import MachineListening
from mom.floor.services.listening import set_listening
from mom.plant.models import Equipment

_SIGNALS, _PIECES = "messages or reports", "reports, counters or counters_less_scrap"
_MODELS = "own, packml, opcua_machinery, opcua_machine_tool or mtconnect"


class MachineListeningSerializer(ModelSerializer):
    """A setting and its time; a machine without one has the defaults."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)
    signal_source = drf.CharField(read_only=True, help_text=_SIGNALS)
    state_model = drf.CharField(read_only=True, help_text=_MODELS)
    piece_source = drf.CharField(read_only=True, help_text=_PIECES)

    class Meta:
        model = MachineListening
        fields = (
            "id", "site", "machine", "signal_source", "state_model", "piece_source", "heartbeat", "minor_stop",
            "counter_modulus", "valid_from", "valid_until",
        )  # fmt: skip
        read_only_fields = fields


class NewListeningSerializer(Serializer):
    """How a machine is listened to from an instant on (now, where it is left out)."""

    site = CharField(max_length=20)
    machine = CharField(max_length=64, help_text="The machine's code.")
    signal_source = CharField(max_length=8, required=False, default=DEFAULT.signal_source.value, help_text=_SIGNALS)
    state_model = CharField(max_length=18, required=False, default=DEFAULT.state_model.value, help_text=_MODELS)
    piece_source = CharField(max_length=19, required=False, default=DEFAULT.piece_source.value, help_text=_PIECES)
    heartbeat = DurationField(required=False, default=DEFAULT.heartbeat)
    minor_stop = DurationField(required=False, default=DEFAULT.minor_stop)
    counter_modulus = DecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True, default=None)
    valid_from = DateTimeField(required=False)
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class MachineListeningFilters(SiteFilterSet):
    """By site and machine; what holds now."""

    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    is_last = BooleanFilter(field_name="valid_until", lookup_expr="isnull", label="Without an end.")


class MachineListeningViewSet(ReadOnlyViewSet):
    """How machines are listened to. A new setting ends the one before; the past keeps its own."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.SET_LISTENING,
    }
    serializer_class = MachineListeningSerializer
    queryset = MachineListening.objects.select_related("site", "equipment")
    filterset_class = MachineListeningFilters
    ordering_fields, ordering = ("valid_from",), ("-valid_from",)

    @extend_schema(
        request=NewListeningSerializer,
        responses={201: MachineListeningSerializer},
        examples=[
            OpenApiExample(
                "PackML with counters",
                value={
                    "site": "NORRTAL",
                    "machine": "MOLD-03",
                    "state_model": "packml",
                    "piece_source": "counters",
                    "heartbeat": "PT2M",
                    "minor_stop": "PT1M30S",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Listen to a machine like this from an instant on; its timeline from there on is made again."""
        body = NewListeningSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        machine = named(Equipment, site_named(actor, sent["site"]).pk, sent["machine"], "machine")
        listening = Listening(
            signal_source=chosen(SignalSource, sent["signal_source"], "signal_source"),
            state_model=chosen(StateModel, sent["state_model"], "state_model"),
            piece_source=chosen(PieceSource, sent["piece_source"], "piece_source"),
            heartbeat=sent["heartbeat"],
            minor_stop=sent["minor_stop"],
            counter_modulus=sent["counter_modulus"],
        )
        row = set_listening(actor, machine, listening, valid_from=sent.get("valid_from"), reason=sent["reason"])
        return self.answer(self.queryset.get(pk=row.pk), status.HTTP_201_CREATED)
