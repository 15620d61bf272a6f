"""What people type about rates and about how far people are with their skills."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web.inputs import QuantityInput
from mom.plant.engine.calendar import instant
from mom.plant.engine.terms import RateKind
from mom.plant.forms import SiteForm, unit_choices
from mom.plant.models import Equipment, EquipmentClass, MaterialDefinition, Person, PersonnelClass
from mom.plant.models.labels import RATE_KIND, RATE_STATE, SKILL_LEVEL
from mom.plant.services.rate import NewRate

_MOST_FILE = 1_000_000


def _levels() -> list[tuple[int, str]]:
    """The levels as the matrix prints them, with their words."""
    return [(level, f"{level} {words}") for level, words in SKILL_LEVEL]


class RateForm(SiteForm):
    """A rate from a day on."""

    kind = forms.ChoiceField(label=_("Price of"), choices=RATE_KIND.choices)
    amount = QuantityInput(label=_("Amount"))
    valid_from = forms.DateField(label=_("Valid from"))
    state = forms.ChoiceField(
        label=_("State of the machine"), choices=[("", _("none")), *RATE_STATE.choices], required=False
    )
    equipment = forms.ModelChoiceField(label=_("Machine or area"), queryset=Equipment.objects.all(), required=False)
    equipment_class = forms.ModelChoiceField(
        label=_("or equipment class"), queryset=EquipmentClass.objects.all(), required=False
    )
    personnel_class = forms.ModelChoiceField(label=_("Skill"), queryset=PersonnelClass.objects.all(), required=False)
    definition = forms.ModelChoiceField(label=_("Material"), queryset=MaterialDefinition.objects.all(), required=False)
    tariff = forms.CharField(label=_("Tariff"), max_length=32, required=False, help_text=_("Of energy: day, night."))
    unit = forms.ChoiceField(
        label=_("Per"), choices=unit_choices, required=False, help_text=_("Of scrap of any material.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _t("Amount in %(currency)s") % {"currency": self.site.currency}

    def clean_valid_from(self) -> Any:
        """A day of a year that everything can hold. Raises: ValidationError."""
        day = self.cleaned_data["valid_from"]
        if not 1970 <= day.year <= 2199:
            raise forms.ValidationError(_t("Give a year from 1970 to 2199."))
        return day

    def new_rate(self) -> NewRate:
        """What was typed, from the plant's midnight on."""
        values = dict(self.cleaned_data)
        return NewRate(
            kind=RateKind(values.pop("kind")),
            valid_from=instant(values.pop("valid_from"), time(0), self.site.zone),
            **values,
        )


class RateFileForm(SiteForm):
    """Rates from a CSV file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with the columns kind, amount and valid_from, and as needed state, machine, class, skill, material, "
            "tariff, unit."
        ),
    )

    def clean_file(self) -> str:
        """The text. Raises: ValidationError for what is too large or no UTF-8."""
        sent = self.cleaned_data["file"]
        if sent.size > _MOST_FILE:
            raise forms.ValidationError(_t("The file is larger than 1 MB. Send it in parts."))
        try:
            text: str = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_t("The file is no text in UTF-8. Save it as CSV UTF-8.")) from None
        return text


class SkillCellForm(SiteForm):
    """How far a person is with one skill, from a day until another."""

    level = forms.TypedChoiceField(label=_("Level"), choices=_levels, coerce=int)
    valid_from = forms.DateField(label=_("Valid from"))
    valid_until = forms.DateField(label=_("Valid until"), required=False, help_text=_("The first day without it."))
    trainer = forms.ModelChoiceField(label=_("Signed off by"), queryset=Person.objects.all(), required=False)


class ClassSkillForm(SiteForm):
    """A skill that work on the machines of a class asks for."""

    equipment_class = forms.ModelChoiceField(label=_("Equipment class"), queryset=EquipmentClass.objects.all())
    personnel_class = forms.ModelChoiceField(label=_("Skill"), queryset=PersonnelClass.objects.all())
    least_level = forms.TypedChoiceField(label=_("Least level"), choices=_levels, coerce=int, initial=3)
