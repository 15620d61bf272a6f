"""Who signs in."""

from typing import Any

from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History

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


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from their memberships alone, read anew on every request.

    Names are lower-case ASCII, so that no two look alike. Sign-ins are in the audit trail, not in a column here.
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
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        triggers = [History(redact=["password"])]
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
