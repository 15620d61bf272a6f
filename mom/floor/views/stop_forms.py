"""What people fill in about stops, and how their list is narrowed."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core.web.inputs import MomentInput, OnceKey
from mom.floor.models import Stop
from mom.floor.models.labels import MACHINE_STATE
from mom.floor.services.stop import SAYABLE
from mom.plant.models import Reason
from mom.work.selectors.choices import Choices

_STATES = [(state.value, MACHINE_STATE.label(state)) for state in SAYABLE]


class StopFilters(django_filters.FilterSet):
    """By machine, state and day."""

    machine = django_filters.CharFilter("equipment__code", "iexact", label=_("Machine"))
    state = django_filters.ChoiceFilter(choices=_STATES, label=_("State"))
    day = django_filters.DateFilter(
        "started_at__date",
        label=_("Started on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Stop
        fields: tuple[str, ...] = ()


class ReasonForm(forms.Form):
    """Why it stood."""

    op_uuid = OnceKey()
    reason = forms.TypedChoiceField(label=_("Reason"), coerce=int)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, reasons: Choices, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        field: Any = self.fields["reason"]
        field.choices = [("", _t("Choose a reason")), *reasons] if field.required else [("", _t("as it is")), *reasons]

    def reason_row(self, pk: Any) -> Any:
        """The reason that was chosen, of this site; None for none."""
        return Reason.objects.get(pk=pk, site=self.site) if pk else None


class ReclassifyForm(ReasonForm):
    """What it was: a reason, a state, or both."""

    reason = forms.TypedChoiceField(label=_("Reason"), coerce=int, required=False, empty_value=None)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("as it is")), *_STATES], required=False)

    field_order = ("op_uuid", "at", "state", "reason", "note")


class SplitForm(ReclassifyForm):
    """From when on, and what it was then."""

    at = MomentInput(
        label=_("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )
