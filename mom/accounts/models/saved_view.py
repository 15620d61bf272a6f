"""Views of lists that people keep: search, filters, sort, columns and density under a name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, History


class SavedView(models.Model):
    """A list's address under a name: its maker's own, shared with a role, or with everybody at the site.

    `page` is the list's name in the code, `query` what stands behind the question mark.
    """

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    page = models.CharField(_("list"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("view"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept by")
    )
    is_shared = models.BooleanField(_("shared"), default=False)
    role = models.ForeignKey(
        "accounts.Role",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("shared with"),
    )
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "page", "owner", "name"], name="accounts_savedview_name_once_per_person"
            ),
            models.CheckConstraint(name="accounts_savedview_name_not_empty", condition=~models.Q(name="")),
            models.CheckConstraint(
                name="accounts_savedview_role_only_when_shared",
                condition=models.Q(role=None) | models.Q(is_shared=True),
            ),
        ]
        triggers = [History(), Frozen(fields=["site", "page", "owner"])]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view with which a list opens for one person at one site."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey("accounts.Site", on_delete=models.CASCADE, related_name="+")
    page = models.CharField(_("list"), max_length=100)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="default_of")

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")
        constraints = [
            models.UniqueConstraint(fields=["user", "site", "page"], name="accounts_defaultview_one_per_list"),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.view_id}"
