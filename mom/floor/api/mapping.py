"""What state codes mean, in the API: everybody's meanings, a site's own, and a new one."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import CharFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.filters import FilterSet
from mom.core.api.serializers import CharField, DateTimeField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.floor import permissions
from mom.floor.api.chosen import chosen, site_named
from mom.floor.engine.meaning import Meaning
from mom.floor.engine.terms import MachineState, StateModel
from mom.floor.models import StateMapping
from mom.floor.services.mapping import end_meaning, set_meaning
from mom.plant.engine.terms import LossClass, TimeClass

_MODELS = "own, packml, opcua_machinery, opcua_machine_tool or mtconnect"
_STATES = "run, idle, setup, plan, down or off"


class StateMeaningSerializer(ModelSerializer):
    """What a code counts as. `site` null: everybody's; a site's own goes before. Empty `mode`: whatever the mode."""

    site = drf.CharField(source="site.code", read_only=True, allow_null=True, default=None)
    state_model = drf.CharField(read_only=True, help_text=_MODELS)
    state = drf.CharField(read_only=True, help_text=_STATES)
    time_class = drf.CharField(read_only=True)
    time_class_without_order = drf.CharField(read_only=True)
    loss_class = drf.CharField(read_only=True)

    class Meta:
        model = StateMapping
        fields = (
            "id", "site", "state_model", "code", "mode", "state", "time_class", "time_class_without_order",
            "loss_class", "valid_from", "valid_until",
        )  # fmt: skip
        read_only_fields = fields


class NewMeaningSerializer(Serializer):
    """What a code means at a site from an instant on (now, where it is left out)."""

    site = CharField(max_length=20)
    state_model = CharField(max_length=18, help_text=_MODELS)
    code = CharField(max_length=64, help_text="As the machine sends it.")
    mode = CharField(max_length=32, required=False, default="", allow_blank=True)
    state = CharField(max_length=5, help_text=_STATES)
    time_class = CharField(max_length=20, help_text="While an order runs, or is due.")
    time_class_without_order = CharField(max_length=20, required=False, help_text="As `time_class` if left out.")
    loss_class = CharField(max_length=20, required=False, default=LossClass.NONE.value)
    valid_from = DateTimeField(required=False)
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class MeaningEndSerializer(Serializer):
    """When it ends (now, where it is left out), and why."""

    at = DateTimeField(required=False)
    reason = CharField(min_length=2, max_length=200)


class StateMeaningFilters(FilterSet):
    """By vocabulary, code and site."""

    site = CharFilter(field_name="site__code", label="The site's code: its own meanings.")
    state_model = CharFilter(label=_MODELS)
    code = CharFilter(field_name="code", lookup_expr="iexact")


class StateMeaningViewSet(ReadOnlyViewSet):
    """Meanings of state codes, with their validity."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.SET_LISTENING,
        "end": permissions.SET_LISTENING,
    }
    serializer_class = StateMeaningSerializer
    queryset = StateMapping.objects.select_related("site")
    filterset_class = StateMeaningFilters
    ordering_fields, ordering = ("state_model", "code", "valid_from", "id"), ("-id",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """Everybody's rows and those of the asker's sites."""
        sites = actor.sites_with(permission)
        return self.queryset.all() if sites is None else self.queryset.filter(Q(site=None) | Q(site__code__in=sites))

    def site_of(self, instance: Any) -> str | None:
        """None for everybody's."""
        return instance.site.code if instance.site else None

    @extend_schema(
        request=NewMeaningSerializer,
        responses={201: StateMeaningSerializer},
        examples=[
            OpenApiExample(
                "A code of a site's own",
                value={
                    "site": "NORRTAL",
                    "state_model": "own",
                    "code": "WARMUP",
                    "state": "setup",
                    "time_class": "setup",
                    "loss_class": "setup_adjustment",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what a code means; timelines that hold it from there on are made again."""
        body = NewMeaningSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        meaning = Meaning(
            chosen(MachineState, sent["state"], "state"),
            chosen(TimeClass, sent["time_class"], "time_class"),
            chosen(
                TimeClass,
                sent.get("time_class_without_order") or sent["time_class"],
                "time_class_without_order",
            ),
            chosen(LossClass, sent["loss_class"], "loss_class"),
        )
        model = chosen(StateModel, sent["state_model"], "state_model")
        site = site_named(actor, sent["site"])
        row = set_meaning(
            actor,
            site,
            model,
            sent["code"],
            sent["mode"],
            meaning,
            valid_from=sent.get("valid_from"),
            reason=sent["reason"],
        )
        return self.answer(self.queryset.get(pk=row.pk), status.HTTP_201_CREATED)

    @extend_schema(request=MeaningEndSerializer, responses=StateMeaningSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The site's own meaning ends; everybody's holds again."""
        row = self.get_object()
        body = MeaningEndSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        end_meaning(actor, row.pk, at=sent.get("at"), reason=sent["reason"])
        return self.answer(self.queryset.get(pk=row.pk))
