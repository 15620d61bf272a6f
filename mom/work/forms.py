"""Forms of what is done on the floor: a command to a job, quantities, a report taken back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core.web.inputs import OnceKey, QuantityInput
from mom.plant.models import Person
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.models.labels import QUANTITY_KIND
from mom.work.selectors.choices import people_choices, reason_choices
from mom.work.selectors.job_order import NEEDS_REASON, JobView, OutputView

Choices = Sequence[tuple[int, str]]
WITH_PERSON = frozenset({JobOrderCommand.START, JobOrderCommand.RESUME})


class ActForm(forms.Form):
    """What every act on a page carries: its key, and where to go afterwards."""

    op_uuid = OnceKey()
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class CommandForm(ActForm):
    """A command to a job: who starts, why it is held; the version that the page showed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, asked: JobOrderCommand, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked in WITH_PERSON:
            self.fields["person"].choices = [("", _("nobody in particular")), *people]  # type: ignore[attr-defined]
        else:
            del self.fields["person"]
        if asked not in NEEDS_REASON:
            del self.fields["reason"]


class ReportForm(ActForm):
    """Good, scrap, rework and review of one output. At least one of them; for what is not good, why."""

    output = forms.TypedChoiceField(label=_("Output"), coerce=int, required=False, empty_value=None)
    good = QuantityInput(required=False)
    scrap = QuantityInput(required=False)
    rework = QuantityInput(required=False)
    review = QuantityInput(required=False)
    reason = forms.TypedChoiceField(label=_("Reason"), coerce=int, required=False, empty_value=None)
    person = forms.TypedChoiceField(label=_("Person"), coerce=int, required=False, empty_value=None)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(
        self, *args: Any, outputs: Sequence[OutputView], people: Choices, reasons: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for kind in QuantityKind:
            self.fields[kind.value].label = str(QUANTITY_KIND.label(kind))
        self.fields["person"].choices = [("", _("nobody in particular")), *people]  # type: ignore[attr-defined]
        if len(outputs) > 1:
            named = [(output.pk, f"{output.material} {output.name}") for output in outputs]
            self.fields["output"].choices = named  # type: ignore[attr-defined]
        else:
            del self.fields["output"]
        if reasons:
            self.fields["reason"].choices = [("", _("none")), *reasons]  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError where nothing was entered, or less than nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        amounts = [cleaned.get(kind.value) for kind in QuantityKind]
        if not self.errors and not any(amounts):
            raise forms.ValidationError(_("Enter at least one quantity."))
        for kind in QuantityKind:
            amount = cleaned.get(kind.value)
            if amount is not None and amount < 0:
                self.add_error(kind.value, _("Enter zero or more. To take a quantity back, use the ledger."))
        return cleaned

    def amounts(self) -> list[tuple[QuantityKind, Decimal]]:
        """What was entered, in the order of the kinds."""
        return [(kind, self.cleaned_data[kind.value]) for kind in QuantityKind if self.cleaned_data.get(kind.value)]


class TakeBackForm(ActForm):
    """Why a report is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=2,
        max_length=200,
        help_text=_("The report stays in the ledger; its negative is added."),
    )


def report_forms(
    views: Sequence[JobView], site: Site, back: str, person: Person | None
) -> list[tuple[JobView, ReportForm]]:
    """The form of each job in work, for the dialogs of a page. Two statements at most."""
    open_ones = [view for view in views if view.may_report and view.is_open]
    if not open_ones:
        return []
    people, reasons = people_choices(site), reason_choices(site)
    initial = {"next": back, "person": person.pk if person else None}
    return [
        (
            view,
            ReportForm(
                outputs=view.outputs,
                people=people,
                reasons=reasons,
                initial=initial,
                auto_id=f"report-{view.job.pk}-%s",
            ),
        )
        for view in open_ones
    ]
