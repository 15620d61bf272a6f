"""Forms of the first hour, one a step. Short: what can be guessed is proposed, what can wait is optional."""

import zoneinfo
from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mom.core.engine.units import PIECES
from mom.core.web.inputs import QuantityInput
from mom.start.engine.shifts import Days, Pattern
from mom.start.engine.template import Trade

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "TRY", "INR", "CNY", "JPY",
              "KRW", "BRL", "MXN", "CAD", "AUD", "ZAR")  # fmt: skip
TRADES: tuple[tuple[Trade, Any, Any], ...] = (
    (Trade.MACHINING, _("Machining"), _("Turning, milling, grinding: single parts and small series.")),
    (Trade.ASSEMBLY, _("Assembly"), _("Stations and lines that put parts together, with tests.")),
    (Trade.MOULDING, _("Moulding"), _("Injection moulding with moulds, granulate and colours.")),
    (Trade.FOOD, _("Food"), _("Mixing, cooking, filling, with cleaning between products.")),
    (Trade.EMPTY, _("Something else"), _("A few plain reasons, everything else you add yourself.")),
)
PATTERNS = (
    (Pattern.ONE, _("One shift, the day")),
    (Pattern.TWO, _("Two shifts, early and late")),
    (Pattern.THREE, _("Three shifts, round the clock")),
)
DAYS = ((Days.WEEKDAYS, _("Monday to Friday")), (Days.SIX, _("Monday to Saturday")), (Days.ALL, _("Every day")))
BREAKS = ((0, _("no break")), (15, _("15 minutes")), (30, _("30 minutes")), (45, _("45 minutes")), (60, _("1 hour")))
UNIT_WORDS = {"C62": _("pieces"), "KGM": _("kilograms"), "LTR": _("litres"), "MTR": _("metres"), "MIL": _("thousands")}
CODE = RegexValidator(r"^[\w.+/-][\w .+/-]*\Z", _("Use letters, digits and - . / only."))


class Searchable(forms.TextInput):
    """A text field that finds among many: the browser narrows the list while one types."""

    def __init__(self, proposals: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.proposals = proposals

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field and its proposals."""
        options = format_html_join("", '<option value="{}">', ((each,) for each in self.proposals))
        box = super().render(name, value, {**(attrs or {}), "list": f"{name}-list"}, renderer)
        return format_html('{}<datalist id="{}-list">{}</datalist>', box, name, options)


class CodeForm(forms.Form):
    """The setup code, typed by somebody who has no link."""

    code = forms.CharField(
        label=_("Setup code"),
        max_length=64,
        help_text=_("It is in the window where MOM was started."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


class CompanyForm(forms.Form):
    """The company: name, clock and money."""

    name = forms.CharField(
        label=_("Company or plant"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("Type a city nearby. Shifts and days follow this clock.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
        widget = Searchable([*zones, "UTC"], attrs={"autocomplete": "off", "data-guess-zone": ""})
        self.fields["time_zone"].widget = widget
        if len(settings.LANGUAGES) < 2:
            self.fields["language"].widget = forms.HiddenInput()
            self.fields["language"].initial = settings.LANGUAGES[0][0]

    def clean_time_zone(self) -> str:
        """Raises: ValidationError for a zone that nobody knows; a city alone is enough where it is the only one."""
        typed = str(self.cleaned_data["time_zone"]).strip().replace(" ", "_")
        known = zoneinfo.available_timezones()
        if typed in known:
            return typed
        found = sorted(name for name in known if name.lower().rpartition("/")[2] == typed.lower())
        if len(found) == 1:
            return found[0]
        raise forms.ValidationError(_("This is no time zone. Choose one of the list, as Europe/Berlin."))


class OwnerForm(forms.Form):
    """Who owns the installation, and signs in with this."""

    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        help_text=_("Small letters and digits, as anna or anna.berg."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A sentence is easier to remember than a riddle."),
    )

    def clean_username(self) -> str:
        """In lower case, as it is kept."""
        return str(self.cleaned_data["username"]).strip().lower()


class TradeForm(forms.Form):
    """What the company does."""

    trade = forms.ChoiceField(label=_("What do you make?"), choices=[(trade, name) for trade, name, _about in TRADES])


class ShiftsForm(forms.Form):
    """When the company works."""

    pattern = forms.ChoiceField(label=_("How many shifts?"), choices=PATTERNS, widget=forms.RadioSelect)
    days = forms.ChoiceField(label=_("On which days?"), choices=DAYS, widget=forms.RadioSelect)
    first_start = forms.TimeField(
        label=_("The first shift starts at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    break_minutes = forms.TypedChoiceField(label=_("Break in each shift"), choices=BREAKS, coerce=int)

    def clean_first_start(self) -> time:
        """To the minute."""
        value: time = self.cleaned_data["first_start"]
        return value.replace(second=0, microsecond=0)


class MachineForm(forms.Form):
    """The first machine."""

    code = forms.CharField(
        label=_("Number"), max_length=64, validators=[CODE], help_text=_("What you call it, as CNC-01. It is short.")
    )
    name = forms.CharField(label=_("What it is"), max_length=200, required=False)
    area = forms.ChoiceField(label=_("Where it stands"), required=False)

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        if not areas:
            del self.fields["area"]


class PersonForm(forms.Form):
    """The first person who works here."""

    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(
        label=_("Number"), max_length=64, validators=[CODE], help_text=_("Of the badge, the payroll, or any you like.")
    )
    is_me = forms.BooleanField(
        label=_("This is me"), required=False, help_text=_("Then what you log is counted as your work.")
    )


class OrderForm(forms.Form):
    """The first order."""

    product = forms.CharField(label=_("What do you make?"), max_length=200, help_text=_("By name, as Shaft 20 x 140."))
    quantity = QuantityInput(label=_("How many?"))
    unit = forms.ChoiceField(label=_("Counted in"))
    code = forms.CharField(
        label=_("Order number"),
        max_length=64,
        required=False,
        validators=[CODE],
        help_text=_("Of your paper or Excel. Empty: it gets 1001."),
    )

    def __init__(self, *args: Any, units: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit, UNIT_WORDS[unit]) for unit in units]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError for nothing, less than nothing, or a part of a piece."""
        cleaned: dict[str, Any] = super().clean() or {}
        quantity = cleaned.get("quantity")
        if quantity is not None and quantity <= 0:
            self.add_error("quantity", _("The quantity must be more than zero."))
        elif quantity is not None and cleaned.get("unit") in PIECES and quantity % 1:
            self.add_error("quantity", _("Pieces are whole: give a number without a fraction."))
        return cleaned
