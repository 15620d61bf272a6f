"""The KPI book and its values: `/api/v1/kpis/`."""

from datetime import date, timedelta

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.api.kpi_fields import (
    KpiListSerializer,
    KpiSerializer,
    KpiValuesSerializer,
    RecomputeSerializer,
    answer,
)
from analytics.api.why import WHY_PARAMETERS, WhySerializer, why_answer
from analytics.engine.book import BOOK, KPIS
from analytics.engine.kpi import Kpi
from analytics.selectors.narrowing import NARROWS, only_from
from analytics.selectors.series import POSSIBLE, By, Scope
from analytics.selectors.series_export import Asked, Figures, csv_lines, figures, parquet_chunks
from analytics.selectors.series_grid import STEPS
from analytics.selectors.slices import Window
from analytics.services import recompute as recomputing
from mom.accounts.models import Site
from mom.core import clock
from mom.core.api.task_run import TaskRunSerializer
from mom.core.api.viewsets import SiteScopedViewSet
from mom.core.errors import InvalidInput, NotFound
from mom.plant.engine.calendar import local_day

LONGEST_WINDOW = timedelta(days=731)
DEFAULT_WINDOW = timedelta(days=29)
LONGEST_BY = {By.HOUR: timedelta(days=31), By.SHIFT: timedelta(days=183)}
"""How far apart the days may lie by these steps, of many places: 200 machines give some hundred thousand rows then."""
PARQUET = "application/vnd.apache.parquet"
ASKED = frozenset({"site", "by", "step", "first", "last", "shift", "variant", *NARROWS})

_TEXT = OpenApiTypes.STR
_OF = {
    "machine": "Only this machine, or all machines of this line or area, by its code.",
    "person": "Only this person, by its code.",
    "material": "Only this material, by its code.",
    "order": "Only this order, by its code.",
}
_PARAMETERS = [
    OpenApiParameter("site", _TEXT, required=True, description="The site's code."),
    OpenApiParameter(
        "by", _TEXT, enum=[each.value for each in By],
        description="What a row is; a day without it, or the site where a figure can't be told apart by days.",
    ),
    OpenApiParameter(
        "step", _TEXT, enum=sorted(each.value for each in STEPS),
        description="Tell each row apart by time too, for figures of machines: a series for each machine, line, area, "
        "site or material.",
    ),
    OpenApiParameter("first", OpenApiTypes.DATE, description="First local day; 30 days before the last without it."),
    OpenApiParameter("last", OpenApiTypes.DATE, description="Last local day, included; today without it."),
    OpenApiParameter("shift", _TEXT, description="Only this shift, by its name; not of reports or whole orders."),
    OpenApiParameter("variant", _TEXT, description="Another formula of the figure, by its name in the book."),
    *(OpenApiParameter(name, _TEXT, description=_OF[name]) for name in NARROWS),
]  # fmt: skip
_ROW = {
    "key": "total", "label": "total", "at": "", "value": "0.683000000000", "unit": "P1", "per": "", "missing": None,
    "low": "0.651000000000", "high": "0.702000000000", "of": "", "target": "0.750000000000",
    "trust": {"mark": "fair", "completeness": "0.954000000000", "coded": "0.910000000000", "age": 12,
              "doubts": ["unknown_time"]},
    "piece_source": "counters",
}  # fmt: skip
_EXAMPLE = OpenApiExample(
    "OEE of a shop by machine",
    value={
        "kpi": "oee_index", "version": 1, "variant": "iso22400",
        "formula": "ideal time of good pieces / planned busy time (PBT)", "without_order": "planned_stop",
        "first": "2026-04-01", "last": "2026-04-30", "by": "machine", "step": "", "total": _ROW,
        "results": [_ROW | {"key": "CNC-04", "label": "Machining centre"}],
    },
    response_only=True,
)  # fmt: skip


