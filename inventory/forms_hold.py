"""What people type when lots are held and let go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.models import HeldLot
from inventory.services.lot_hold import Also

ALSO = (
    (Also.DOWNSTREAM.value, _("This lot and everything that was made of it")),
    (Also.SIBLINGS.value, _("What it was made of, and everything that was made of that")),
    (Also.NOTHING.value, _("This lot alone")),
)


class HoldForm(forms.Form):
    """How far, and why."""

    also = forms.ChoiceField(label=_("What is held"), choices=ALSO, required=False, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why"), min_length=2, max_length=200)


class ReleaseForm(forms.Form):
    """Which lots leave, and why."""

    lots = forms.ModelMultipleChoiceField(
        HeldLot.objects.none(), label=_("Lots"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all that are still in it."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why they may be used again"), min_length=2, max_length=200)

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lots"].queryset = rows  # type: ignore[attr-defined]
        self.fields["lots"].label_from_instance = lambda row: row.lot.code  # type: ignore[attr-defined]
