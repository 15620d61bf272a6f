"""The hour board, its entries, the notes of a shift and its report in the API."""

from datetime import date
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.api.board_fields import BoardSerializer, ShiftReportSerializer, board_answer, report_answer
from analytics.engine.oee import School
from analytics.models import BoardEntry, ShiftNote
from analytics.selectors import board as boards
from analytics.selectors.board_shifts import ShownShift, reach_of, shown_shift
from analytics.selectors.losses import PlantTree
from analytics.selectors.shift_report import shift_report
from analytics.services import board as service
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.api.filters import FilterSet, InstantFilter
from mom.core.api.serializers import CharField, DateField, DateTimeField, IntegerField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet, UpdateMixin
from mom.core.errors import InvalidInput, NotAllowed, NotFound
from mom.plant.selectors.calendar import shift_patterns_by_equipment, site_plan
from mom.plant.selectors.equipment import equipment_get

_TEXT = OpenApiTypes.STR
_SHIFT = [
    OpenApiParameter("site", _TEXT, required=True, description="The site's code."),
    OpenApiParameter("day", OpenApiTypes.DATE, description="The shift's day; the running shift without it."),
    OpenApiParameter("shift", _TEXT, description="The shift's code; of a day its first without it."),
]


class BoardEntrySerializer(ModelSerializer):
    """Cause and action of an hour, with who wrote them last. Every version is kept."""

    id = IntegerField(read_only=True)
    site = CharField(max_length=20, source="site.code", help_text="The site's code.")
    equipment = CharField(max_length=64, source="equipment.code", help_text="Code of a line, area or machine.")
    hour = DateTimeField(help_text="First instant of an hour of the plant's clock.")

    class Meta:
        model = BoardEntry
        fields = ("id", "site", "equipment", "hour", "cause", "action", "written_at", "written_by", "version")
        read_only_fields = ("written_at", "written_by", "version")
        validators: list[object] = []


class BoardEntryFilters(FilterSet):
    """By site, place and time."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    equipment = django_filters.CharFilter(field_name="equipment__code", label="Code of a line, area or machine.")
    since = InstantFilter(field_name="hour", lookup_expr="gte", label="Hours from this instant on.")
    until = InstantFilter(field_name="hour", lookup_expr="lt", label="Hours before this instant.")

    class Meta:
        model = BoardEntry
        fields: list[str] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "Coolant pressure",
                value={
                    "site": "NORRTAL", "equipment": "CNC-04", "hour": "2026-04-16T08:00:00+02:00",
                    "cause": "Coolant pressure low", "action": "Filter is changed at 11:00",
                },
                request_only=True,
            )
        ]
    )
)  # fmt: skip
class BoardEntryViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, SiteScopedViewSet):
    """Why an hour missed its plan, and what is done about it."""

    required_perms = {
        "list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.KEEP_BOARD,
        "partial_update": permissions.KEEP_BOARD,
    }  # fmt: skip
    http_method_names = ["get", "post", "patch", "head", "options"]
    queryset = BoardEntry.objects.select_related("site", "equipment")
    serializer_class = BoardEntrySerializer
    filterset_class = BoardEntryFilters
    ordering_fields, ordering = ("hour", "id"), ("-hour", "-id")

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> BoardEntry:
        """Write it through the service; an hour that has an entry is changed by PATCH."""
        site = _writable(actor, data["site"]["code"])
        return service.entry_write(
            actor, site, data["equipment"]["code"], data["hour"],
            cause=data.get("cause", ""), action=data.get("action", ""), version=0,
        )  # fmt: skip

    def perform_update(self, actor: Actor, instance: BoardEntry, data: dict[str, Any], version: int) -> BoardEntry:
        """Write over what was read; place and hour stay."""
        return service.entry_write(
            actor, instance.site, instance.equipment.code, instance.hour,
            cause=data.get("cause", instance.cause), action=data.get("action", instance.action), version=version,
        )  # fmt: skip


class ShiftNoteSerializer(ModelSerializer):
    """A note on a shift. It is written once and stays."""

    id = IntegerField(read_only=True)
    site = CharField(max_length=20, source="site.code", help_text="The site's code.")
    day = DateField(help_text="The day the shift belongs to.")

    class Meta:
        model = ShiftNote
        fields = ("id", "site", "day", "shift", "text", "written_at", "written_by")
        read_only_fields = ("written_at", "written_by")


class ShiftNoteFilters(FilterSet):
    """By site, day and shift."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")

    class Meta:
        model = ShiftNote
        fields = {"day": ["exact"], "shift": ["exact"]}


class ShiftNoteViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """What a shift leaves for the next one and for its report."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.KEEP_BOARD}
    queryset = ShiftNote.objects.select_related("site")
    serializer_class = ShiftNoteSerializer
    filterset_class = ShiftNoteFilters
    ordering_fields, ordering = ("written_at", "id"), ("-written_at", "-id")

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> ShiftNote:
        """Write it through the service."""
        site = _writable(actor, data["site"]["code"])
        return service.note_write(actor, site, data["day"], data["shift"], data["text"])


class _OfAShift(SiteScopedViewSet):
    """What is read of one shift of a site."""

    pagination_class = None
    filter_backends = ()
    site_path = ""

    def known_parameters(self) -> set[str]:
        """Site, day and shift."""
        return {"site", "day", "shift"}

    def site(self) -> Site:
        """The site asked for. Raises: InvalidInput, NotFound."""
        code = self.request.query_params.get("site", "")
        if not code:
            raise InvalidInput({"site": [_("Name the site, for example ?site=NORTH.")]}, status=400)
        found = Site.objects.filter(code=code).first()
        if found is None or not self.request.actor.may(permissions.VIEW, found.code):  # type: ignore[attr-defined]
            raise NotFound
        return found

    def day(self) -> date | None:
        """The day asked for. Raises: InvalidInput."""
        text = self.request.query_params.get("day", "")
        if not text:
            return None
        try:
            found = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            found = None
        if found is None or not 1970 <= found.year <= 2199:
            raise InvalidInput({"day": [_("Give a day as 2026-04-16.")]}, status=400)
        return found

    def found(self, shown: ShownShift | None) -> ShownShift:
        """The shift. Raises: NotFound where there is none."""
        if shown is None:
            raise NotFound(_("There is no such shift."))
        return shown


class BoardViewSet(_OfAShift):
    """The hour-by-hour board of a line, area or machine."""

    required_perms = {"retrieve": permissions.VIEW}
    serializer_class = BoardSerializer
    lookup_field = "code"
    lookup_value_regex = r"[^/]{1,64}"

    @extend_schema(parameters=_SHIFT, responses=BoardSerializer)
    def retrieve(self, request: Request, code: str) -> Response:
        """Plan, good, scrap and words of each hour of a shift. Amounts by unit; different units are never added."""
        site, day, now = self.site(), self.day(), clock.now()
        equipment = equipment_get(request.actor, site, code)  # type: ignore[attr-defined]
        plans = shift_patterns_by_equipment(site, reach_of(day, now, site.zone))
        asked = request.query_params.get("shift", "")
        shown = self.found(shown_shift(plans.get(equipment.pk), day, asked, now))
        machines = boards.machines_below(site, equipment)
        return Response(board_answer(boards.board(site, equipment, shown, machines, plans)))


class ShiftReportViewSet(_OfAShift):
    """The report of a shift, running or over."""

    required_perms = {"list": permissions.VIEW}
    serializer_class = ShiftReportSerializer

    def known_parameters(self) -> set[str]:
        """Also which part of the site, and whose view."""
        return super().known_parameters() | {"at", "school"}

    def school(self) -> School:
        """Whose view is asked for. Raises: InvalidInput."""
        asked = self.request.query_params.get("school", "") or School.ISO
        if asked not in set(School):
            raise InvalidInput({"school": [_("Choose iso22400 or tpm.")]}, status=400)
        return School(asked)

    @extend_schema(
        parameters=[
            *_SHIFT,
            OpenApiParameter("at", _TEXT, description="Code of an area, line or machine; the whole site without it."),
            OpenApiParameter("school", _TEXT, enum=[each.value for each in School], description="ISO without it."),
        ],
        responses=ShiftReportSerializer,
    )
    def list(self, request: Request) -> Response:
        """Figures of the whole and of each machine, with the choices they were made by."""
        site, day, now, school = self.site(), self.day(), clock.now(), self.school()
        plan = site_plan(site, reach_of(day, now, site.zone))
        shown = self.found(shown_shift(plan, day, request.query_params.get("shift", ""), now))
        tree, code = PlantTree(site), request.query_params.get("at", "")
        place = tree.by_code(code) if code else None
        if code and place is None:
            raise InvalidInput({"at": [_("This site has none with the code %(code)s.") % {"code": code}]}, status=400)
        report = shift_report(request.actor, site, shown, tree, place)  # type: ignore[attr-defined]
        return Response(report_answer(report, school))


def _writable(actor: Actor, code: str) -> Site:
    """Raises: NotAllowed where the site may be seen, InvalidInput where it may not."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None or not actor.may(permissions.KEEP_BOARD, site.code):
        if site is not None and actor.may(permissions.VIEW, site.code):
            raise NotAllowed
        raise InvalidInput({"site": [_("There is no such site where you may write on the board.")]})
    return site
