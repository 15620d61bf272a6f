"""What people carry and know: the badge says who somebody is, the PIN proves it."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.accounts.models.user import User
from mom.core.db.triggers import Frozen, History

BADGE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{3,39}\Z"


class Badge(models.Model):
    """A badge in somebody's hands. Its code is readable to everyone who sees it, so it is stored as it is.

    One code is one valid badge in the whole installation; a lost one is revoked, and its code may be given again.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="badges", verbose_name=_("person"))
    code = models.CharField(_("code"), max_length=40, validators=[RegexValidator(BADGE_PATTERN)])
    issued_at = models.DateTimeField(_("issued at"), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        ordering = ["-issued_at", "-pk"]
        triggers = [
            History(),
            Frozen(fields=["user", "code", "issued_at"]),
            Frozen(name="stays_revoked", fields=["revoked_at"], when="OLD.revoked_at IS NOT NULL"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=BADGE_PATTERN), name="accounts_badge_code_shape"),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(revoked_at__gte=models.F("issued_at")),
                name="accounts_badge_order_of_ends",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(revoked_at__isnull=True),
                name="accounts_badge_code_unique_while_valid",
                violation_error_message=_("This badge is in somebody's hands already. Revoke it first."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Pin(models.Model):
    """The PIN of a person, as Argon2's line over the PIN and a pepper; which pepper, by name.

    Only `mom.accounts.services` reads the line. A one-time PIN opens nothing but the page where it is changed.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="pin", verbose_name=_("person"))
    digest = models.CharField(_("digest"), max_length=160, editable=False)
    pepper = models.CharField(_("pepper"), max_length=12, editable=False)
    is_one_time = models.BooleanField(_("must be changed"), default=False, editable=False)
    set_at = models.DateTimeField(_("set at"), editable=False)

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")
        triggers = [History(redact=["digest"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest__startswith="$argon2id$"), name="accounts_pin_digest_is_argon2id"
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class SecretTries(models.Model):
    """Wrong PINs and passwords of one person, one device or one address: read and moved under a row lock.

    Machinery: what happened is in the audit trail.
    """

    key = models.CharField(_("whose"), max_length=80, primary_key=True)
    count = models.PositiveIntegerField(_("tries"), default=0)
    last_at = models.DateTimeField(_("last try"), null=True)

    class Meta:
        verbose_name = _("wrong tries")
        verbose_name_plural = _("wrong tries")

    def __str__(self) -> str:
        return self.key
