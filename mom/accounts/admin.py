"""Sites, people, roles and memberships in the administration pages; tokens are only looked at and revoked.

Every save is one use case of the acting person: row history and audit trail know who.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import ApiToken, Membership, Role, Site, User
from mom.accounts.services.membership import refuse_escalation
from mom.core import permissions
from mom.core.actor import EVERY_SITE
from mom.core.use_case import UseCase, use_case

admin.site.unregister(Group)  # rights come from our roles

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _RoleForm = forms.ModelForm[Role]
else:
    _ModelAdmin = admin.ModelAdmin
    _RoleForm = forms.ModelForm


class RecordedAdmin(_ModelAdmin):
    """Writes through a use case, and never deletes."""

    secret_fields: tuple[str, ...] = ("password1", "password2")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form; a sent one is one transaction with its actor named to the database."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        reason = str(_("Administration pages"))
        with use_case(request.actor, reason) as act:  # type: ignore[attr-defined]
            request.act = act  # type: ignore[attr-defined]
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save it and write the audit entry."""
        act: UseCase = request.act  # type: ignore[attr-defined]
        before = {
            name: form.initial.get(name) for name in form.changed_data if change and name not in self.secret_fields
        }
        after = {name: form.cleaned_data.get(name) for name in form.changed_data if name not in self.secret_fields}
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "created"
        action = f"accounts.{obj._meta.model_name}_{verb}"
        act.record(action, subject=obj, before=_plain(before), after=_plain(after))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was, stays on record; a person is locked, a membership ended."""
        return False


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Rows and instants as text."""
    return {name: value if isinstance(value, bool | list) else str(value) for name, value in values.items()}


@admin.register(Site)
class SiteAdmin(RecordedAdmin):
    """Plants."""

    list_display = ("code", "name", "time_zone", "currency", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is given once."""
        return ("code",) if obj else ()


class PersonCreationForm(BaseUserCreationForm):
    """Sign-in name, printed name and first password."""

    class Meta:
        model = User
        fields = ("username", "display_name", "email")

    def clean_username(self) -> str:
        """In lower case."""
        return str(self.cleaned_data["username"]).strip().lower()


@admin.register(User)
class UserAdmin(RecordedAdmin):
    """People who sign in. A new password is given by `manage.py`, or by the person on their own page."""

    list_display = ("username", "display_name", "email", "is_active")
    list_filter = ("is_active",)
    search_fields = ("username", "display_name")
    fields = ("username", "display_name", "email", "is_active", "language", "theme")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With a password for a new person."""
        if obj is None:
            return PersonCreationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new person needs less."""
        return self.fields if obj else ("username", "display_name", "email", "password1", "password2")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The sign-in name is given once."""
        return ("username",) if obj else ()


class RoleForm(_RoleForm):
    """A role by ticking what it may do."""

    permissions = forms.MultipleChoiceField(label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Role
        fields = ("code", "name", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            field: Any = self.fields["permissions"]
            field.choices = [(name, f"{name}: {right.label}") for name, right in permissions.declared().items()]


@admin.register(Role)
class RoleAdmin(RecordedAdmin):
    """Roles; the built-in ones follow the release and are only looked at."""

    form = RoleForm
    list_display = ("code", "name", "is_builtin")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not for the built-in ones."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_builtin)


@admin.register(Membership)
class MembershipAdmin(RecordedAdmin):
    """Who has which role where. To take a role away, set its end."""

    list_display = ("user", "role", "site", "valid_from", "valid_to")
    list_filter = ("role", "site")
    list_select_related = ("user", "role", "site")
    autocomplete_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """With the rule against giving oneself rights. Raises: NotAllowed."""
        refuse_escalation(request.actor, obj.user, obj.role, obj.site.code if obj.site else EVERY_SITE)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the end of a membership changes."""
        return ("user", "role", "site", "valid_from") if obj else ()


@admin.register(ApiToken)
class ApiTokenAdmin(RecordedAdmin):
    """Tokens: made by `manage.py create_api_token`, revoked here by setting the instant."""

    list_display = ("prefix", "name", "user", "scopes", "expires_at", "revoked_at")
    list_select_related = ("user",)
    fields = ("prefix", "name", "user", "scopes", "sites", "networks", "created_at", "expires_at", "revoked_at")
    readonly_fields = ("prefix", "user", "scopes", "sites", "networks", "created_at", "expires_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A secret is shown once, which these pages can't."""
        return False
