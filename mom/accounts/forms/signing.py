"""What a person types to sign: the meaning, why, who they are, and the secret that proves it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import Meaning
from mom.accounts.models.signature import MEANING


class SigningForm(forms.Form):
    """The signing dialog. The name may stay empty where the person signed in this session before.

    The secret is never shown again: a refused form comes back without it.
    """

    challenge = forms.CharField(widget=forms.HiddenInput, max_length=1000)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    meaning = forms.ChoiceField(label=_("Meaning"))
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=500)
    name = forms.CharField(
        label=_("Sign-in name or badge"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    secret = forms.CharField(
        label=_("PIN or password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, meanings: Sequence[Meaning], is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meaning"]
        field.choices = [(each.value, MEANING.label(each.value)) for each in meanings]
        if len(meanings) == 1:
            field.widget, field.initial = forms.HiddenInput(), meanings[0].value
        self.fields["name"].required = is_first
        if is_first:
            self.fields["name"].help_text = _("The first signature of a session takes both.")
        else:
            self.fields["name"].help_text = _("Only where somebody else signs.")
