"""Which stretch and which part of the plant a page of losses shows: a word for the usual ones, days for any other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from analytics.selectors.board_shifts import REACH, ShownShift, shown_shift
from analytics.selectors.losses import Asked, Place, PlantTree
from analytics.services.rebuild import EARLIEST, LATEST
from analytics.views.window import LONGEST_DAYS
from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.core.web import printing
from mom.plant.engine.calendar import local_day
from mom.plant.models import MaterialDefinition, Shift
from mom.plant.selectors.calendar import site_plan

PRESETS = {
    "shift": _("This shift"),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("7 days"),
    "month": _("30 days"),
    "quarter": _("90 days"),
}
DAYS = {"today": 1, "week": 7, "month": 30, "quarter": 90}
DEFAULT = "week"
DATE = {"type": "date"}


class PlainSelect(forms.Select):
    """A choice out of hundreds of places, without a template for each of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The same element as Django's, for choices without groups."""
        chosen = {str(each) for each in self.format_value(value)}
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt({"name": name, **self.build_attrs(self.attrs, attrs)}), options
        )


SELECTED = mark_safe(" selected")


class NarrowForm(forms.Form):
    """Days, place, shift and material. What can't be read is said at its field, and the usual window shows."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DATE))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=DATE))
    at = forms.ChoiceField(label=_("Area, line or machine"), required=False, widget=PlainSelect)
    shift = forms.ChoiceField(label=_("Shift"), required=False, widget=PlainSelect)
    material = forms.CharField(label=_("Product"), required=False, max_length=64)

    def __init__(self, site: Site, tree: PlantTree, shifts: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        choices: dict[str, Any] = {
            "at": [("", _("Whole site")), *((each.code, _named(each)) for each in tree.choices)],
            "shift": [("", _("All shifts")), *shifts.items()],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def clean_material(self) -> MaterialDefinition | None:
        """Raises: ValidationError for a code that the site has not."""
        code = self.cleaned_data["material"].replace("\0", "")
        if not code:
            return None
        found = MaterialDefinition.objects.filter(site=self.site, code=code).first()
        if found is None:
            raise forms.ValidationError(_("This site has no product with this code."))
        return found

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError for days the wrong way round or too far apart."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if (first and not EARLIEST <= first <= LATEST) or (last and not EARLIEST <= last <= LATEST):
            raise forms.ValidationError(_("Choose days from 1970 to 2199."))
        if first and last and last < first:
            raise forms.ValidationError(_("The last day is before the first."))
        if first and last and (last - first).days > LONGEST_DAYS:
            raise forms.ValidationError(_("Choose two years at most."))
        return found


def _named(place: Place) -> str:
    return f"{place.code} {place.name}".strip()


@dataclass(frozen=True)
class Period:
    """What the page shows: the stretch in words and days, what narrows it, and the form that says so."""

    first: date
    last: date
    preset: str
    form: NarrowForm
    tree: PlantTree
    shifts: dict[str, str]
    now: datetime
    today: date
    shift: str = ""
    place: Place | None = None
    material: MaterialDefinition | None = None
    running: ShownShift | None = None

    @property
    def is_running(self) -> bool:
        """Whether it reaches to now."""
        return self.last >= self.today

    @property
    def days(self) -> int:
        """How many days, both ends included."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> str:
        """How wide a point of the trend is, so that no more than about sixty stand."""
        return "day" if self.days <= 62 else "week" if self.days <= 400 else "month"

    @property
    def words(self) -> str:
        """The stretch as a heading says it."""
        days = printing.day(self.first)
        if self.last != self.first:
            days = _("%(first)s to %(last)s") % {"first": days, "last": printing.day(self.last)}
        return f"{days}, {self.shifts.get(self.shift, self.shift)}" if self.shift else str(days)

    def asked(self, site: Site) -> Asked:
        """The same for the selectors."""
        machines = tuple(self.tree.machines_of(self.place)) if self.place is not None else None
        return Asked(
            site,
            self.first,
            self.last,
            self.now if self.is_running else None,
            self.shift,
            machines,
            self.material.pk if self.material is not None else None,
        )


def chosen_period(site: Site, query: Any, now: datetime) -> Period:
    """What the address asks for, else the last seven days. Two statements; four more for the running shift."""
    tree, shifts = PlantTree(site), shift_names(site)
    form = NarrowForm(site, tree, shifts, query or {})
    data = form.cleaned_data if form.is_valid() else {}
    today = local_day(now, site.zone)
    preset = str((query or {}).get("window", ""))
    running = _running(site, now) if preset == "shift" else None
    if preset not in PRESETS or (preset == "shift" and running is None):
        preset = DEFAULT
    first, last, shift = _days(preset, today, running)
    asked_first, asked_last = _asked_days(data, today)
    if (asked_first and asked_first != first) or (asked_last and asked_last != last):
        preset, first, last = "range", asked_first or first, asked_last or last
    asked_shift = data.get("shift", "") if "shift" in (query or {}) else shift
    if asked_shift != shift:
        preset, shift = ("range" if preset == "shift" else preset), asked_shift
    if form.is_valid():
        material = data["material"].code if data["material"] else ""
        shown = {"first": first, "last": last, "at": data["at"], "shift": shift, "material": material}
        form = NarrowForm(site, tree, shifts, initial=shown)
    place = tree.by_code(data["at"]) if data.get("at") else None
    return Period(first, last, preset, form, tree, shifts, now, today, shift, place, data.get("material"), running)


def _days(preset: str, today: date, running: ShownShift | None) -> tuple[date, date, str]:
    if preset == "shift" and running is not None:
        return running.shift.day, running.shift.day, running.shift.code
    if preset == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1), ""
    return today - timedelta(days=DAYS[preset] - 1), today, ""


def _asked_days(data: dict[str, Any], today: date) -> tuple[date | None, date | None]:
    """One day alone is that day up to today, or two years at most."""
    first, last = data.get("first"), data.get("last")
    if first and not last:
        last = max(first, min(today, first + timedelta(days=LONGEST_DAYS)))
    if last and not first:
        first = last
    return first, last


def _running(site: Site, now: datetime) -> ShownShift | None:
    return shown_shift(site_plan(site, Interval(now - REACH, now + REACH)), None, "", now)


def shift_names(site: Site) -> dict[str, str]:
    """The shifts of a site's calendars by code, in the order of the day. One statement."""
    rows = Shift.objects.filter(site=site).order_by("starts_at", "code").values_list("code", "name")
    return {code: name or code for code, name in rows}
