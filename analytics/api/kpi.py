"""The KPI book and its values: `/api/v1/kpis/`."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.engine.book import BOOK, KPIS
from analytics.engine.kpi import Kpi, KpiValue, Trend
from analytics.selectors.kpis import kpi_table
from analytics.selectors.narrowing import NARROWS, only_from
from analytics.selectors.slices import By, Window
from analytics.services import recompute as recomputing
from mom.accounts.models import Site
from mom.core import clock
from mom.core.api.serializers import CharField, DateField, Serializer
from mom.core.api.task_run import TaskRunSerializer
from mom.core.api.viewsets import SiteScopedViewSet
from mom.core.errors import InvalidInput, NotFound
from mom.plant.engine.calendar import local_day

LONGEST_WINDOW = timedelta(days=731)
DEFAULT_WINDOW = timedelta(days=29)


class KpiSerializer(serializers.Serializer[Kpi]):
    """A KPI's definition."""

    id = serializers.CharField()
    name = serializers.SerializerMethodField()
    formula = serializers.CharField()
    unit = serializers.CharField(help_text="UN/ECE Recommendation 20 code; empty: the unit of the quantities.")
    trend = serializers.ChoiceField(choices=[each.value for each in Trend])
    source = serializers.CharField()
    version = serializers.IntegerField()
    note = serializers.SerializerMethodField()

    def get_name(self, kpi: Kpi) -> str:
        """In the reader's language."""
        return _(kpi.name)

    def get_note(self, kpi: Kpi) -> str:
        """In the reader's language; empty where there is nothing to add."""
        return _(kpi.note) if kpi.note else ""


class KpiListSerializer(serializers.Serializer[Any]):
    """The whole book."""

    results = KpiSerializer(many=True)


class KpiRowSerializer(serializers.Serializer[Any]):
    """A value of one slice. No value: `missing` says why."""

    key = serializers.CharField()
    label = serializers.CharField()
    value = serializers.DecimalField(max_digits=30, decimal_places=12, allow_null=True)
    unit = serializers.CharField()
    missing = serializers.CharField(allow_null=True)


class KpiValuesSerializer(serializers.Serializer[Any]):
    """A KPI by slices, and over all of them, computed from the sum of their parts."""

    kpi = serializers.CharField()
    version = serializers.IntegerField()
    first = DateField()
    last = DateField()
    by = serializers.ChoiceField(choices=[each.value for each in By])
    total = KpiRowSerializer()
    results = KpiRowSerializer(many=True)


class RecomputeSerializer(Serializer):
    """Which days are to be computed again."""

    site = CharField(max_length=20, help_text="The site's code.")
    first = DateField(help_text="First local day.")
    last = DateField(help_text="Last local day, included.")


_TEXT = OpenApiTypes.STR
_PARAMETERS = [
    OpenApiParameter("site", _TEXT, required=True, description="The site's code."),
    OpenApiParameter("by", _TEXT, enum=[each.value for each in By], description="What a row is; a day without it."),
    OpenApiParameter("first", OpenApiTypes.DATE, description="First local day; 30 days before the last without it."),
    OpenApiParameter("last", OpenApiTypes.DATE, description="Last local day, included; today without it."),
    *(OpenApiParameter(name, _TEXT, description=f"Only this {name}, by its code.") for name in NARROWS),
]
_EXAMPLE = OpenApiExample(
    "Quality ratio of a shop by machine",
    value={
        "kpi": "quality_ratio", "version": 1, "first": "2026-04-01", "last": "2026-04-30", "by": "machine",
        "total": {"key": "total", "label": "total", "value": "0.987500000000", "unit": "P1", "missing": None},
        "results": [
            {"key": "CNC-04", "label": "Machining centre", "value": "0.987500000000", "unit": "P1", "missing": None},
        ],
    },
    response_only=True,
)  # fmt: skip


