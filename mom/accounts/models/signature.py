"""Electronic signatures: what a person said of a record, bound to its exact content."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import Meaning, Proof, digest_of
from mom.accounts.models.site import Site
from mom.accounts.models.user import User
from mom.core.choices import Labelled
from mom.core.db.triggers import AppendOnly, Guard, History

SHA256_PATTERN = r"^[0-9a-f]{64}\Z"
MEANING = Labelled(
    Meaning,
    {
        Meaning.PERFORMED: (_("Performed"), ""),
        Meaning.VERIFIED: (_("Verified"), ""),
        Meaning.REVIEWED: (_("Reviewed"), ""),
        Meaning.APPROVED: (_("Approved"), "ok"),
        Meaning.REJECTED: (_("Rejected"), "bad"),
    },
)

PROOF = Labelled(Proof, {Proof.BOTH: (_("name and secret"), ""), Proof.SECRET: (_("secret, in the same session"), "")})


class RecordClass(models.Model):
    """A kind of record that is approved or signed; apps declare them, a migration writes them down."""

    code = models.CharField(_("code"), max_length=60, primary_key=True)
    is_regulated = models.BooleanField(_("regulated"), default=False)

    class Meta:
        verbose_name = _("class of records")
        verbose_name_plural = _("classes of records")
        ordering = ["code"]
        triggers = [History()]

    def __str__(self) -> str:
        return self.code


class Signature(models.Model):
    """One signature. It fits one record, one version and one content; nobody changes, moves or removes it.

    `content_sha256` covers the record's name too; `digest` covers this whole row and stands in the audit trail.
    Source: 21 CFR 11.50, 11.70, 11.200.
    """

    DIGESTED: ClassVar = (
        "site_id", "signer_id", "signer_name", "meaning", "reason", "record_class_id", "subject_type", "subject_id",
        "subject_label", "subject_version", "content_sha256", "authors", "signed_at", "utc_offset_minutes", "proof",
        "device", "session", "nonce",
    )  # fmt: skip

    site = models.ForeignKey(Site, models.PROTECT, related_name="signatures", verbose_name=_("site"))
    signer = models.ForeignKey(User, models.PROTECT, related_name="signatures", verbose_name=_("signer"))
    signer_name = models.CharField(_("signed by"), max_length=100)
    meaning = models.CharField(_("meaning"), max_length=10, choices=MEANING.choices)
    reason = models.TextField(_("reason"))
    record_class = models.ForeignKey(RecordClass, models.PROTECT, related_name="signatures", verbose_name=_("records"))
    subject_type = models.CharField(_("kind of record"), max_length=100)
    subject_id = models.CharField(_("record key"), max_length=100)
    subject_label = models.CharField(_("record"), max_length=200)
    subject_version = models.CharField(_("version"), max_length=40, blank=True)
    content_sha256 = models.CharField(_("content"), max_length=64)
    authors = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("authors"))
    signed_at = models.DateTimeField(_("signed"))
    utc_offset_minutes = models.SmallIntegerField(_("local offset in minutes"))
    proof = models.CharField(_("proof"), max_length=10, choices=PROOF.choices)
    device = models.CharField(_("device"), max_length=100, blank=True)
    session = models.CharField(_("session"), max_length=64)
    nonce = models.CharField(_("request"), max_length=64, unique=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["-signed_at", "-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="accounts_signature_subject"),
            models.Index(fields=["site", "-signed_at"], name="accounts_signature_recent"),
            models.Index(fields=["session", "signer"], name="accounts_signature_session"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "content_sha256", "meaning", "signer"],
                name="accounts_signature_once",
            ),
            MEANING.check("meaning", "accounts_signature_meaning_known"),
            PROOF.check("proof", "accounts_signature_proof_known"),
            models.CheckConstraint(
                condition=models.Q(content_sha256__regex=SHA256_PATTERN, digest__regex=SHA256_PATTERN),
                name="accounts_signature_hash_shape",
            ),
            models.CheckConstraint(condition=models.Q(reason__regex=r"\S.*\S"), name="accounts_signature_has_reason"),
            models.CheckConstraint(condition=~models.Q(signer_name=""), name="accounts_signature_has_name"),
        ]
        triggers = [
            AppendOnly(),
            History(),
            Guard(
                name="not_by_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.meaning IN ('verified', 'reviewed', 'approved')
                        AND NEW.signer_id::text = ANY (NEW.authors) AND (
                            EXISTS (SELECT 1 FROM accounts_recordclass c
                                    WHERE c.code = NEW.record_class_id AND c.is_regulated)
                            OR (SELECT p.mode FROM accounts_approvalpolicy p
                                WHERE p.record_class_id = NEW.record_class_id AND p.site_id = NEW.site_id
                                    AND p.valid_from <= clock_timestamp()
                                ORDER BY p.valid_from DESC, p.id DESC LIMIT 1) = 'four_eyes') THEN
                        RAISE EXCEPTION 'author and approver are two people'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_signature_not_by_author';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="may_sign",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM accounts_membership m JOIN accounts_role r ON r.id = m.role_id
                        JOIN accounts_user u ON u.id = m.user_id
                        WHERE m.user_id = NEW.signer_id AND (m.site_id IS NULL OR m.site_id = NEW.site_id)
                            AND m.valid_from <= clock_timestamp()
                            AND (m.valid_to IS NULL OR m.valid_to > clock_timestamp())
                            AND u.is_active AND 'accounts.sign_record' = ANY (r.permissions)
                    ) THEN
                        RAISE EXCEPTION 'no role of this person signs at this site'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_signature_may_sign';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def row_digest(self) -> str:
        """SHA-256 over everything that this row says."""
        return digest_of({name: getattr(self, name) for name in self.DIGESTED})

    def __str__(self) -> str:
        return f"{self.signer_name}: {self.meaning} {self.subject_label}"
