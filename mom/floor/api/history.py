"""Past messages in the API: hand a file over, watch how far it is, read what needs a person."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import FileField

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.serializers import CharField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput, TooLarge
from mom.core.models import TaskRun
from mom.floor import permissions
from mom.floor.services import history


class HistoryLoadSerializer(ModelSerializer):
    """A file of past messages and how far it is."""

    file = drf.CharField(source="parameters.file", read_only=True)
    source = drf.CharField(source="parameters.source", read_only=True)
    status = drf.CharField(read_only=True, help_text="queued, running, succeeded, failed or cancelled")
    accepted = drf.IntegerField(source="parameters.counts.accepted", read_only=True, default=0)
    repeated = drf.IntegerField(source="parameters.counts.repeated", read_only=True, default=0)
    quarantined = drf.IntegerField(source="parameters.counts.quarantined", read_only=True, default=0)
    late = drf.IntegerField(source="parameters.counts.late", read_only=True, default=0)
    rows_done = drf.IntegerField(source="done", read_only=True)
    rows_total = drf.IntegerField(source="total", read_only=True, allow_null=True)

    class Meta:
        model = TaskRun
        fields = (
            "id", "site", "file", "source", "status", "rows_done", "rows_total", "accepted", "repeated", "quarantined",
            "late", "error", "requested_by", "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class NewHistoryLoadSerializer(Serializer):
    """A file with the fields of a message as columns, as multipart/form-data."""

    file = FileField(
        max_length=200, help_text="CSV or Parquet, at most 20 MB. `manage.py load_history` takes any size."
    )
    site = CharField(max_length=20, help_text="The code of the site.")
    source = CharField(max_length=64, help_text="The name of the sender, as live messages have it.")

    def validate_file(self, file: UploadedFile) -> UploadedFile:
        """Refuse a file above the limit before it is read. Raises: TooLarge."""
        if (file.size or 0) > history.MOST_BYTES:
            raise TooLarge(_("The file is larger than 20 MB. Send it in parts."), code="file_too_large")
        return file


class HistoryLoadViewSet(ReadOnlyViewSet):
    """Files of past messages, brought in by a worker. Sent again, nothing counts twice."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.SEND_MESSAGE}
    serializer_class = HistoryLoadSerializer
    queryset = TaskRun.objects.filter(kind__in=[history.LOAD, history.LOAD_HERE])
    site_path = "site"
    filterset_fields = {"site": ["exact"], "status": ["exact"]}
    ordering_fields, ordering = ("created_at",), ("-created_at",)

    def get_parsers(self) -> list[Any]:
        # Asked for before the request is taken apart, so before `action` is known.
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MultiPartParser()] if asked == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": NewHistoryLoadSerializer}, responses={201: HistoryLoadSerializer})
    def create(self, request: Request) -> Response:
        """Take a file in; a worker brings its messages in. Rows that can't be taken go to quarantine."""
        body = NewHistoryLoadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Actor = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=sent["site"], is_active=True).first()
        if site is None or not actor.may(permissions.SEND_MESSAGE, site.code):
            raise InvalidInput({"site": [_("There is no such site where you may send messages.")]})
        run = history.request(actor, site, sent["source"], file_name=sent["file"].name, content=sent["file"].read())
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{run.pk}/")
        return self.answer(run, status.HTTP_201_CREATED, Location=location)
