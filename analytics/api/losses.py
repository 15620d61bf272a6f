"""Lost time by reason: `/api/v1/analytics/losses/`."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.api.kpi import chosen_window
from analytics.engine.losses_pareto import ParetoBar, Rank
from analytics.selectors.machine_parts import Only
from analytics.selectors.narrowing import only_from
from analytics.selectors.series_losses import Losses, ranked_losses
from mom.accounts.models import Site
from mom.core.api.viewsets import SiteScopedViewSet
from mom.core.errors import InvalidInput, NotFound

_TEXT = OpenApiTypes.STR
NARROWED = ("machine", "material", "order")
_PARAMETERS = [
    OpenApiParameter("site", _TEXT, required=True, description="The site's code."),
    OpenApiParameter("first", OpenApiTypes.DATE, description="First local day; 30 days before the last without it."),
    OpenApiParameter("last", OpenApiTypes.DATE, description="Last local day, included; today without it."),
    OpenApiParameter("rank", _TEXT, enum=[each.value for each in Rank], description="Ranked by time or by stops."),
    OpenApiParameter("machine", _TEXT, description="Only this machine, line or area, by its code."),
    OpenApiParameter("material", _TEXT, description="Only while this material was made, by its code."),
    OpenApiParameter("order", _TEXT, description="Only of this order, by its code."),
    OpenApiParameter("shift", _TEXT, description="Only this shift, by its name."),
]


class LossReasonSerializer(serializers.Serializer[Any]):
    """Stopped time of one reason. No `reason`: nobody said why. Shares are of the whole in what is ranked by."""

    reason = serializers.CharField()
    name = serializers.CharField()
    seconds = serializers.DecimalField(max_digits=20, decimal_places=6)
    stops = serializers.IntegerField()
    share = serializers.DecimalField(max_digits=14, decimal_places=12)
    cumulative = serializers.DecimalField(max_digits=14, decimal_places=12)


class LossGroupSerializer(LossReasonSerializer):
    """A group of reasons, with its reasons ranked in the same way."""

    reasons = LossReasonSerializer(many=True)


class LossParetoSerializer(serializers.Serializer[Any]):
    """Lost and set-up time, two levels deep, largest first, what nobody explained last. Planned stops are no loss."""

    first = serializers.DateField()
    last = serializers.DateField()
    rank = serializers.CharField()
    results = LossGroupSerializer(many=True)


class LossViewSet(SiteScopedViewSet):
    """Where stopped time went, by reason."""

    required_perms = {"list": permissions.VIEW}
    serializer_class = LossParetoSerializer
    pagination_class = None
    filter_backends = ()
    site_path = ""

    def known_parameters(self) -> set[str]:
        """The query parameters."""
        return {each.name for each in _PARAMETERS}

    @extend_schema(responses=LossParetoSerializer, parameters=_PARAMETERS)
    def list(self, request: Request) -> Response:
        """The Pareto of a window of local days."""
        query = request.query_params
        site = Site.objects.filter(code=query.get("site", "")).first()
        if site is None or not request.actor.may(permissions.VIEW, site.code):  # type: ignore[attr-defined]
            raise NotFound
        window = chosen_window(site, query.get("first", ""), query.get("last", ""))
        try:
            rank = Rank(query.get("rank", "") or Rank.TIME)
        except ValueError:
            raise InvalidInput({"rank": [_("One of %(known)s.") % {"known": ", ".join(Rank)}]}, status=400) from None
        asked = only_from(site, {name: query.get(name, "") for name in NARROWED})
        only = Only(
            equipment=asked.equipment, definition=asked.definition, work_request=asked.work_request,
            shift=query.get("shift", "") or None,
        )  # fmt: skip
        found = ranked_losses(site, window, only, rank)
        answer = {"first": window.first, "last": window.last, "rank": rank.value,
                  "results": [_bar(found, bar) for bar in found.bars]}  # fmt: skip
        return Response(LossParetoSerializer(answer).data)


def _bar(found: Losses, bar: ParetoBar) -> dict[str, Any]:
    return {
        "reason": bar.key,
        "name": found.names.get(bar.key, bar.key),
        "seconds": Decimal(bar.duration).scaleb(-6),
        "stops": bar.count,
        "share": _rounded(bar.share),
        "cumulative": _rounded(bar.cumulative),
        "reasons": [_bar(found, each) for each in bar.reasons],
    }


def _rounded(share: Fraction) -> Decimal:
    return round(Decimal(share.numerator) / Decimal(share.denominator), 12)
