"""Forms of quality: a nonconformance that somebody found, a decision, limits, values of an inspection."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web.inputs import OnceKey, QuantityInput
from quality.engine.terms import CharacteristicKind
from quality.models import Characteristic
from quality.models.labels import DISPOSITION_KIND, SEVERITY

BIG = {"class": "input input--big num", "inputmode": "decimal", "autocomplete": "off", "enterkeyhint": "next"}


class NonconformanceForm(forms.Form):
    """What was found, of which product; what is in doubt."""

    title = forms.CharField(label=_("What is not right"), max_length=200, min_length=2)
    material = forms.CharField(label=_("Product"), max_length=64)
    machine = forms.CharField(label=_("Machine"), max_length=64, required=False)
    lots = forms.CharField(
        label=_("Lots in doubt"), max_length=2000, required=False, help_text=_("Their numbers, with a comma between.")
    )
    quantity = QuantityInput(label=_("Parts in doubt, where nobody keeps lots"), required=False, min_value=0)
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITY.choices)
    description = forms.CharField(
        label=_("More about it"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def lot_codes(self) -> list[str]:
        """The lots that were named, each once."""
        return list(dict.fromkeys(code.strip() for code in self.cleaned_data["lots"].split(",") if code.strip()))


class DecisionForm(forms.Form):
    """What becomes of how much of a line: sent by address, so that the page that is signed shows exactly that."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Decision"), choices=DISPOSITION_KIND.choices)
    quantity = QuantityInput(label=_("Quantity"))


class CloseForm(forms.Form):
    """Why it is closed."""

    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200)


class ApproveForm(forms.Form):
    """A button."""


class AskForm(forms.Form):
    """A button."""


class LimitsForm(forms.Form):
    """The samples that limits are computed of, and why."""

    first = forms.IntegerField(label=_("From sample"), min_value=1)
    last = forms.IntegerField(label=_("To sample"), min_value=1)
    left_out = forms.CharField(
        label=_("Left out"), max_length=500, required=False, help_text=_("Samples with a known cause, with a comma.")
    )
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200)

    def clean_left_out(self) -> frozenset[int]:
        """The numbers. Raises: ValidationError."""
        parts = [part.strip() for part in self.cleaned_data["left_out"].split(",") if part.strip()]
        if any(not part.isdigit() or len(part) > 9 for part in parts):
            raise forms.ValidationError(_t("Give numbers of samples, for example 3, 17."))
        return frozenset(map(int, parts))


class ValuesForm(forms.Form):
    """The values of one characteristic, in fields large enough for a glove; or how many of the sample failed."""

    op_uuid = OnceKey()
    characteristic = forms.IntegerField(widget=forms.HiddenInput)
    gauge = forms.CharField(label=_("Gauge"), max_length=100, required=False)

    def __init__(self, *args: Any, about: Characteristic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        self.fields["characteristic"].initial = about.pk
        if about.kind == CharacteristicKind.VARIABLE:
            for number in range(1, about.sample_size + 1):
                field = QuantityInput(label=str(number), widget=forms.TextInput(attrs=BIG))
                self.fields[f"value_{number}"] = field
        else:
            widget = forms.TextInput(attrs={**BIG, "inputmode": "numeric"})
            label = _t("Failed of %(many)d") % {"many": about.sample_size}
            self.fields["nonconforming"] = forms.IntegerField(
                label=label, min_value=0, max_value=about.sample_size, widget=widget
            )
            del self.fields["gauge"]

    @property
    def boxes(self) -> list[Any]:
        """The large fields, in their order."""
        return [self[name] for name in self.fields if name.startswith(("value_", "nonconforming"))]

    def values(self) -> list[Decimal]:
        """What was typed, in order."""
        return [self.cleaned_data[name] for name in self.fields if name.startswith("value_")]
