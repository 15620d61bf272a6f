"""Badges and PINs as people type them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.pin import MOST_DIGITS


class BadgeForm(forms.Form):
    """The code on a badge, scanned or typed."""

    code = forms.CharField(
        label=_("Code on the badge"),
        max_length=40,
        help_text=_("Scan it or type it: letters, digits and dashes. It says who somebody is and proves nothing."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReplaceForm(BadgeForm):
    """The new badge and why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, min_length=2)


def pin_field(label: Any, **kwargs: Any) -> forms.CharField:
    """A field for a PIN, which is shown to nobody."""
    attrs = {"autocomplete": "off", "inputmode": "numeric"}
    return forms.CharField(label=label, max_length=MOST_DIGITS, widget=forms.PasswordInput(attrs=attrs), **kwargs)


class OneTimePinForm(forms.Form):
    """A PIN for one time."""

    pin = pin_field(
        _("PIN for one time"),
        help_text=_("6 to 9 digits. Tell it to the person; they choose their own at the station."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, min_length=2)


class OwnPinForm(forms.Form):
    """One's own PIN, after one's password."""

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    pin = pin_field(_("New PIN"), help_text=_("6 to 9 digits, not the number on your badge, no row like 123456."))
    again = pin_field(_("Once more"))

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        cleaned = super().clean() or {}
        if cleaned.get("pin") != cleaned.get("again"):
            self.add_error("again", _("The two PINs differ. Type them again."))
        return cleaned
