"""Imports in the API: hand a file over, watch it, read what it refused, cancel it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
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
from mom.core.errors import InvalidInput, TooLarge
from mom.core.models import TaskRunIssue
from mom.erp.engine.mapping import LONGEST_MAPPING
from mom.erp.models import ImportRun
from mom.erp.permissions import RUN_IMPORT, VIEW_IMPORT
from mom.erp.selectors.import_run import import_list, issue_list
from mom.erp.selectors.mapping import shipped
from mom.erp.services import import_run as imports
from mom.erp.services.import_run import MOST_BYTES, HowToRun, NamedMapping


class ImportSerializer(ModelSerializer):
    """An import and how far it is."""

    site = CharField(source="site.code", read_only=True)
    status = drf.CharField(read_only=True, help_text="checking, checked, running, completed, cancelled or failed")
    rows_done = drf.IntegerField(source="task.done", read_only=True, help_text="Of the present step, check or import.")
    error = drf.CharField(source="task.error", read_only=True, help_text="Why it failed, in one sentence.")

    class Meta:
        model = ImportRun
        fields = (
            "id", "site", "file_name", "file_digest", "mapping_name", "source", "status", "is_dry_run",
            "waits_for_start", "rows_total", "rows_new", "rows_known", "rows_refused", "rows_changed", "rows_applied",
            "rows_done", "error", "requested_by", "created_at", "checked_at", "completed_at",
        )  # fmt: skip
        read_only_fields = fields


class NewImportSerializer(Serializer):
    """A file with the mapping that says how to read it, as multipart/form-data."""

    file = FileField(max_length=200, help_text="CSV or XLSX, at most 20 MB.")
    site = drf.CharField(max_length=20, help_text="The code of the site.")
    mapping = drf.CharField(
        max_length=LONGEST_MAPPING,
        trim_whitespace=False,
        help_text="The YAML text of a mapping, or the name of a shipped one.",
    )
    dry_run = drf.BooleanField(default=False, help_text="Check and report, bring nothing in.")
    wait = drf.BooleanField(default=False, help_text="Stop after the check until it is started.")

    def validate_file(self, file: UploadedFile) -> UploadedFile:
        """Refuse a file above the limit before it is read. Raises: TooLarge."""
        if (file.size or 0) > MOST_BYTES:
            raise TooLarge(_("The file is larger than 20 MB. Export a shorter period."), code="file_too_large")
        return file


class ImportIssueSerializer(ModelSerializer):
    """One thing that an import refused or changed."""

    class Meta:
        model = TaskRunIssue
        fields = ("line", "column", "value", "code", "message")
        read_only_fields = fields


class ImportViewSet(ReadOnlyViewSet):
    """Files brought in from other systems."""

    required_perms = {
        "list": VIEW_IMPORT,
        "retrieve": VIEW_IMPORT,
        "issues": VIEW_IMPORT,
        "create": RUN_IMPORT,
        "start": RUN_IMPORT,
        "cancel": RUN_IMPORT,
    }
    queryset = ImportRun.objects.all()
    serializer_class = ImportSerializer
    filterset_fields = {"site__code": ["exact"], "source": ["exact"], "created_at": ["gte", "lt"]}
    ordering_fields, ordering = ("created_at", "id"), ("-created_at",)

    def for_actor(self, actor: Actor, permission: str) -> Any:
        return import_list(actor)

    def known_parameters(self) -> set[str]:
        return {"fields", "cursor", "page_size"} if self.action == "issues" else super().known_parameters()

    def get_parsers(self) -> list[Any]:
        # Asked for before the request is taken apart, so before `action` is known.
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MultiPartParser()] if asked == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": NewImportSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Take a file in. A worker checks it as a whole and then brings it in; ask again for how far it is."""
        serializer = NewImportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        actor: Actor = request.actor  # type: ignore[attr-defined]
        allowed = actor.sites_with(RUN_IMPORT)
        sites = Site.objects.filter(code=sent["site"], is_active=True)
        site = (sites if allowed is None else sites.filter(code__in=allowed)).first()
        if site is None:
            raise InvalidInput({"site": [_("There is no such site where you may import.")]})
        run = imports.request(
            actor,
            site,
            file_name=sent["file"].name,
            content=sent["file"].read(),
            mapping=_mapping(sent["mapping"]),
            how=HowToRun(is_dry_run=sent["dry_run"], waits_for_start=sent["wait"]),
        )
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{run.pk}/")
        return self.answer(run, status.HTTP_201_CREATED, Location=location)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Bring a checked file in."""
        return self.answer(imports.start(request.actor, self.get_object().pk))  # type: ignore[attr-defined]

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop after the present piece. What is in stays in; importing the file again completes it."""
        return self.answer(imports.cancel(request.actor, self.get_object().pk))  # type: ignore[attr-defined]

    @extend_schema(responses=ImportIssueSerializer(many=True))
    @action(detail=True, methods=["get"], serializer_class=ImportIssueSerializer, ordering=("line", "id"))
    def issues(self, request: Request, pk: str) -> Response:
        """What was refused or changed: line, column, value and reason, by line."""
        page = self.paginate_queryset(issue_list(self.get_object()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def _mapping(text: str) -> NamedMapping:
    known = {mapping.key: mapping for mapping in shipped()}
    if text.strip() in known:
        return NamedMapping(known[text.strip()].name, known[text.strip()].text)
    return NamedMapping("sent with the file", text)
