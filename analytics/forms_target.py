"""What people type about targets."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from analytics.engine.book import BOOK, COMPUTED
from analytics.engine.targets import TargetPeriod
from analytics.models.target import TARGET_PERIOD
from analytics.services.target import NewTarget
from mom.core.web.inputs import QuantityInput
from mom.plant.engine.calendar import instant
from mom.plant.forms import SiteForm
from mom.plant.models import Equipment, MaterialDefinition


def _figures() -> list[tuple[str, str]]:
    return sorted(((kpi.id, _t(kpi.name)) for kpi in COMPUTED), key=lambda pair: pair[1].lower())


class TargetForm(SiteForm):
    """A target from a day on. Percent are typed as people say them: 85."""

    kpi = forms.ChoiceField(label=_("Figure"), choices=_figures)
    value = QuantityInput(label=_("Target"), help_text=_("In the figure's unit; a share in percent: 85."))
    valid_from = forms.DateField(label=_("Valid from"))
    equipment = forms.ModelChoiceField(
        label=_("Machine, line or area"),
        queryset=Equipment.objects.all(),
        required=False,
        help_text=_("Empty: all of the site. The nearest one holds."),
    )
    definition = forms.ModelChoiceField(label=_("Material"), queryset=MaterialDefinition.objects.all(), required=False)
    period = forms.ChoiceField(label=_("Of"), choices=TARGET_PERIOD.choices, initial=TargetPeriod.ANY)

    def clean_valid_from(self) -> Any:
        """A day of a year that everything can hold. Raises: ValidationError."""
        day = self.cleaned_data["valid_from"]
        if not 1970 <= day.year <= 2199:
            raise forms.ValidationError(_t("Give a year from 1970 to 2199."))
        return day

    def new_target(self) -> NewTarget:
        """What was typed, from the plant's midnight on."""
        values = dict(self.cleaned_data)
        value = values.pop("value")
        if BOOK[values["kpi"]].unit == "P1":
            value = value / 100
        return NewTarget(
            value=value,
            valid_from=instant(values.pop("valid_from"), time(0), self.site.zone),
            period=TargetPeriod(values.pop("period")),
            **values,
        )
