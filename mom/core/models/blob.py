"""Uploaded bytes, kept where truth lives, so that a worker on another machine finds them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen


class StoredBlob(models.Model):
    """The bytes of a file under their SHA-256; the same bytes twice are stored once."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints: ClassVar = [models.UniqueConstraint(fields=["sha256"], name="core_storedblob_sha256")]
        triggers: ClassVar = [Frozen(fields=["sha256", "size", "content"])]

    def __str__(self) -> str:
        return self.sha256[:12]
