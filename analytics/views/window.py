"""Which days a page of figures shows: chosen in the address, else the last 30 days, else wherever there are data."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.selectors.slices import Window, data_window
from analytics.services.rebuild import EARLIEST, LATEST
from mom.accounts.models import Site

DEFAULT_DAYS = 30
LONGEST_DAYS = 731


class WindowForm(forms.Form):
    """First and last day. What cannot be read or is longer than two years is said, and the default shows."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError for days the wrong way round or too far apart."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if (first and first < EARLIEST) or (last and last > LATEST):
            raise forms.ValidationError(_("Choose days from 1970 to 2199."))
        if first and last and last < first:
            raise forms.ValidationError(_("The last day is before the first."))
        if first and last and (last - first).days > LONGEST_DAYS:
            raise forms.ValidationError(_("Choose two years at most."))
        return found


@dataclass(frozen=True)
class ChosenWindow:
    """The window, the form that shows it, and whether the site has any data at all."""

    window: Window
    form: WindowForm
    has_data: bool


def chosen_window(site: Site, query: Any, today: date, days: int = DEFAULT_DAYS) -> ChosenWindow:
    """The window that the address asks for, else the last `days`. One statement."""
    data = data_window(site)
    form = WindowForm(query if {"first", "last"} & set(query or ()) else None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    default = _default(data, today, days)
    window = Window(asked["first"], asked["last"]) if asked else default
    if not form.is_bound or form.is_valid():
        form = WindowForm(initial={"first": window.first, "last": window.last})
    return ChosenWindow(window, form, data is not None)


def _default(data: Window | None, today: date, days: int) -> Window:
    recent = Window(today - timedelta(days=days - 1), today)
    if data is None or data.last >= recent.first:
        return recent
    return Window(max(data.first, data.last - timedelta(days=LONGEST_DAYS)), data.last)
