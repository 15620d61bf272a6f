"""What people type about labels and printers. A form reads; the use cases judge."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.labels import registry
from mom.core.labels.printing import MOST_COPIES
from mom.core.models.printer import PRINTER_KIND


class TemplateForm(forms.Form):
    """A label's size and elements."""

    noun = forms.ChoiceField(label=_("For"))
    name = forms.CharField(label=_("Name"), max_length=100)
    width = forms.DecimalField(label=_("Width, mm"), min_value=10, max_value=300, decimal_places=1, max_digits=5)
    height = forms.DecimalField(label=_("Height, mm"), min_value=5, max_value=420, decimal_places=1, max_digits=5)
    elements = forms.CharField(
        label=_("Elements"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["noun"].choices = [(each.key, each.label) for each in registry.registered()]  # type: ignore[attr-defined]

    def clean_elements(self) -> Any:
        """The list behind the text. Raises: ValidationError."""
        try:
            return json.loads(self.cleaned_data["elements"])
        except ValueError as error:
            raise forms.ValidationError(_t("This is no JSON: %(error)s") % {"error": error}) from None


class TemplateChangeForm(TemplateForm):
    """The same for one that exists; what it is for stays."""

    is_active = forms.BooleanField(label=_("In use"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["noun"]


class PrinterForm(forms.Form):
    """Where a printer stands and what it reads."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Reads"), choices=PRINTER_KIND.choices)
    host = forms.CharField(label=_("Address"), max_length=253, help_text=_("A name or an IP address in the plant."))
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=9100)
    dots = forms.TypedChoiceField(
        label=_("Dots per inch"), choices=[(203, "203"), (300, "300"), (600, "600")], coerce=int, initial=203
    )
    asks_status = forms.BooleanField(
        label=_("Ask it whether it is ready"),
        required=False,
        initial=True,
        help_text=_("Label printers say so (~HS). Only then is it known that a label arrived and that paper is there."),
    )


class PrinterChangeForm(PrinterForm):
    """The same for one that exists."""

    is_active = forms.BooleanField(label=_("In use"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PrintForm(forms.Form):
    """Which label, where, how many."""

    template = forms.TypedChoiceField(label=_("Label"), coerce=int)
    printer = forms.TypedChoiceField(label=_("Printer"), coerce=int)
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MOST_COPIES, initial=1)

    def __init__(self, *args: Any, templates: Any, printers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [(each.pk, each.name) for each in templates]  # type: ignore[attr-defined]
        self.fields["printer"].choices = [(each.pk, each.name) for each in printers]  # type: ignore[attr-defined]


class ReprintForm(forms.Form):
    """How many, and why."""

    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MOST_COPIES, initial=1)
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
