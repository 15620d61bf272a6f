"""What people type about messages in quarantine. A form reads; the use case judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.floor.models.labels import MESSAGE_KIND

FIELDS = ("machine", "at", "kind", "name", "state", "code", "mode", "reason", "value", "unit", "text")


class ReleaseForm(forms.Form):
    """The message as it is to be taken; it begins as it came."""

    machine = forms.CharField(label=_("Machine"), max_length=200, help_text=_("Its code, or an alias of it."))
    at = forms.CharField(label=_("Happened"), max_length=40, help_text=_("With its offset: 2026-04-16T10:42:00+02:00."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", ""), *MESSAGE_KIND.choices])
    name = forms.CharField(label=_("Name"), max_length=64, required=False)
    state = forms.CharField(label=_("State"), max_length=64, required=False)
    code = forms.CharField(label=_("Code"), max_length=64, required=False)
    mode = forms.CharField(label=_("Mode"), max_length=32, required=False)
    reason = forms.CharField(label=_("Reason of the machine"), max_length=64, required=False)
    value = forms.CharField(label=_("Value"), max_length=50, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=3, required=False, help_text=_("C62, KWH, CEL."))
    text = forms.CharField(label=_("Text"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def corrected(self, content: dict[str, Any]) -> dict[str, Any]:
        """The fields that differ from `content`; one that no message has is taken away."""
        typed = {name: self.cleaned_data[name] for name in FIELDS}
        changed = {name: value for name, value in typed.items() if value != str(content.get(name) or "")}
        strange = set(content) - set(FIELDS) - {"id", "sequence", "session"}
        return {**changed, **dict.fromkeys(strange, "")}


class DiscardForm(forms.Form):
    """Why it is left out."""

    because = forms.CharField(label=_("Reason"), min_length=2, max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
