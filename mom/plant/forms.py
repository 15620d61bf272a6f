"""What people type about the plant. A form reads and narrows; the services judge."""

import re
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core.engine.units import UNITS
from mom.plant.engine.calendar import instant
from mom.plant.models import (
    BusinessPartner,
    Equipment,
    EquipmentClass,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    Person,
    PersonnelClass,
    PhysicalAsset,
    PhysicalAssetClass,
    Reason,
    WorkCalendar,
)
from mom.plant.models.labels import CALENDAR_ENTRY_KIND, LOSS_CLASS, TIME_CLASS
from mom.plant.services.master_data import numbered

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

WEEKDAYS = [
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
]


def unit_choices() -> list[tuple[str, str]]:
    """Every unit by its code, an empty one first."""
    return [("", ""), *((code, f"{code} ({unit.symbol})") for code, unit in sorted(UNITS.items()))]


class SiteForm(forms.Form):
    """A form whose choices are rows of one site that are in use."""

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        narrow(self.fields, site)


class RowForm(_ModelForm):
    """The fields of one row; what was read when the form was opened goes along as its version."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        narrow(self.fields, site)
        self.fields["version"].initial = getattr(self.instance, "version", None) if self.instance.pk else None
        if not self.instance.pk and "code" in self.fields and numbered(type(self.instance)):
            self.fields["code"].required = False
            self.fields["code"].help_text = _("Empty: the next number of its range.")
        if "description" in self.fields:
            self.fields["description"].widget.attrs["rows"] = 3
        if "is_active" in self.fields:
            self.fields["is_active"].label = _("In use")
        for name in ("unit", "second_unit", "capacity_unit"):
            if name in self.fields:
                old = self.fields[name]
                self.fields[name] = forms.ChoiceField(
                    choices=unit_choices(), required=old.required, label=old.label, help_text=old.help_text
                )

    def _post_clean(self) -> None:
        """Nothing: the service and the database judge the row, under its lock."""


def narrow(fields: dict[str, forms.Field], site: Site) -> None:
    """Let choices of rows offer those of the site that are in use."""
    for field in fields.values():
        empty = _("choose") if field.required else _("none")
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            choices: Any = field.choices
            field.choices = [(key, empty if key == "" else words) for key, words in choices]
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            if field.empty_label is not None:
                field.empty_label = empty
            names = {each.name for each in field.queryset.model._meta.concrete_fields}
            rows = field.queryset.filter(site=site) if "site" in names else field.queryset
            field.queryset = rows.filter(is_active=True) if "is_active" in names else rows


class EquipmentForm(RowForm):
    """A machine, an area, a line."""

    class Meta:
        model = Equipment
        fields = (
            "code", "name", "level", "parent", "classes", "calendar", "capacity_kind", "capacity_places",
            "capacity_quantity", "capacity_unit", "position", "description", "is_active",
        )  # fmt: skip


class EquipmentClassForm(RowForm):
    """Equipment that can stand in for each other."""

    class Meta:
        model = EquipmentClass
        fields = ("code", "name", "description", "is_active")


class PhysicalAssetForm(RowForm):
    """A thing with a serial number."""

    class Meta:
        model = PhysicalAsset
        fields = (
            "code", "name", "kind", "classes", "serial_number", "manufacturer", "model", "fixed_asset_number", "parent",
            "description", "is_active",
        )  # fmt: skip


class PhysicalAssetClassForm(RowForm):
    """Assets of one make or kind."""

    class Meta:
        model = PhysicalAssetClass
        fields = ("code", "name", "description", "is_active")


class PersonForm(RowForm):
    """Somebody who works here."""

    class Meta:
        model = Person
        fields = ("code", "name", "workplace", "shift", "user", "description", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.fields["user"]
        members = Q(memberships__site=self.site) | Q(pk=self.instance.user_id)
        user.queryset = user.queryset.filter(members).distinct()  # type: ignore[attr-defined]


class PersonnelClassForm(RowForm):
    """A skill or a trade."""

    class Meta:
        model = PersonnelClass
        fields = ("code", "name", "description", "is_active")


class MaterialForm(RowForm):
    """A part, raw material or product."""

    class Meta:
        model = MaterialDefinition
        fields = (
            "code", "name", "unit", "tracking", "classes", "second_unit", "is_potency_managed", "description",
            "is_active",
        )  # fmt: skip


class MaterialClassForm(RowForm):
    """Materials of one kind."""

    class Meta:
        model = MaterialClass
        fields = ("code", "name", "description", "is_active")


class MaterialLotForm(RowForm):
    """A lot and what may be done with it."""

    class Meta:
        model = MaterialLot
        fields = ("code", "definition", "disposition", "supplier", "supplier_lot", "expires_at", "potency")


class BusinessPartnerForm(RowForm):
    """A customer or supplier."""

    class Meta:
        model = BusinessPartner
        fields = ("code", "name", "is_customer", "is_supplier", "description", "is_active")


class WorkCalendarForm(RowForm):
    """When a part of the plant works."""

    class Meta:
        model = WorkCalendar
        fields = ("code", "name", "time_zone", "description", "is_active")
        help_texts = {"time_zone": _("Empty: the plant's own. Otherwise a name such as Europe/Stockholm.")}


class ReasonForm(RowForm):
    """One answer to "why?"."""

    class Meta:
        model = Reason
        fields = ("kind", "code", "name", "parent", "position", "description", "is_active")
        help_texts = {"parent": _("Empty: a reason of the first level. Reasons have two levels.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        parent.queryset = parent.queryset.filter(parent=None)  # type: ignore[attr-defined]


class ClassifyForm(SiteForm):
    """What a reason counts as from now on."""

    time_class = forms.ChoiceField(label=_("Time class"), choices=TIME_CLASS.choices)
    loss_class = forms.ChoiceField(label=_("Loss class"), choices=LOSS_CLASS.choices)


class MountForm(SiteForm):
    """Where an asset is mounted."""

    equipment = forms.ModelChoiceField(label=_("Machine"), queryset=Equipment.objects.all())
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class DismountForm(SiteForm):
    """Why an asset is taken off."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class QualificationForm(SiteForm):
    """A skill from a day until another."""

    personnel_class = forms.ModelChoiceField(label=_("Skill"), queryset=PersonnelClass.objects.all())
    valid_from = forms.DateField(label=_("Valid from"))
    valid_until = forms.DateField(label=_("Valid until"), required=False, help_text=_("The first day without it."))


