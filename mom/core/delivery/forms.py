"""What people type about messages and webhooks. A form reads; the use cases judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.events import registry

DESCRIPTIONS = {
    "work.job_order_status_changed": _("A job was released, started, paused, held, resumed, finished or ended"),
    "work.quantity_reported": _("Good, scrap or rework was logged or taken back"),
    "work.work_reported": _("The figures of some days changed"),
    "erp.import_completed": _("A file was imported"),
}


def event_choices() -> list[tuple[str, Any]]:
    """Every event by its name, with what it says."""
    return [(name, f"{DESCRIPTIONS[name]} ({name})" if name in DESCRIPTIONS else name) for name in registry.names()]


class WebhookForm(forms.Form):
    """An address and what it wants to hear."""

    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Begins with https://. It gets a POST for each event."),
    )
    events = forms.MultipleChoiceField(label=_("Events"), choices=event_choices, widget=forms.CheckboxSelectMultiple)


class WebhookChangeForm(WebhookForm):
    """The same for one that exists."""

    is_active = forms.BooleanField(
        label=_("Send messages"), required=False, help_text=_("While it is off, messages wait.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class PlainForm(forms.Form):
    """Nothing to type: a question with one button."""


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class EmailForm(forms.Form):
    """Where to send a test message."""

    to = forms.EmailField(label=_("E-mail address"))
