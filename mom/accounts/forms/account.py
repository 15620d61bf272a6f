"""What people type about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Theme


class SignInForm(AuthenticationForm):
    """Name and password. One sentence for every way in which they don't fit."""

    error_messages = {
        "invalid_login": _("Name and password do not fit together. Check both and try again."),
        "inactive": _("Name and password do not fit together. Check both and try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Sign-in name")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "spellcheck": "false"}
        self.fields["password"].label = _("Password")

    def clean_username(self) -> str:
        """The name in lower case, so that the lock counts all spellings as one."""
        return str(self.cleaned_data["username"]).strip().lower()


class PreferencesForm(forms.Form):
    """Language and theme of the pages."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    theme = forms.ChoiceField(label=_("Light or dark"), choices=Theme.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [("", _("As the browser asks for")), *settings.LANGUAGES]


class PasswordForm(forms.Form):
    """The present password, and the new one."""

    old_password = forms.CharField(
        label=_("Present password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A sentence is easier to remember than a riddle."),
    )
