"""Which tours through the pages a person has seen, and how far."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TourProgress(models.Model):
    """One person on one tour: the step to go on with; ended (seen or skipped) it never comes by itself again."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="tours", verbose_name=_("person"))
    tour = models.CharField(_("tour"), max_length=40)
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("tour of a person")
        verbose_name_plural = _("tours of people")
        constraints = [
            models.UniqueConstraint(fields=["user", "tour"], name="accounts_tourprogress_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.tour} {self.step}"
