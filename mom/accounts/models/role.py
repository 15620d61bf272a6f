"""What people may do, and where."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mom.accounts.models.site import Site
from mom.accounts.models.user import User
from mom.core import clock
from mom.core.db.triggers import History


class Role(models.Model):
    """A named set of permission strings. The built-in ones follow the release; a plant may add its own."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z")])
    name = models.CharField(_("name"), max_length=100)
    permissions = ArrayField(models.CharField(max_length=100), verbose_name=_("permissions"), default=list, blank=True)
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["code"]
        triggers = [History()]

    def __str__(self) -> str:
        return self.name


class ValidRange(models.Func):
    """`tstzrange(valid_from, valid_to, '[)')`: an open end is for ever."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Membership(models.Model):
    """A person has a role at a site from one instant until another (open end: until taken away).

    Without a site it holds at every site, present and future. The same role is never held twice at once.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("user"))
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("site")
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="memberships", verbose_name=_("role"))
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["user", "site", "role"]
        triggers = [History()]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="accounts_membership_order_of_ends",
            ),
            ExclusionConstraint(
                name="accounts_membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce("site", models.Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (ValidRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.site.code if self.site else '*'}"
