"""Who signs in."""

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, Guard, History

USERNAME_PATTERN = r"^[a-z0-9][a-z0-9._@+-]{0,59}\Z"


class UserManager(BaseUserManager["User"]):
    """Finds people by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person who signs in as `username`. Raises: User.DoesNotExist."""
        return self.get(username=(username or "").strip().lower())


class Theme(models.TextChoices):
    """How a person wants the pages to look."""

    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


_SESSIONS_END_WITH_LOCK = Guard(
    name="sessions_end_with_lock",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("is_active"),
    condition=pgtrigger.Q(old__is_active__df=pgtrigger.F("new__is_active")),
    func="NEW.session_epoch := OLD.session_epoch + 1; RETURN NEW;",
)


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from their memberships alone, read anew on every request.

    Names are lower-case ASCII, so that no two look alike. Sign-ins are in the audit trail, not in a column here.
    `is_demo`: made with the demo plant, whose password everybody knows; leaves with it.
    """

    last_login = None  # a sign-in is an audit entry; it changes no master data

    username = models.CharField(
        _("sign-in name"), max_length=60, unique=True, validators=[RegexValidator(USERNAME_PATTERN)]
    )
    display_name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("of the demo plant"), default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    session_epoch = models.PositiveIntegerField(_("sessions ended"), default=0, db_default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        triggers = [History(redact=["password"]), Frozen(fields=["is_demo"]), _SESSIONS_END_WITH_LOCK]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=USERNAME_PATTERN), name="accounts_user_username_shape"
            ),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="accounts_user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The printed name."""
        return str(self)

    def get_short_name(self) -> str:
        """The printed name."""
        return str(self)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password fits; never writes (the sign-in service renews an old hash, with an actor)."""
        return raw_password is not None and check_password(raw_password, self.password)

    def get_session_auth_hash(self) -> str:
        """What a session is bound to, compared on each request."""
        return self._session_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the keys on their way out."""
        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret=key)

    def _session_hash(self, secret: str | None = None) -> str:
        bound = f"{self.password}\0{self.session_epoch}"
        return salted_hmac("mom.accounts.session", bound, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the administration pages open: the right to them at every site."""
        return self.has_perm("accounts.use_admin")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether some backend grants `perm`; asked by the administration pages."""
        return any(backend.has_perm(self, perm, obj) for backend in auth.get_backends() if hasattr(backend, "has_perm"))

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        """Whether each of the rights is granted."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the administration pages show that app."""
        return self.is_staff
