"""Documents that people work by, their versions, who must read them and who did."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import AppendOnly, Frozen, Guard, History, NoDelete
from mom.plant.engine.document import DocumentKind, DocumentStatus
from mom.plant.models.base import MasterData, SiteOwned

DOCUMENT_KIND = Labelled(
    DocumentKind,
    {
        DocumentKind.SOP: (_("Procedure (SOP)"), ""),
        DocumentKind.WORK_INSTRUCTION: (_("Work instruction"), ""),
        DocumentKind.DRAWING: (_("Drawing"), ""),
        DocumentKind.SAFETY_SHEET: (_("Safety sheet"), ""),
    },
)
DOCUMENT_STATUS = Labelled(
    DocumentStatus,
    {
        DocumentStatus.DRAFT: (_("Draft"), ""),
        DocumentStatus.IN_REVIEW: (_("In review"), "info"),
        DocumentStatus.APPROVED: (_("Approved"), "ok"),
        DocumentStatus.WITHDRAWN: (_("Withdrawn"), "bad"),
    },
)
_OPEN = [DocumentStatus.DRAFT.value, DocumentStatus.IN_REVIEW.value]
_MOVES = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'a version begins as a draft'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_moves';
        END IF;
    ELSIF OLD.status <> NEW.status AND (
        OLD.status = 'withdrawn' OR (OLD.status = 'approved' AND NEW.status <> 'withdrawn')
        OR (NEW.status = 'approved' AND OLD.status <> 'in_review')
    ) THEN
        RAISE EXCEPTION 'a version that is % does not become %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_moves';
    END IF;
    IF NEW.status = 'approved' AND OLD.status <> 'approved' AND NOT EXISTS (
        SELECT 1 FROM accounts_approval a
        WHERE a.subject_type = 'plant.documentversion' AND a.subject_id = NEW.id::text
    ) THEN
        RAISE EXCEPTION 'version % has no approval', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_needs_approval';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM core_attachment f WHERE f.id = NEW.attachment_id AND f.sha256 = NEW.sha256
        AND f.subject_type = 'plant.document' AND f.subject_id = NEW.document_id::text
    ) THEN
        RAISE EXCEPTION 'the file of version % is not one of its document', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_own_file';
    END IF;
    RETURN NEW;
"""


