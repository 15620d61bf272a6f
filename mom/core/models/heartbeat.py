"""Proof that each queue is really being worked off."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerHeartbeat(models.Model):
    """The last time when beat rang for a queue and when a worker of it answered."""

    queue = models.CharField(_("queue"), max_length=50, primary_key=True)
    rung_at = models.DateTimeField(_("rung"), null=True)
    stamped_at = models.DateTimeField(_("answered"), null=True)
    worker = models.CharField(_("worker"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("worker heartbeat")
        verbose_name_plural = _("worker heartbeats")

    def __str__(self) -> str:
        return self.queue