class KpiViewSet(SiteScopedViewSet):
    """Every figure is defined once, with formula, unit, source and version."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "values_of": permissions.VIEW,
        "recompute": permissions.RECOMPUTE,
    }
    serializer_class = KpiSerializer
    pagination_class = None
    filter_backends = ()
    site_path = ""
    lookup_field = "id"
    lookup_value_regex = r"[^/]{1,100}"

    def known_parameters(self) -> set[str]:
        """The query parameters of this action."""
        return {"site", "by", "first", "last", *NARROWS} if self.action == "values_of" else {"fields"}

    @extend_schema(responses=KpiListSerializer)
    def list(self, request: Request) -> Response:
        """The KPI book."""
        return Response({"results": self.get_serializer(KPIS, many=True).data})

    @extend_schema(responses=KpiSerializer)
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the address names it so
        """One definition."""
        return Response(self.get_serializer(_kpi(id)).data)

    @extend_schema(responses=KpiValuesSerializer, parameters=_PARAMETERS, examples=[_EXAMPLE])
    @action(detail=True, url_path="values", url_name="values")
    def values_of(self, request: Request, id: str) -> Response:  # noqa: A002 - the address names it so
        """Its values over a window of local days, by machine, person, material, order, day, week or month."""
        kpi, query = _kpi(id), request.query_params
        site = self._site(query.get("site", ""))
        window, by = _window(site, query.get("first", ""), query.get("last", "")), _by(query.get("by", ""))
        table = kpi_table(kpi, site, window, by, only_from(site, {name: query.get(name, "") for name in NARROWS}))
        answer = {
            "kpi": kpi.id,
            "version": kpi.version,
            "first": window.first,
            "last": window.last,
            "by": by.value,
            "total": _row("total", "total", table.whole),
            "results": [_row(row.slice.key, row.slice.label, row.value) for row in table.rows],
        }
        return Response(KpiValuesSerializer(answer).data)

    @extend_schema(request=RecomputeSerializer, responses={202: TaskRunSerializer})
    @action(detail=False, methods=["post"], url_path="recompute")
    def recompute(self, request: Request) -> Response:
        """Have the days of a window computed again from the facts. The answer is long work to follow or cancel."""
        wish = RecomputeSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        asked = wish.validated_data
        actor = request.actor  # type: ignore[attr-defined]
        run = recomputing.request(actor, self._site(asked["site"]), asked["first"], asked["last"])
        return Response(TaskRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)

    def _site(self, code: str) -> Site:
        if not code:
            raise InvalidInput({"site": [_("Name the site, for example ?site=NORTH.")]}, status=400)
        site = Site.objects.filter(code=code).first()
        if site is None or not self.request.actor.may(permissions.VIEW, site.code):  # type: ignore[attr-defined]
            raise NotFound
        return site


def _kpi(name: str) -> Kpi:
    if name not in BOOK:
        raise NotFound(_("The KPI book has no such figure. /api/v1/kpis/ lists them."))
    return BOOK[name]


def _by(text: str) -> By:
    try:
        return By(text or By.DAY)
    except ValueError:
        known = ", ".join(each.value for each in By)
        raise InvalidInput({"by": [_("One of %(known)s.") % {"known": known}]}, status=400) from None


def _window(site: Site, first: str, last: str) -> Window:
    end = _day("last", last) or local_day(clock.now(), site.zone)
    start = _day("first", first) or (end - DEFAULT_WINDOW if end - date.min > DEFAULT_WINDOW else date.min)
    if end < start:
        raise InvalidInput({"last": [_("The last day is before the first.")]}, status=400)
    if end - start > LONGEST_WINDOW:
        raise InvalidInput({"first": [_("Ask for two years at most.")]}, status=400)
    return Window(start, end)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: [_("Give a day as 2026-04-16.")]}, status=400) from None


def _row(key: str, label: str, value: KpiValue) -> dict[str, Any]:
    number = None if value.value is None else round(value.value, 12)
    return {"key": key, "label": label, "value": number, "unit": value.unit, "missing": value.missing}
