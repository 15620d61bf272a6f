"""What time without an order counts as: rules listed, read, set from an instant on. `/api/v1/analytics/reckonings/`."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from analytics import permissions
from analytics.api.target import site_to_set
from analytics.models import Reckoning
from analytics.services.reckoning import CHOICES, reckoning_set
from mom.core.actor import Actor
from mom.core.api.filters import SiteHoldingFilterSet
from mom.core.api.serializers import CharField, ChoiceField, IntegerField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet


class ReckoningSerializer(ModelSerializer):
    """What a shift's time without order or reservation counts as: `planned_stop` (ISO 22400) or `lost`."""

    id = IntegerField(read_only=True)
    site = CharField(max_length=20, source="site.code", help_text="The site's code.")
    without_order = ChoiceField(choices=CHOICES)

    class Meta:
        model = Reckoning
        fields = ("id", "site", "without_order", "valid_from", "valid_until")
        read_only_fields = ("valid_until",)
        validators: list[object] = []


class ReckoningFilters(SiteHoldingFilterSet):
    """By site and instant."""

    class Meta:
        model = Reckoning
        fields = {"without_order": ["exact"]}


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "Lost time from May on",
                value={"site": "NORRTAL", "without_order": "lost", "valid_from": "2026-05-01T00:00:00+02:00"},
                request_only=True,
            )
        ]
    )
)
class ReckoningViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """Rules of reckoning, from when until when. A new one ends the one before; past figures are made again."""

    required_perms = {
        "list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.SET_RECKONING,
    }  # fmt: skip
    queryset = Reckoning.objects.select_related("site")
    serializer_class = ReckoningSerializer
    filterset_class = ReckoningFilters
    ordering_fields = ("valid_from", "id")
    ordering = ("-valid_from",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Reckoning:
        """Set it through the service."""
        site = site_to_set(actor, data["site"]["code"], permissions.SET_RECKONING)
        return reckoning_set(actor, site, data["without_order"], data["valid_from"])
