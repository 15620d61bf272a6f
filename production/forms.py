"""Forms of production orders."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mom.core.web.inputs import MomentInput, OnceKey, QuantityInput

Choices = Sequence[tuple[str, str]]


class Proposing(forms.TextInput):
    """A text field that proposes what exists: typing or scanning a code is quicker than a list of thousands."""

    def __init__(self, proposals: Choices) -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "64"})
        self.proposals = proposals

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field and its proposals."""
        list_id = f"{name}-proposals"
        options = format_html_join("", '<option value="{}">{}</option>', self.proposals)
        box = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, options)


class OrderForm(forms.Form):
    """A new order: number, material, quantity, machine, due."""

    code = forms.CharField(
        label=_("Order number"),
        max_length=64,
        strip=True,
        required=False,
        help_text=_("Empty: the next number of its range."),
    )
    material = forms.CharField(label=_("Material"), max_length=64, help_text=_("The code of what is to be made."))
    quantity = QuantityInput(label=_("Quantity"), help_text=_("In the unit of the material."))
    machine = forms.CharField(
        label=_("Machine"), max_length=64, required=False, help_text=_("May be chosen later, when the job is planned.")
    )
    due_at = MomentInput(label=_("Due"), required=False)
    is_released = forms.BooleanField(
        label=_("Release at once"), required=False, initial=True, help_text=_("A released order can be started.")
    )

    def __init__(self, *args: Any, materials: Choices, machines: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["material"].widget = Proposing(materials)
        self.fields["machine"].widget = Proposing(machines)


class OrderPlanForm(forms.Form):
    """A button: planned twice is planned once."""


class OrderCommandForm(forms.Form):
    """A command to an order: why, and the version that the page showed."""

    op_uuid = OnceKey(required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"]