class KpiViewSet(SiteScopedViewSet):
    """Every figure is defined once, with formula, unit, source and version."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "values_of": permissions.VIEW,
        "csv_of": permissions.VIEW,
        "parquet_of": permissions.VIEW,
        "why_of": permissions.VIEW,
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
        if self.action in {"values_of", "csv_of", "parquet_of"}:
            return set(ASKED)
        return {each.name for each in WHY_PARAMETERS} if self.action == "why_of" else {"fields"}

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
        """Its values over a window of local days, by place, person, material, order or time; with `step` by both."""
        return Response(KpiValuesSerializer(answer(self._figures(request, id))).data)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, parameters=_PARAMETERS)
    @action(detail=True, url_path="csv", url_name="csv")
    def csv_of(self, request: Request, id: str) -> StreamingHttpResponse:  # noqa: A002 - the address names it so
        """The same as CSV: a line for each value, the whole last, with unit, version, variant, interval and trust."""
        found = self._figures(request, id)
        return StreamingHttpResponse(
            csv_lines(found), content_type="text/csv; charset=utf-8", headers=_download(found, "csv")
        )

    @extend_schema(
        responses={(200, PARQUET): OpenApiTypes.BINARY}, parameters=_PARAMETERS
    )  # fmt: skip
    @action(detail=True, url_path="parquet", url_name="parquet")
    def parquet_of(self, request: Request, id: str) -> StreamingHttpResponse:  # noqa: A002 - the address names it so
        """The same as Parquet, values as decimals."""
        found = self._figures(request, id)
        return StreamingHttpResponse(parquet_chunks(found), content_type=PARQUET, headers=_download(found, "parquet"))

    @extend_schema(responses=WhySerializer, parameters=WHY_PARAMETERS)
    @action(detail=True, url_path="why", url_name="why")
    def why_of(self, request: Request, id: str) -> Response:  # noqa: A002 - the address names it so
        """The intervals, pieces and energy of one machine that make its figure, with where the raw messages stand."""
        kpi, query = _kpi(id), request.query_params
        site = self._site(query.get("site", ""))
        return Response(WhySerializer(why_answer(kpi, site, query, clock.now())).data)

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

    def _figures(self, request: Request, kpi_id: str) -> Figures:
        kpi, query = _kpi(kpi_id), request.query_params
        site = self._site(query.get("site", ""))
        window = chosen_window(site, query.get("first", ""), query.get("last", ""))
        usual = By.DAY if By.DAY in POSSIBLE[kpi.basis] else By.SITE
        by = _one_of(By, "by", query.get("by", "")) or usual
        step = _one_of(By, "step", query.get("step", ""))
        _check_length(window, by, step)
        only = only_from(site, {name: query.get(name, "") for name in NARROWS})
        scope = Scope(
            only.equipment, only.person, only.definition, only.work_request, query.get("shift", "") or None
        )  # fmt: skip
        variant = query.get("variant", "")
        if variant and variant not in kpi.variant_names:
            known = ", ".join(kpi.variant_names) or "-"
            raise InvalidInput({"variant": [_("One of %(known)s.") % {"known": known}]}, status=400)
        try:
            return figures(Asked(kpi, site, window, by, scope, variant, step), clock.now())
        except LookupError:
            raise InvalidInput({"by": [_("This figure can't be told apart so.")]}, status=400) from None

    def _site(self, code: str) -> Site:
        if not code:
            raise InvalidInput({"site": [_("Name the site, for example ?site=NORTH.")]}, status=400)
        site = Site.objects.filter(code=code).first()
        if site is None or not self.request.actor.may(permissions.VIEW, site.code):  # type: ignore[attr-defined]
            raise NotFound
        return site


def _download(found: Figures, kind: str) -> dict[str, str]:
    asked = found.asked
    name = f"{asked.kpi.id}-{asked.window.first}-{asked.window.last}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _kpi(name: str) -> Kpi:
    if name not in BOOK:
        raise NotFound(_("The KPI book has no such figure. /api/v1/kpis/ lists them."))
    return BOOK[name]


def _check_length(window: Window, by: By, step: By | None) -> None:
    """Raises: InvalidInput for more of many places than one answer holds."""
    longest = LONGEST_BY.get(step) if step is not None else None
    if longest is None or by == By.SITE or window.last - window.first <= longest:
        return
    days = {"days": longest.days + 1}
    words = _("Ask for %(days)d days at most by hour, or for days or weeks.") % days
    if step == By.SHIFT:
        words = _("Ask for %(days)d days at most by shift, for days or weeks, or for by=site.") % days
    raise InvalidInput({"first": [words]}, status=400)


def _one_of(kind: type[By], name: str, text: str) -> By | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise InvalidInput({name: [_("One of %(known)s.") % {"known": known}]}, status=400) from None


def chosen_window(site: Site, first: str, last: str) -> Window:
    """The local days that were asked for, by default the last thirty. Raises: InvalidInput."""
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
