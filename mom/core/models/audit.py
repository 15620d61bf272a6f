"""The audit trail: who did what, when, to what and why; one entry per act, sealed into a hash chain per site."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, WrittenByDatabase

NO_SITE = "-"


class AuditEntry(models.Model):
    """One act of one actor, as the use case told it. Never changed, never deleted, no foreign keys."""

    recorded_at = models.DateTimeField(_("recorded"))
    chain = models.CharField(
        _("site"), max_length=32, help_text=_("The site's code, or - where the act belongs to no site.")
    )
    actor_kind = models.CharField(_("kind of actor"), max_length=16)
    actor_id = models.CharField(_("actor key"), max_length=150)
    actor_label = models.CharField(_("actor"), max_length=200)
    action = models.CharField(_("action"), max_length=100)
    subject_type = models.CharField(_("kind of subject"), max_length=100)
    subject_id = models.CharField(_("subject key"), max_length=100)
    subject_label = models.CharField(_("subject"), max_length=200)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="core_auditentry_subject"),
            models.Index(fields=["chain", "recorded_at"], name="core_auditentry_site_time"),
        ]
        triggers: ClassVar = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label}"


class AuditSeal(models.Model):
    """The link of one audit entry in its site's hash chain, written at commit by the database itself."""

    entry_id = models.BigIntegerField(primary_key=True)
    chain = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="core_auditseal_seq"),
            models.UniqueConstraint(fields=["chain", "prev_hash"], name="core_auditseal_no_fork"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="core_auditseal_seq_positive"),
        ]
        triggers: ClassVar = [WrittenByDatabase()]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"
