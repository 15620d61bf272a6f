"""Forms of properties, aliases and number ranges. A form reads; the services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.core.engine.properties import DataType
from mom.core.engine.units import UNITS
from mom.core.models import PropertyDefinition
from mom.core.models.number_range import RESETS
from mom.core.models.property import PROPERTY_TYPE
from mom.core.properties import registry
from mom.core.properties.contents import LIMITS
from mom.core.web import printing
from mom.core.web.inputs import MomentInput


class DefinitionForm(forms.Form):
    """What can be said of a noun."""

    noun = forms.ChoiceField(label=_("Property of"))
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        help_text=_("Small letters, digits and underscores: spindle_power. It never changes."),
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    data_type = forms.ChoiceField(label=_("Type"), choices=PROPERTY_TYPE.choices)
    unit = forms.ChoiceField(label=_("Unit"), required=False, help_text=_("Values may stand in any unit of its kind."))
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One a line.")
    )
    description = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_deprecated = forms.BooleanField(
        label=_("No longer used"), required=False, help_text=_("Its values stay; new ones are refused.")
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            nouns = [(each.noun.key, each.noun.label) for each in registry.registered()]
            self.fields["noun"].choices = nouns  # type: ignore[attr-defined]
            del self.fields["is_deprecated"]
        else:
            del self.fields["noun"], self.fields["code"]
        self.fields["unit"].choices = unit_choices()  # type: ignore[attr-defined]

    def clean_choices(self) -> list[str]:
        """The lines that hold something, each once."""
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines()]
        return list(dict.fromkeys(line[:100] for line in lines if line))


def unit_choices(family: str = "") -> list[tuple[str, str]]:
    """Units by code, of one family or of all with none first."""
    units = [each for each in UNITS.values() if not family or each.family == family]
    named = [(each.code, f"{printing.unit(each.code)} ({each.code})") for each in units]
    return named if family else [("", str(_("none"))), *named]


class ValueForm(forms.Form):
    """A value of one property, with limits where it is a number."""

    value = forms.CharField(label=_("Value"), required=False, max_length=500)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    lower = forms.CharField(label=_("Lower limit"), required=False, max_length=32)
    upper = forms.CharField(label=_("Upper limit"), required=False, max_length=32)
    target = forms.CharField(label=_("Target"), required=False, max_length=32)
    valid_from = MomentInput(label=_("Holds from"), required=False, help_text=_("Empty: from now on."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def __init__(self, *args: Any, definition: PropertyDefinition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = DataType(definition.data_type)
        if kind is DataType.NUMBER:
            for name in ("value", *LIMITS):
                self.fields[name].widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})
            if definition.unit:
                self.fields["unit"].choices = unit_choices(UNITS[definition.unit].family)  # type: ignore[attr-defined]
            else:
                del self.fields["unit"]
            return
        for name in ("unit", *LIMITS):
            del self.fields[name]
        choices: Any = {
            DataType.CHOICE: [(each, each) for each in definition.choices],
            DataType.BOOLEAN: [("true", _("yes")), ("false", _("no"))],
        }.get(kind)
        if choices is not None:
            self.fields["value"] = forms.ChoiceField(label=_("Value"), choices=choices)
        elif kind is DataType.DATE:
            self.fields["value"].widget = forms.DateInput(attrs={"type": "date"})
        self.fields["value"].required = True


class AliasForm(forms.Form):
    """What another system calls a thing."""

    system = forms.CharField(
        label=_("System"), max_length=32, help_text=_("A short name of the partner's system: ERP, CAD, CUSTOMER-4.")
    )
    external_id = forms.CharField(label=_("Number there"), max_length=200)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class EndForm(forms.Form):
    """When something ends, and why."""

    at = MomentInput(label=_("Ends"), required=False, help_text=_("Empty: now."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class NumberRangeForm(forms.Form):
    """How a noun is numbered."""

    pattern = forms.CharField(
        label=_("Pattern"),
        max_length=64,
        help_text=_("Parts: {seq:05} counts with 5 digits, {yy} or {yyyy} year, {mm} month, {site} the plant's code."),
    )
    resets = forms.ChoiceField(label=_("Starts again"), choices=RESETS.choices)
    first = forms.IntegerField(
        label=_("First number"), min_value=0, help_text=_("A higher one lets the count jump there.")
    )
    is_gapless = forms.BooleanField(
        label=_("Without gaps"),
        required=False,
        help_text=_("Who numbers waits for the one before. Otherwise nobody waits, and a refused act leaves a gap."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
