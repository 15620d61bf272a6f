"""Form fields that the whole house shares."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class QuantityInput(forms.DecimalField):
    """A quantity that takes comma and point, whatever the language (DESIGN.md 6.5). Six digits behind the point."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 6)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {"invalid": _("Enter a number, for example 12 or 12.5.")})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The exact number. Raises: ValidationError."""
        if isinstance(value, str) and value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
        return super().to_python(value)


class MomentInput(forms.DateTimeField):
    """A moment of the plant's clock, in years that every database, driver and time zone can hold."""

    default_error_messages = {"bounds": _("Give a year from 1970 to 2199.")}

    def __init__(self, **kwargs: Any) -> None:
        picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": picker, **kwargs})

    def clean(self, value: Any) -> datetime | None:
        """The instant. Raises: ValidationError."""
        moment: datetime | None = super().clean(value)
        if moment is not None and not 1970 <= moment.year <= 2199:
            raise forms.ValidationError(self.error_messages["bounds"], code="bounds")
        return moment


class OnceKey(forms.UUIDField):
    """The key of one act, made with the form: sent twice by a double click or a lost answer, it counts once (P01)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(initial=uuid.uuid4, widget=forms.HiddenInput, **kwargs)
