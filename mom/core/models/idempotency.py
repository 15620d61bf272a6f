"""Answers kept under the caller's own key, so that the same request twice takes effect once."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """One request of one principal under its `Idempotency-Key`, with the answer as text, byte for byte."""

    principal = models.CharField(max_length=170)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints: ClassVar = [models.UniqueConstraint(fields=["principal", "key"], name="core_idempotencykey_once")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="core_idempotencykey_age")]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