class Document(MasterData):
    """Something that people work by: a procedure, an instruction, a safety sheet. What it says is in its versions."""

    kind = models.CharField(_("kind"), max_length=16, choices=DOCUMENT_KIND.choices)

    class Meta(MasterData.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [*MasterData.Meta.constraints, DOCUMENT_KIND.check("kind", "plant_document_kind_known")]


class DocumentVersion(SiteOwned):
    """One version of a document. Approved, it never changes; at most one is in force at any instant."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions", verbose_name=_("document"))
    number = models.PositiveIntegerField(_("version"))
    attachment = models.ForeignKey("core.Attachment", models.PROTECT, related_name="+", verbose_name=_("file"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    change_note = models.TextField(_("what changed"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    author_name = models.CharField(_("author's name"), max_length=200)
    created_at = models.DateTimeField(_("added"))
    planned_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    needs_reading = models.BooleanField(_("must be read again"), default=True)
    no_reading_reason = models.CharField(_("why not"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=DOCUMENT_STATUS.choices, default=DocumentStatus.DRAFT.value
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)
    effective_from = models.DateTimeField(_("in force since"), null=True, blank=True)
    effective_to = models.DateTimeField(_("in force until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=200, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("row version"), default=1, editable=False)

    class Meta:
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="plant_documentversion_number_once"),
            DOCUMENT_STATUS.check("status", "plant_documentversion_status_known"),
            models.CheckConstraint(
                name="plant_documentversion_approved_whole",
                condition=models.Q(
                    status__in=_OPEN, approved_at=None, approved_by="", effective_from=None, effective_to=None
                )
                | models.Q(
                    ~models.Q(approved_by=""),
                    status=DocumentStatus.APPROVED.value,
                    approved_at__isnull=False,
                    effective_from__isnull=False,
                )
                | models.Q(
                    models.Q(approved_at=None, approved_by="", effective_from=None)
                    | models.Q(
                        ~models.Q(approved_by=""),
                        approved_at__isnull=False,
                        effective_from__isnull=False,
                        effective_to__isnull=False,
                    ),
                    status=DocumentStatus.WITHDRAWN.value,
                ),
            ),
            models.CheckConstraint(
                name="plant_documentversion_withdrawn_whole",
                condition=models.Q(
                    ~models.Q(withdrawn_by=""),
                    ~models.Q(withdrawn_reason=""),
                    status=DocumentStatus.WITHDRAWN.value,
                    withdrawn_at__isnull=False,
                )
                | models.Q(
                    ~models.Q(status=DocumentStatus.WITHDRAWN.value),
                    withdrawn_at=None,
                    withdrawn_by="",
                    withdrawn_reason="",
                ),
            ),
            models.CheckConstraint(
                name="plant_documentversion_no_reading_has_reason",
                condition=models.Q(needs_reading=True, no_reading_reason="")
                | models.Q(~models.Q(no_reading_reason=""), needs_reading=False),
            ),
            models.CheckConstraint(
                name="plant_documentversion_ends_after_start",
                condition=models.Q(effective_to=None) | models.Q(effective_to__gte=models.F("effective_from")),
            ),
            ExclusionConstraint(
                name="plant_documentversion_one_in_force",
                expressions=[
                    ("document", RangeOperators.EQUAL),
                    (TsTzRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(effective_from__isnull=False),
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(
                fields=[
                    "site", "document", "number", "attachment", "sha256", "change_note", "author", "author_name",
                    "created_at", "planned_from", "needs_reading", "no_reading_reason",
                ]
            ),
            Frozen(
                name="approved_stays",
                fields=["approved_at", "approved_by", "effective_from"],
                when="OLD.approved_at IS NOT NULL",
            ),
            Frozen(
                name="withdrawn_stays",
                fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "effective_to"],
                when="OLD.status = 'withdrawn'",
            ),
            Guard(
                name="moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_MOVES,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.document.code} v{self.number}"

    def content(self) -> dict[str, Any]:
        """All that an approval covers. It never changes again."""
        return {
            "document": self.document_id,
            "number": self.number,
            "sha256": self.sha256,
            "change_note": self.change_note,
            "planned_from": self.planned_from,
            "needs_reading": self.needs_reading,
            "no_reading_reason": self.no_reading_reason,
        }

    @property
    def state(self) -> str:
        """The tone of its status."""
        return DOCUMENT_STATUS.state(self.status)


class DocumentReader(SiteOwned):
    """Who must read a document: holders of a skill, or everybody; at work on an equipment or below it, or anywhere."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="readers", verbose_name=_("document"))
    personnel_class = models.ForeignKey(
        "plant.PersonnelClass", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("skill")
    )
    equipment = models.ForeignKey(
        "plant.Equipment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area or machine")
    )

    class Meta:
        verbose_name = _("readers of a document")
        verbose_name_plural = _("readers of documents")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "personnel_class", "equipment"],
                nulls_distinct=False,
                name="plant_documentreader_once",
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.personnel_class_id or '*'} @ {self.equipment_id or '*'}"


class ReadConfirmation(SiteOwned):
    """A person said to have read a version, once and for good."""

    person = models.ForeignKey(
        "plant.Person", models.PROTECT, related_name="read_confirmations", verbose_name=_("person")
    )
    document_version = models.ForeignKey(
        DocumentVersion, models.PROTECT, related_name="confirmations", verbose_name=_("version")
    )
    confirmed_at = models.DateTimeField(_("read"))
    confirmed_by = models.CharField(_("confirmed by"), max_length=200)

    class Meta:
        verbose_name = _("read confirmation")
        verbose_name_plural = _("read confirmations")
        ordering = ["-confirmed_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "document_version"], name="plant_readconfirmation_once"),
        ]
        indexes = [models.Index(fields=["document_version"], name="plant_readconfirmation_version")]
        triggers = [
            AppendOnly(),
            Guard(
                name="of_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM plant_documentversion v JOIN plant_person p ON p.id = NEW.person_id
                        WHERE v.id = NEW.document_version_id AND v.status = 'approved'
                        AND v.site_id = NEW.site_id AND p.site_id = NEW.site_id
                    ) THEN
                        RAISE EXCEPTION 'only an approved version of the own site is confirmed'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_readconfirmation_of_approved';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.document_version_id}"
