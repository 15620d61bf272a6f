"""Forms of what is made of a job: split, finished early, reworked, failed and replaced."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.core.web.inputs import QuantityInput
from mom.work.forms import ActForm
from production.engine.job_changes import Rest
from production.forms import Choices, Proposing

MACHINE_HELP = _("Empty: the same machine.")


class ChangeForm(ActForm):
    """What each of them carries: the version that the page showed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SplitForm(ChangeForm):
    """How much goes to the new job, and where."""

    quantity = QuantityInput(label=_("Quantity of the new job"))
    machine = forms.CharField(label=_("Machine"), max_length=64, required=False, help_text=MACHINE_HELP)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, machines: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].widget = Proposing(machines)


class FinishEarlyForm(ChangeForm):
    """What becomes of the pieces that were not made."""

    rest = forms.ChoiceField(
        label=_("The pieces that are missing"),
        widget=forms.RadioSelect,
        initial=Rest.NEW_JOB.value,
        choices=[
            (Rest.NEW_JOB.value, _("get a job of their own, to be made later")),
            (Rest.SHORT.value, _("are not made: the job ends short")),
        ],
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ReworkForm(SplitForm):
    """How many pieces, what is done with them, where."""

    operation = forms.CharField(
        label=_("What is done"), max_length=200, required=False, help_text=_("Empty: rework of the same operation.")
    )
    minutes = QuantityInput(label=_("Minutes"), required=False, help_text=_("Working time, if you know it."))
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200)
    field_order = ("quantity", "operation", "machine", "minutes", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _("Pieces to rework")

    def clean_minutes(self) -> Decimal | None:
        """Raises: ValidationError."""
        minutes: Decimal | None = self.cleaned_data["minutes"]
        if minutes is not None and not 0 <= minutes <= 60 * 24 * 31:
            raise forms.ValidationError(_("Give minutes from 0 to a month."))
        return minutes


class ReplaceForm(ChangeForm):
    """What is lost, why, and from which operation on it is made again."""

    scrap = QuantityInput(
        label=_("Lost pieces"), required=False, help_text=_("Those that nobody reported yet; they become scrap.")
    )
    scrap_reason = forms.TypedChoiceField(label=_("Reason of the scrap"), required=False, coerce=int, empty_value=None)
    quantity = QuantityInput(
        label=_("Make again"), required=False, help_text=_("Empty: all that are missing of what was ordered.")
    )
    from_sequence = forms.TypedChoiceField(label=_("From this operation on"), required=False, coerce=int)
    reason = forms.CharField(label=_("What happened"), min_length=2, max_length=200)

    def __init__(self, *args: Any, steps: list[tuple[int, str]], reasons: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_sequence"].choices = steps  # type: ignore[attr-defined]
        if reasons:
            self.fields["scrap_reason"].choices = [("", _("none")), *reasons]  # type: ignore[attr-defined]
        else:
            del self.fields["scrap_reason"]
