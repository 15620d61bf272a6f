"""What approving a class of records takes at a site, from when on, and the approvals themselves."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models.signature import SHA256_PATTERN, Signature
from mom.accounts.models.site import Site
from mom.accounts.models.user import User
from mom.core.choices import Labelled
from mom.core.db.triggers import AppendOnly, Guard, History

MODE = Labelled(
    ApprovalMode,
    {
        ApprovalMode.NONE: (_("No approval"), ""),
        ApprovalMode.SELF: (_("Self-approval"), ""),
        ApprovalMode.FOUR_EYES: (_("Four eyes"), ""),
    },
)


class ApprovalPolicy(models.Model):
    """What a class of records takes at a site from an instant on, until the next row. Rows only come; none changes.

    Where it is marked as regulated, four eyes are compulsory.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="approval_policies", verbose_name=_("site"))
    record_class = models.ForeignKey(
        "accounts.RecordClass", models.PROTECT, related_name="policies", verbose_name=_("records")
    )
    mode = models.CharField(_("approval"), max_length=10, choices=MODE.choices)
    is_regulated = models.BooleanField(_("regulated"), default=False)
    valid_from = models.DateTimeField(_("valid from"))
    reason = models.TextField(_("reason"))
    decided_by = models.CharField(_("decided by"), max_length=200)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["record_class", "-valid_from", "-id"]
        constraints = [
            MODE.check("mode", "accounts_approvalpolicy_mode_known"),
            models.CheckConstraint(
                condition=models.Q(is_regulated=False) | models.Q(mode=ApprovalMode.FOUR_EYES.value),
                name="accounts_approvalpolicy_regulated_takes_four_eyes",
                violation_error_message=_("Regulated records take four eyes."),
            ),
            models.UniqueConstraint(
                fields=["site", "record_class", "valid_from"], name="accounts_approvalpolicy_one_at_a_time"
            ),
        ]
        triggers = [
            AppendOnly(),
            History(),
            Guard(
                name="only_ahead",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.valid_from < clock_timestamp() - interval '1 minute' THEN
                        RAISE EXCEPTION 'an approval rule is never made for the past'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approvalpolicy_only_ahead';
                    END IF;
                    IF NOT NEW.is_regulated AND EXISTS (
                        SELECT 1 FROM accounts_recordclass c WHERE c.code = NEW.record_class_id AND c.is_regulated
                    ) THEN
                        RAISE EXCEPTION '% is regulated at every site', NEW.record_class_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approvalpolicy_class_regulated';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_class_id} {self.mode}"


class Approval(models.Model):
    """A record was approved as it stood: without check, by its author (recorded as such), or by a second person."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="approvals", verbose_name=_("site"))
    record_class = models.ForeignKey(
        "accounts.RecordClass", models.PROTECT, related_name="approvals", verbose_name=_("records")
    )
    subject_type = models.CharField(_("kind of record"), max_length=100)
    subject_id = models.CharField(_("record key"), max_length=100)
    subject_label = models.CharField(_("record"), max_length=200)
    subject_version = models.CharField(_("version"), max_length=40, blank=True)
    content_sha256 = models.CharField(_("content"), max_length=64)
    mode = models.CharField(_("approval"), max_length=10, choices=MODE.choices)
    is_own = models.BooleanField(_("by the author"))
    approver = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="approvals", verbose_name=_("person")
    )
    approver_name = models.CharField(_("approved by"), max_length=200)
    authors = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("authors"))
    signature = models.OneToOneField(
        Signature, models.PROTECT, null=True, blank=True, related_name="approval", verbose_name=_("signature")
    )
    reason = models.TextField(_("reason"), blank=True)
    approved_at = models.DateTimeField(_("approved"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-approved_at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="accounts_approval_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "content_sha256"], name="accounts_approval_once"
            ),
            MODE.check("mode", "accounts_approval_mode_known"),
            models.CheckConstraint(
                condition=~models.Q(mode=ApprovalMode.FOUR_EYES.value)
                | models.Q(signature__isnull=False, approver__isnull=False, is_own=False),
                name="accounts_approval_four_eyes_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(content_sha256__regex=SHA256_PATTERN), name="accounts_approval_hash_shape"
            ),
        ]
        triggers = [
            AppendOnly(),
            History(),
            Guard(
                name="as_the_rule_says",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("signed", "accounts_signature%ROWTYPE"), ("rule", "text")],
                func="""
                    SELECT p.mode INTO rule FROM accounts_approvalpolicy p
                    WHERE p.record_class_id = NEW.record_class_id AND p.site_id = NEW.site_id
                        AND p.valid_from <= clock_timestamp() ORDER BY p.valid_from DESC, p.id DESC LIMIT 1;
                    IF EXISTS (SELECT 1 FROM accounts_recordclass c
                               WHERE c.code = NEW.record_class_id AND c.is_regulated) THEN
                        rule := 'four_eyes';
                    END IF;
                    IF NEW.mode <> 'four_eyes' AND rule = 'four_eyes' THEN
                        RAISE EXCEPTION '% takes four eyes', NEW.record_class_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_takes_four_eyes';
                    END IF;
                    IF NEW.is_own IS DISTINCT FROM coalesce(NEW.approver_id::text = ANY (NEW.authors), false) THEN
                        RAISE EXCEPTION 'who approves their own work is named as such'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_own_named';
                    END IF;
                    IF NEW.signature_id IS NOT NULL THEN
                        SELECT * INTO signed FROM accounts_signature WHERE id = NEW.signature_id;
                        IF signed.meaning <> 'approved' OR signed.signer_id <> NEW.approver_id
                            OR (signed.site_id, signed.record_class_id, signed.subject_type, signed.subject_id,
                                signed.content_sha256) IS DISTINCT FROM
                               (NEW.site_id, NEW.record_class_id, NEW.subject_type, NEW.subject_id,
                                NEW.content_sha256) THEN
                            RAISE EXCEPTION 'the signature was given for something else'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_signed_this';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_label} {self.approver_name}"
