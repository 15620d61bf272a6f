"""Documents, versions, readers and read-confirmations in the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.attachment import FormMoment
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ListMixin, ReadOnlyViewSet, RetrieveMixin, SiteScopedViewSet, UpdateMixin
from mom.core.files import limits
from mom.core.files.refusals import refusal
from mom.plant import permissions
from mom.plant.api.base import COMMON, COMMON_READ_ONLY, RowSerializer, SiteField, filters_for, reference
from mom.plant.engine.document import DocumentCommand
from mom.plant.models import (
    Document,
    DocumentReader,
    DocumentVersion,
    Equipment,
    Person,
    PersonnelClass,
    ReadConfirmation,
)
from mom.plant.selectors.document import confirmation_list, version_list
from mom.plant.selectors.scope import for_actor
from mom.plant.services import document as services

SEE = {"list": permissions.VIEW, "retrieve": permissions.VIEW}


class DocumentSiteField(SiteField):
    """A site by its code: one at which the asker may keep documents."""

    def to_internal_value(self, data: Any) -> Site:
        """The site. Raises: ValidationError."""
        actor: Actor = self.context["request"].actor
        site = Site.objects.filter(code=str(data)[:32], is_active=True).first() if isinstance(data, str) else None
        if site is None or not actor.may(permissions.CHANGE_DOCUMENT, site.code):
            self.fail("unknown")
        return site


class DocumentSerializer(RowSerializer):
    """Something that people work by. What it says is in its versions."""

    site = DocumentSiteField()

    class Meta:
        model = Document
        fields = (*COMMON, "kind")
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class VersionSerializer(ModelSerializer):
    """One version of a document. Its file is the attachment's content."""

    site = CharField(source="site.code", read_only=True)

    class Meta:
        model = DocumentVersion
        fields = (
            "id", "site", "document", "number", "attachment", "sha256", "change_note", "author_name", "created_at",
            "planned_from", "needs_reading", "no_reading_reason", "status", "approved_at", "approved_by",
            "effective_from", "effective_to", "withdrawn_at", "withdrawn_by", "withdrawn_reason", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewVersionSerializer(Serializer):
    """The next version with its file, as multipart/form-data."""

    file = drf.FileField(max_length=500, allow_empty_file=True, help_text="PDF, JPEG, PNG or WebP, at most 20 MB.")
    document = drf.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the document.")
    change_note = drf.CharField(max_length=2_000)
    planned_from = FormMoment(
        required=False, default=None, allow_blank=True, help_text="With offset; left out: from its approval on."
    )
    needs_reading = drf.BooleanField(default=True, help_text="Whether it must be read again.")
    no_reading_reason = drf.CharField(max_length=500, required=False, default="", allow_blank=True)

    def validate_file(self, file: Any) -> Any:
        """Refuse a file above the limit before it is read. Raises: TooLarge."""
        if (file.size or 0) > limits.MOST_BYTES:
            raise refusal("file_too_large")
        return file


class WhySerializer(Serializer):
    """Why something is done."""

    reason = CharField(max_length=500)


class RemarkSerializer(Serializer):
    """A remark to an approval."""

    reason = CharField(max_length=500, required=False, default="", allow_blank=True)


class ReaderSerializer(ModelSerializer):
    """Who must read a document: holders of a skill (null: everybody), at work on an equipment (null: anywhere)."""

    id = IntegerField(read_only=True)
    site = CharField(source="site.code", read_only=True)
    document = reference(Document)
    personnel_class = reference(PersonnelClass, allow_null=True, required=False)
    equipment = reference(Equipment, allow_null=True, required=False)

    class Meta:
        model = DocumentReader
        fields = ("id", "site", "document", "personnel_class", "equipment")
        validators: list[object] = []


class ConfirmationSerializer(ModelSerializer):
    """A person said to have read a version."""

    id = IntegerField(read_only=True)
    site = CharField(source="site.code", read_only=True)
    person = reference(Person)
    document_version = reference(DocumentVersion)

    class Meta:
        model = ReadConfirmation
        fields = ("id", "site", "person", "document_version", "confirmed_at", "confirmed_by")
        read_only_fields = ("confirmed_at", "confirmed_by")
        validators: list[object] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A procedure",
                value={"site": "NORRTAL", "code": "SOP-014", "name": "First piece", "kind": "sop"},
                request_only=True,
            )
        ]
    )
)
class DocumentViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, SiteScopedViewSet):
    """Documents that people work by."""

    required_perms = {**SEE, "create": permissions.CHANGE_DOCUMENT, "partial_update": permissions.CHANGE_DOCUMENT}
    http_method_names = ["get", "post", "patch", "head", "options"]
    queryset = Document.objects.select_related("site")
    serializer_class = DocumentSerializer
    filterset_class = filters_for(Document, code=["exact", "in"], kind=["exact"], is_active=["exact"])
    ordering_fields, ordering = ("code", "id"), ("code",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Document:
        """Add it through the service."""
        return services.document_add(actor, data.pop("site"), **data)

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> Document:
        """Change it through the service, which compares the version under its lock."""
        return services.document_change(actor, instance.pk, version=version, **data)


class VersionViewSet(ReadOnlyViewSet):
    """Versions of documents, from draft to withdrawal. A program neither approves nor withdraws an approved one."""

    required_perms = {
        **SEE,
        "create": permissions.CHANGE_DOCUMENT,
        "submit": permissions.CHANGE_DOCUMENT,
        "send_back": permissions.VIEW,
        "approve": permissions.APPROVE_DOCUMENT,
        "withdraw": permissions.VIEW,
    }
    queryset = DocumentVersion.objects.all()
    serializer_class = VersionSerializer
    filterset_class = filters_for(
        DocumentVersion, document=["exact"], status=["exact", "in"], number=["exact"], effective_to=["isnull"]
    )
    ordering_fields, ordering = ("id", "number"), ("-id",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[DocumentVersion]:
        """Those of the sites at which the asker may see the plant model."""
        return version_list(actor)

    def get_parsers(self) -> list[Any]:
        # Asked for before the request is taken apart, so before `action` is known.
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MultiPartParser()] if asked == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": NewVersionSerializer}, responses={201: VersionSerializer})
    def create(self, request: Request) -> Response:
        """Add the next version as a draft, with its file."""
        serializer = NewVersionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        document = for_actor(Document.objects.all(), actor, permissions.VIEW).filter(pk=sent.pop("document")).first()
        if document is None:
            raise ValidationError({"document": ["There is no such document."]})
        file = sent.pop("file")
        row = services.version_add(actor, document.pk, name=file.name or "", content=file.read(), **sent)
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{row.pk}/")
        return self.answer(row, status.HTTP_201_CREATED, Location=location)

    @extend_schema(request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Hand a draft in for review."""
        return self.answer(self._moved(request, DocumentCommand.SUBMIT))

    @extend_schema(request=WhySerializer, responses=VersionSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Make a version in review a draft again, with a reason."""
        return self.answer(self._moved(request, DocumentCommand.SEND_BACK))

    def _moved(self, request: Request, command: DocumentCommand) -> DocumentVersion:
        row = self.get_object()
        reason = _read(WhySerializer, request)["reason"] if command == DocumentCommand.SEND_BACK else ""
        return services.version_move(request.actor, row.pk, command, reason=reason)  # type: ignore[attr-defined]

    @extend_schema(request=RemarkSerializer, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve a version where the site's rule takes no signature; with four eyes it is signed on its page."""
        row = self.get_object()
        reason = _read(RemarkSerializer, request)["reason"]
        return self.answer(services.version_approve(request.actor, row.pk, reason=reason))  # type: ignore[attr-defined]

    @extend_schema(request=WhySerializer, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a version out of force, with a reason."""
        row = self.get_object()
        reason = _read(WhySerializer, request)["reason"]
        return self.answer(services.version_withdraw(request.actor, row.pk, reason=reason))  # type: ignore[attr-defined]


def _read(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


@extend_schema_view(
    create=extend_schema(
        examples=[OpenApiExample("Operators", value={"document": 1, "personnel_class": 1}, request_only=True)]
    )
)
class ReaderViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """Who must read which document."""

    required_perms = {**SEE, "create": permissions.CHANGE_DOCUMENT, "destroy": permissions.CHANGE_DOCUMENT}
    http_method_names = ["get", "post", "delete", "head", "options"]
    queryset = DocumentReader.objects.select_related("site")
    serializer_class = ReaderSerializer
    filterset_class = filters_for(DocumentReader, document=["exact"], personnel_class=["exact"], equipment=["exact"])
    ordering_fields, ordering = ("id",), ("id",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> DocumentReader:
        """Add it through the service."""
        return services.reader_add(actor, data.pop("document").pk, **data)

    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Take the readers off; what they confirmed stays."""
        services.reader_remove(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    create=extend_schema(
        examples=[OpenApiExample("Read", value={"person": 1, "document_version": 1}, request_only=True)]
    )
)
class ConfirmationViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """Who has read which version. A person confirms for themselves, signed in."""

    required_perms = {**SEE, "create": permissions.CONFIRM_READING}
    http_method_names = ["get", "post", "head", "options"]
    queryset = ReadConfirmation.objects.all()
    serializer_class = ConfirmationSerializer
    filterset_class = filters_for(
        ReadConfirmation, person=["exact"], document_version=["exact"], document_version__document=["exact"]
    )
    ordering_fields, ordering = ("id", "confirmed_at"), ("-id",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[ReadConfirmation]:
        """Those of the sites at which the asker may see the plant model."""
        return confirmation_list(actor)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> ReadConfirmation:
        """Confirm through the service."""
        return services.reading_confirm(actor, data["document_version"].pk, data["person"])
