"""Files on things: photos, PDFs, drawings with revision and validity. Withdrawn with a reason, never deleted."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Frozen, History, NoDelete
from mom.core.engine.attachment import AttachmentKind

ATTACHMENT_KIND = Labelled(
    AttachmentKind,
    {
        AttachmentKind.PHOTO: (_("Photo"), ""),
        AttachmentKind.PDF: (_("Document"), ""),
        AttachmentKind.DRAWING: (_("Drawing"), ""),
        AttachmentKind.OTHER: (_("Other"), ""),
    },
)
GIVEN = (
    "site", "subject_type", "subject_id", "kind", "title", "number", "revision", "valid_from", "replaces", "blob",
    "thumb", "sha256", "size", "media_type", "width", "height", "pages", "file_name", "original_name", "added_at",
    "added_by", "added_by_label",
)  # fmt: skip


class Attachment(models.Model):
    """One file of one thing, from one instant on. A drawing's number has one valid revision at any instant."""

    site = models.CharField(_("site"), max_length=32)
    subject_type = models.CharField(_("kind of subject"), max_length=100)
    subject_id = models.CharField(_("subject key"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=ATTACHMENT_KIND.choices)
    title = models.CharField(_("title"), max_length=200)
    number = models.CharField(_("drawing number"), max_length=64, blank=True)
    revision = models.CharField(_("revision"), max_length=16, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("replaces")
    )
    blob = models.ForeignKey("core.StoredBlob", on_delete=models.PROTECT, related_name="+", verbose_name=_("content"))
    thumb = models.ForeignKey("core.StoredBlob", on_delete=models.PROTECT, related_name="+", verbose_name=_("picture"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("content type"), max_length=40)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    pages = models.PositiveIntegerField(_("pages"))
    file_name = models.CharField(_("file name"), max_length=120)
    original_name = models.CharField(_("name at the sender's"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("added by (key)"), max_length=170)
    added_by_label = models.CharField(_("added by"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=200, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints: ClassVar = [
            ATTACHMENT_KIND.check("kind", "core_attachment_kind"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="core_attachment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=AttachmentKind.DRAWING.value)
                | (~models.Q(number="") & ~models.Q(revision="")),
                name="core_attachment_drawing_has_number",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by="", withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_by="") & ~models.Q(withdrawn_reason="")),
                name="core_attachment_withdrawn_whole",
            ),
            ExclusionConstraint(
                name="core_attachment_one_valid_revision",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("number", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(withdrawn_at=None) & ~models.Q(number=""),
            ),
            models.UniqueConstraint(
                fields=["site", "number", "revision"],
                condition=models.Q(withdrawn_at=None) & ~models.Q(number=""),
                name="core_attachment_revision_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "subject_type", "subject_id", "-added_at"], name="core_attachment_subject"),
            models.Index(fields=["added_by", "site", "added_at"], name="core_attachment_quota"),
        ]
        triggers: ClassVar = [
            History(),
            NoDelete(),
            Frozen(fields=GIVEN),
            Frozen(
                name="stays_withdrawn",
                fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "valid_to"],
                when="OLD.withdrawn_at IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.revision}".strip() or self.title

    @property
    def is_picture(self) -> bool:
        """Whether it is one picture and not a document of pages."""
        return self.media_type.startswith("image/")


class Rendition(models.Model):
    """A picture that we made of a page of a stored file, kept because drawing it again takes time."""

    source = models.ForeignKey("core.StoredBlob", on_delete=models.CASCADE, related_name="+")
    page = models.PositiveIntegerField()
    side = models.PositiveIntegerField()
    media_type = models.CharField(max_length=40)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("page picture")
        verbose_name_plural = _("page pictures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "page", "side"], name="core_rendition_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="core_rendition_age")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.page} {self.side}"
