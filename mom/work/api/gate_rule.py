"""Rules of the can-start gate in the API: what forbids a start, warns or isn't asked for, where."""

from typing import Any

from django_filters import CharFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import BooleanField, CharField, ChoiceField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.plant.models import Equipment
from mom.work import gate, permissions
from mom.work.api.naming import named, site_of
from mom.work.engine.terms import GateLevel
from mom.work.models import GateRule
from mom.work.models.labels import GATE_LEVEL
from mom.work.services import gate_rule


class GateRuleSerializer(ModelSerializer):
    """How much a source counts in an area; without one, at the whole site."""

    site = CharField(source="site.code", read_only=True)
    area = CharField(source="equipment.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = GateRule
        fields = ("id", "site", "source", "area", "level", "version")
        read_only_fields = fields


class NewGateRuleSerializer(Serializer):
    """What is set, and where."""

    site = CharField(max_length=20, help_text="The site's code.")
    source = CharField(max_length=40, help_text="A name from `sources/`.")
    area = CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        help_text="A machine, line or area; empty: the site.",
    )
    level = ChoiceField(choices=GATE_LEVEL.choices)
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class GateSourceSerializer(Serializer):
    """Something that is asked before a start, and how much it counts where no rule says otherwise."""

    name = CharField()
    label = CharField()
    level = ChoiceField(choices=GATE_LEVEL.choices)
    is_fixed = BooleanField(help_text="It always forbids: it is the state of the record itself.")


class GateSourcesSerializer(Serializer):
    """All of them, in the order in which they are asked."""

    sources = GateSourceSerializer(many=True)


class GateRuleFilters(SiteFilterSet):
    """Rules by site, source and area."""

    source = CharFilter()
    area = CharFilter(field_name="equipment__code", label="The area's code.")


class GateRuleViewSet(ReadOnlyViewSet):
    """What forbids a start, warns, or isn't asked for, by area."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "sources": permissions.VIEW,
        "create": permissions.SET_GATE,
    }
    serializer_class = GateRuleSerializer
    queryset = GateRule.objects.select_related("site", "equipment")
    filterset_class = GateRuleFilters
    ordering_fields, ordering = ("source", "id"), ("source", "id")

    @extend_schema(
        request=NewGateRuleSerializer,
        responses={200: GateRuleSerializer},
        examples=[
            OpenApiExample(
                "No start while material is short, in one hall",
                value={"site": "NORRTAL", "source": "inventory.material", "area": "MACHINING", "level": "block"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set how much a source counts in an area, or at the site; what was set there before is replaced."""
        body = NewGateRuleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor = request.actor  # type: ignore[attr-defined]
        site = site_of(actor, sent["site"])
        rule = gate_rule.set_level(
            actor,
            site,
            sent["source"],
            GateLevel(sent["level"]),
            equipment=named(Equipment, site.pk, sent["area"], "area") if sent["area"] else None,
            reason=sent["reason"],
        )
        return self.answer(self.queryset.get(pk=rule.pk))

    @extend_schema(responses=GateSourcesSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def sources(self, request: Request) -> Response:
        """Everything that is asked before a start."""
        return Response(GateSourcesSerializer({"sources": gate.sources()}).data)
