"""Files and notes in the API: put on things, read, withdrawn; the bytes at an address of their own."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, ModelSerializer, Serializer, parse_instant
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.engine.attachment import AttachmentKind
from mom.core.files import limits, selectors, services
from mom.core.files.refusals import refusal
from mom.core.files.views import guarded
from mom.core.models import Attachment, Note
from mom.core.permissions_declared import ADD_FILE, ADD_NOTE, VIEW_ATTACHMENT, VIEW_NOTE

SUBJECT_HELP = "The kind of thing, for example plant.equipment, plant.materialdefinition, work.joborder."


class AttachmentSerializer(ModelSerializer):
    """A file on a thing. The content's address is `content/` below it."""

    class Meta:
        model = Attachment
        fields = (
            "id", "site", "subject_type", "subject_id", "kind", "title", "number", "revision", "valid_from",
            "valid_to", "replaces", "sha256", "size", "media_type", "width", "height", "pages", "file_name",
            "original_name", "added_at", "added_by_label", "withdrawn_at", "withdrawn_by", "withdrawn_reason",
            "version",
        )  # fmt: skip
        read_only_fields = fields


class FormMoment(drf.CharField):
    """An instant with its offset, as a form field; empty for now."""

    def to_internal_value(self, data: Any) -> Any:
        """The instant or None. Raises: ValidationError."""
        text = super().to_internal_value(data)
        found = parse_instant(text) if text else None
        if text and (found is None or not 1970 <= found.year <= 2199):
            raise drf.ValidationError(DateTimeField.default_error_messages["offset"])
        return found


class NewAttachmentSerializer(Serializer):
    """A file with what it hangs on, as multipart/form-data."""

    file = drf.FileField(max_length=500, allow_empty_file=True, help_text="JPEG, PNG, WebP or PDF, at most 20 MB.")
    site = drf.CharField(max_length=32, help_text="The code of the site.")
    subject_type = drf.CharField(max_length=100, help_text=SUBJECT_HELP)
    subject_id = drf.CharField(max_length=100, help_text="Its id.")
    kind = drf.ChoiceField(
        choices=[kind.value for kind in AttachmentKind],
        required=False,
        help_text="Left out: a drawing where a number is given, else what the content is.",
    )
    title = drf.CharField(max_length=200, required=False, default="", allow_blank=True)
    number = drf.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="A drawing's number, one at its site."
    )
    revision = drf.CharField(max_length=16, required=False, default="", allow_blank=True)
    valid_from = FormMoment(
        required=False, default=None, allow_blank=True, help_text="With offset; left out: now. RFC 3339."
    )
    replaces = drf.IntegerField(
        required=False, default=None, allow_null=True, help_text="The id of the revision that this one follows."
    )

    def validate_file(self, file: Any) -> Any:
        """Refuse a file above the limit before it is read. Raises: TooLarge."""
        if (file.size or 0) > limits.MOST_BYTES:
            raise refusal("file_too_large")
        return file


class WithdrawSerializer(Serializer):
    """Why it is taken out of sight."""

    reason = CharField(max_length=500)


class NoteSerializer(ModelSerializer):
    """A note on a thing; it is never edited."""

    id = IntegerField(read_only=True)

    class Meta:
        model = Note
        fields = (
            "id", "site", "subject_type", "subject_id", "text", "added_at", "added_by_label", "withdrawn_at",
            "withdrawn_by", "withdrawn_reason", "version",
        )  # fmt: skip
        read_only_fields = ("added_at", "added_by_label", "withdrawn_at", "withdrawn_by", "withdrawn_reason", "version")


class AttachmentViewSet(ReadOnlyViewSet):
    """Files on things that you may see: photos, documents, drawings with revision and validity."""

    required_perms = {
        "list": VIEW_ATTACHMENT,
        "retrieve": VIEW_ATTACHMENT,
        "content": VIEW_ATTACHMENT,
        "create": ADD_FILE,
        "withdraw": VIEW_ATTACHMENT,
    }
    site_path = "site"
    queryset = Attachment.objects.all()
    serializer_class = AttachmentSerializer
    filterset_fields = {
        "site": ["exact"], "subject_type": ["exact"], "subject_id": ["exact"], "kind": ["exact"],
        "number": ["exact"], "sha256": ["exact"], "withdrawn_at": ["isnull"],
    }  # fmt: skip
    ordering_fields, ordering = ("added_at", "id"), ("-added_at",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Attachment]:
        """Those on things that the asker may see."""
        return selectors.attachment_list(actor)

    def get_parsers(self) -> list[Any]:
        # Asked for before the request is taken apart, so before `action` is known.
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MultiPartParser()] if asked == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": NewAttachmentSerializer}, responses={201: AttachmentSerializer})
    def create(self, request: Request) -> Response:
        """Put a file on a thing; with `replaces`, as the next revision of that drawing."""
        serializer = NewAttachmentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        new = services.NewFile(
            title=sent["title"],
            kind=AttachmentKind(sent["kind"]) if "kind" in sent else None,
            number=sent["number"],
            revision=sent["revision"],
            valid_from=sent["valid_from"],
            replaces=sent["replaces"],
        )
        row = services.attach(
            request.actor,  # type: ignore[attr-defined]
            sent["site"],
            sent["subject_type"],
            sent["subject_id"],
            name=sent["file"].name or "",
            content=sent["file"].read(),
            new=new,
        )
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{row.pk}/")
        return self.answer(row, status.HTTP_201_CREATED, Location=location)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: str) -> HttpResponse:
        """The bytes, as a file to be saved; their SHA-256 is the resource's `sha256`."""
        row = self.get_object()
        return guarded(selectors.content_of(row), row.media_type, row.file_name)

    @extend_schema(request=WithdrawSerializer, responses=AttachmentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of sight with a reason; it stays in the record. Its adder may, others with the right."""
        row = self.get_object()
        body = WithdrawSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.answer(services.withdraw(request.actor, row.site, row.pk, **body.validated_data))  # type: ignore[attr-defined]


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A note",
                value={
                    "site": "NORRTAL",
                    "subject_type": "plant.equipment",
                    "subject_id": "1",
                    "text": "Coolant filter is changed.",
                },
                request_only=True,
            )
        ]
    )
)
class NoteViewSet(ReadOnlyViewSet):
    """Notes on things that you may see: added and withdrawn, never edited."""

    required_perms = {"list": VIEW_NOTE, "retrieve": VIEW_NOTE, "create": ADD_NOTE, "withdraw": VIEW_NOTE}
    site_path = "site"
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_fields = {
        "site": ["exact"], "subject_type": ["exact"], "subject_id": ["exact"], "withdrawn_at": ["isnull"],
    }  # fmt: skip
    ordering_fields, ordering = ("added_at", "id"), ("-added_at",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Note]:
        """Those on things that the asker may see."""
        return selectors.note_list(actor)

    def create(self, request: Request) -> Response:
        """Leave a note on a thing."""
        sent = self.validated(request)
        row = services.note_add(
            request.actor,  # type: ignore[attr-defined]
            sent["site"],
            sent["subject_type"],
            sent["subject_id"],
            text=sent["text"],
        )
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{row.pk}/")
        return self.answer(row, status.HTTP_201_CREATED, Location=location)

    @extend_schema(request=WithdrawSerializer, responses=NoteSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of sight with a reason; it stays in the record. Its author may, others with the right."""
        row = self.get_object()
        body = WithdrawSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.answer(services.note_withdraw(request.actor, row.site, row.pk, **body.validated_data))  # type: ignore[attr-defined]
