"""Forms of a draft: its head, its operations, their materials and the steps of their work instructions."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.core.engine.quantity import UNITS
from mom.core.web.inputs import QuantityInput
from mom.work.engine.terms import MaterialUse
from mom.work.models.labels import MATERIAL_USE
from production.engine.terms import OutOfLimit, StepKind
from production.forms import Choices, Proposing
from production.models.labels import OUT_OF_LIMIT, STEP_KIND

MOST_MINUTES = 366 * 24 * 60


def minutes_of(time: timedelta | None) -> Decimal | None:
    """A time as the forms show it."""
    return None if time is None else Decimal(time // timedelta(microseconds=1)) / 60_000_000


class MinutesInput(QuantityInput):
    """A time in minutes, parts of one allowed."""

    def clean(self, value: Any) -> Any:
        """The time. Raises: ValidationError."""
        minutes = super().clean(value)
        if minutes is None:
            return None
        if not 0 <= minutes <= MOST_MINUTES:
            raise forms.ValidationError(_("Give minutes from 0 to a year."))
        return timedelta(microseconds=int(minutes * 60_000_000))


class OperationForm(forms.Form):
    """An operation: what, where, how long."""

    name = forms.CharField(label=_("Operation"), max_length=200)
    sequence = forms.IntegerField(
        label=_("Number"), required=False, min_value=1, max_value=32_767, help_text=_("Empty: behind the last one.")
    )
    machine = forms.CharField(label=_("Machine"), max_length=64, required=False)
    setup_duration = MinutesInput(label=_("Set-up, minutes"), required=False, help_text=_("Once, before the first."))
    run_duration = MinutesInput(label=_("Run for one, minutes"), required=False)

    def __init__(self, *args: Any, machines: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].widget = Proposing(machines)


class HeadForm(forms.Form):
    """What a definition makes."""

    material = forms.CharField(label=_("Product"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    batch_quantity = QuantityInput(
        label=_("Batch"), initial=1, help_text=_("The quantities of its materials are for so many of the product.")
    )

    def __init__(self, *args: Any, materials: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["material"].widget = Proposing(materials)


class DefinitionForm(HeadForm):
    """A new definition with its first operation."""

    code = forms.CharField(
        label=_("Definition"), max_length=64, help_text=_("A code that is there gets its next version.")
    )
    operation = forms.CharField(label=_("First operation"), max_length=200)
    machine = forms.CharField(label=_("Machine"), max_length=64, required=False)
    setup_duration = MinutesInput(label=_("Set-up, minutes"), required=False)
    run_duration = MinutesInput(label=_("Run for one, minutes"), required=False)
    field_order = ("code", "material", "name", "batch_quantity")

    def __init__(self, *args: Any, machines: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].widget = Proposing(machines)


class MaterialForm(forms.Form):
    """A material of an operation, for one batch."""

    material = forms.CharField(label=_("Material"), max_length=64)
    quantity = QuantityInput(label=_("Quantity for a batch"), help_text=_("In the unit of the material."))
    use = forms.ChoiceField(label=_("Use"), choices=MATERIAL_USE.choices, initial=MaterialUse.CONSUMED.value)
    is_scaled = forms.BooleanField(
        label=_("Scales with the batch"), required=False, initial=True, help_text=_("Off: needed once, like a filter.")
    )

    is_backflushed = forms.BooleanField(
        label=_("Booked by the report"),
        required=False,
        help_text=_("Taken from stock, or put into it, as quantities are reported."),
    )

    def __init__(self, *args: Any, materials: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["material"].widget = Proposing(materials)


class StepForm(forms.Form):
    """A step of a work instruction. What its kind does not take stays empty."""

    kind = forms.ChoiceField(label=_("Kind"), choices=STEP_KIND.choices, initial=StepKind.CHECK.value)
    title = forms.CharField(label=_("What to do"), max_length=200)
    text = forms.CharField(
        label=_("Explanation"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    picture = forms.TypedChoiceField(label=_("Picture"), required=False, coerce=int, empty_value=None)
    is_mandatory = forms.BooleanField(
        label=_("Must be answered before the job is finished"), required=False, initial=True
    )
    lower_limit = QuantityInput(label=_("Least"), required=False, help_text=_("Of a number."))
    upper_limit = QuantityInput(label=_("Most"), required=False, help_text=_("Of a number."))
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    out_of_limit = forms.ChoiceField(
        label=_("A number out of limits"), choices=OUT_OF_LIMIT.choices, initial=OutOfLimit.REFUSE.value
    )
    choices = forms.CharField(
        label=_("Choices"), required=False, max_length=1_000, help_text=_("Of a choice, parted by commas.")
    )
    expected = forms.CharField(
        label=_("Code to scan"), required=False, max_length=200, help_text=_("Of a scan. Empty: any code is taken.")
    )

    def __init__(self, *args: Any, pictures: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = sorted((unit.code, f"{unit.symbol} ({unit.code})") for unit in UNITS.values())
        self.fields["unit"].choices = [("", _("none")), *units]  # type: ignore[attr-defined]
        if pictures:
            self.fields["picture"].choices = [("", _("none")), *pictures]  # type: ignore[attr-defined]
        else:
            del self.fields["picture"]

    def clean_choices(self) -> tuple[str, ...]:
        """The choices, one each."""
        return tuple(part.strip() for part in self.cleaned_data["choices"].split(",") if part.strip())


class NothingForm(forms.Form):
    """A button."""