class EndForm(SiteForm):
    """The first day on which something no longer holds."""

    valid_until = forms.DateField(label=_("Ends on"), help_text=_("The first day without it."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class ReasonOnlyForm(SiteForm):
    """Why something is taken out."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class ShiftTimesForm(SiteForm):
    """The times of a weekly shift, with up to three breaks."""

    starts_at = forms.TimeField(label=_("Starts"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends_at = forms.TimeField(
        label=_("Ends"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Not after the start: it ends on the next day."),
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, initial=list("12345")
    )
    breaks = forms.CharField(
        label=_("Breaks"), required=False, help_text=_("From and to, separated by commas: 09:00-09:15, 12:00-12:30")
    )

    def clean_weekdays(self) -> list[int]:
        """Numbers, Monday is 1."""
        return [int(day) for day in self.cleaned_data["weekdays"]]

    def clean_breaks(self) -> list[tuple[time, time]]:
        """Pairs of wall times. Raises: ValidationError."""
        return [_break(part.strip()) for part in self.cleaned_data["breaks"].split(",") if part.strip()]


def _break(text: str) -> tuple[time, time]:
    begin, _dash, end = text.replace("–", "-").partition("-")
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError:
        sentence = _t("%(text)s is not a break. Write it as 09:00-09:15.")
        raise forms.ValidationError(sentence, params={"text": text}) from None


class ShiftForm(ShiftTimesForm):
    """A new shift."""

    field_order = ("code", "name")
    code = forms.CharField(label=_("Code"), max_length=16)
    name = forms.CharField(label=_("Name"), max_length=100)
    valid_from = forms.DateField(label=_("Valid from"), required=False, help_text=_("Empty: since ever."))


class ShiftChangeForm(ShiftTimesForm):
    """Other times from a day on."""

    field_order = ("since",)
    since = forms.DateField(label=_("From"), help_text=_("The first day with the new times."))


class CalendarEntryForm(SiteForm):
    """A dated exception, in the plant's days."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=CALENDAR_ENTRY_KIND.choices, initial="non_working")
    first = forms.DateField(label=_("First day"))
    last = forms.DateField(label=_("Last day"))
    priority = forms.IntegerField(
        label=_("Priority"), initial=0, help_text=_("Where two overlap, the higher one wins."), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError where the days are turned round."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _t("The last day is before the first."))
        for name, day in (("first", first), ("last", last)):
            if day and not 1970 <= day.year <= 2199:
                self.add_error(name, _t("Give a year from 1970 to 2199."))
        return found

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first day's midnight until the one after the last."""
        return (
            instant(self.cleaned_data["first"], time(0), zone),
            instant(self.cleaned_data["last"] + timedelta(days=1), time(0), zone),
        )


_FACTOR = re.compile(r"\d{1,18}(?:\.\d{1,9}|/\d{1,18})?", re.ASCII)


class MaterialUnitForm(SiteForm):
    """Another unit of a material, as an exact fraction of its own."""

    code = forms.CharField(label=_("Unit"), max_length=16, help_text=_("Any short name: TRAY, BOX, COIL"))
    factor = forms.CharField(label=_("Holds"), help_text=_("How many of the material's own unit: 24, 0.5 or 2500/3"))

    def clean_factor(self) -> Fraction:
        """An exact number. Raises: ValidationError."""
        text = self.cleaned_data["factor"].replace(",", ".").strip()
        try:
            if not _FACTOR.fullmatch(text):  # not what Fraction takes: 1e9999999 would be worked out digit by digit
                raise ValueError(text)
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise forms.ValidationError(_t("Write a number such as 24 or a fraction such as 2500/3.")) from None
