"""Lists in the API: hand a spreadsheet over, choose its columns, see what it would do, bring it in."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import FileField

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.serializers import CharField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.erp.engine.table_fields import TableKind
from mom.erp.engine.table_guess import DATE_FORMATS
from mom.erp.models import TableImport
from mom.erp.permissions import RUN_IMPORT, VIEW_IMPORT
from mom.erp.selectors.table_import import table_list
from mom.erp.services import table_import as tables
from mom.erp.services.tables.planned import Fate


class TableImportSerializer(ModelSerializer):
    """A list: how its columns are read, what it would do, and how far it is."""

    site = CharField(source="site.code", read_only=True)
    rows_done = drf.IntegerField(source="apply_task.done", read_only=True, allow_null=True, default=None)
    work_status = drf.CharField(
        source="apply_task.status", read_only=True, allow_null=True, default=None, help_text="Of the bringing in."
    )
    error = drf.CharField(source="apply_task.error", read_only=True, allow_null=True, default=None)

    class Meta:
        model = TableImport
        fields = (
            "id", "site", "kind", "file_name", "header", "columns", "decimal", "date_format", "rows_total", "rows_new",
            "rows_changed", "rows_same", "rows_refused", "rows_applied", "rows_done", "work_status", "error",
            "requested_by", "created_at", "checked_at", "completed_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewTableSerializer(Serializer):
    """A spreadsheet and what its rows are, as multipart/form-data."""

    file = FileField(max_length=200, help_text="CSV or XLSX with a heading in the first row, at most 20 MB.")
    site = drf.CharField(max_length=20, help_text="The code of the site.")
    kind = drf.ChoiceField(choices=[kind.value for kind in TableKind])


class ColumnsSerializer(Serializer):
    """Field -> heading of its column, and how numbers and dates are written."""

    columns = drf.DictField(child=drf.CharField(max_length=200))
    decimal = drf.ChoiceField(choices=[".", ","], default=".")
    date_format = drf.ChoiceField(choices=list(DATE_FORMATS), default=DATE_FORMATS[0])


class TableRowSerializer(Serializer):
    """One row of the list and its fate."""

    line = drf.IntegerField()
    fate = drf.ChoiceField(choices=[fate.value for fate in Fate])
    problem = drf.CharField(help_text="Why it is refused; empty where it is not.")


class TableImportViewSet(ReadOnlyViewSet):
    """Spreadsheets of machines, people, materials, orders and opening stock."""

    required_perms = {
        "list": VIEW_IMPORT,
        "retrieve": VIEW_IMPORT,
        "rows": VIEW_IMPORT,
        "create": RUN_IMPORT,
        "check": RUN_IMPORT,
        "start": RUN_IMPORT,
    }
    queryset = TableImport.objects.all()
    serializer_class = TableImportSerializer
    filterset_fields = {"site__code": ["exact"], "kind": ["exact"], "created_at": ["gte", "lt"]}
    ordering_fields, ordering = ("created_at", "id"), ("-created_at",)

    def for_actor(self, actor: Actor, permission: str) -> Any:
        return table_list(actor)

    def get_parsers(self) -> list[Any]:
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MultiPartParser()] if asked == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": NewTableSerializer}, responses={201: TableImportSerializer})
    def create(self, request: Request) -> Response:
        """Take a spreadsheet in. The answer proposes which column is which field; send that, corrected, to `check`."""
        serializer = NewTableSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        actor: Actor = request.actor  # type: ignore[attr-defined]
        allowed = actor.sites_with(RUN_IMPORT)
        sites = Site.objects.filter(code=sent["site"], is_active=True)
        site = (sites if allowed is None else sites.filter(code__in=allowed)).first()
        if site is None:
            raise InvalidInput({"site": [_("There is no such site where you may import.")]})
        run = tables.take_in(
            actor, site, TableKind(sent["kind"]), file_name=sent["file"].name, content=sent["file"].read()
        )
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{run.pk}/")
        return self.answer(run, status.HTTP_201_CREATED, Location=location)

    @extend_schema(request=ColumnsSerializer, responses=TableImportSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Choose the columns and count what the list would do. Nothing takes effect."""
        chosen = ColumnsSerializer(data=request.data)
        chosen.is_valid(raise_exception=True)
        run = tables.check(request.actor, self.get_object().pk, **chosen.validated_data)  # type: ignore[attr-defined]
        return self.answer(run)

    @extend_schema(responses=TableRowSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def rows(self, request: Request, pk: str) -> Response:
        """The first 1,000 rows of a checked list with what becomes of each."""
        run = self.get_object()
        planned = tables.plan(run, most=1_000) if run.checked_at else []
        return Response(
            [{"line": each.row.line, "fate": each.fate, "problem": tables.joined_problems(each)} for each in planned]
        )

    @extend_schema(request=None, responses=TableImportSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Bring a checked list in; a worker does it. Ask again for how far it is."""
        return self.answer(tables.start(request.actor, self.get_object().pk))  # type: ignore[attr-defined]
