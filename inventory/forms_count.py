"""What people type when a place is counted. Codes are typed or scanned; the book is nowhere in it."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.engine.terms import StockClass
from inventory.forms import Coded, StockForm
from inventory.models import CountLine, StorageLocation
from inventory.models.labels import STOCK_CLASS
from inventory.services.cycle_count import Counted
from mom.accounts.models import Site


class PlaceForm(forms.Form):
    """How a place is counted and used."""

    count_class = forms.ChoiceField(
        label=_("Count class"), choices=[("", _("None")), *STOCK_CLASS.choices], required=False,
        help_text=_("How often each class is counted stands under Places, Count classes."),
    )  # fmt: skip
    count_interval_days = forms.IntegerField(
        label=_("Counted every"), min_value=1, max_value=3660, required=False,
        help_text=_("Days. Blank: as its class says."),
    )  # fmt: skip
    is_inbound = forms.BooleanField(
        label=_("Receiving place"), required=False,
        help_text=_("What is received here is put away by a job, where its material has a home."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class CountAskForm(forms.Form):
    """Which place, and until when."""

    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("Place"))
    due_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = StorageLocation.objects.filter(site=site).select_related("equipment", "site")
        self.fields["place"].queryset = rows.order_by("equipment__code")  # type: ignore[attr-defined]


class CountSheetForm(forms.Form):
    """A field for each line of a sheet. Blank: not counted, or not again. `op_uuid` is made with the page."""

    op_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: Sequence[CountLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["op_uuid"].initial = uuid.uuid4
        self.lines = lines
        for line in lines:
            name = line.lot.code if line.lot else line.definition.code
            self.fields[f"line_{line.pk}"] = forms.DecimalField(
                label=name,
                max_digits=18,
                decimal_places=6,
                min_value=Decimal(0),
                required=False,
                widget=forms.NumberInput(
                    attrs={"step": "any", "inputmode": "decimal", "class": "input", "aria-label": name}
                ),
            )

    def rows(self) -> list[tuple[CountLine, Any]]:
        """Each line with its field."""
        return [(line, self[f"line_{line.pk}"]) for line in self.lines]

    def counted(self) -> list[Counted]:
        """What was typed. A quantity that is sent twice with the page is one; another one counts anew."""
        page, found = self.cleaned_data["op_uuid"], []
        for line in self.lines:
            quantity = self.cleaned_data.get(f"line_{line.pk}")
            if quantity is not None:
                found.append(Counted(quantity, uuid.uuid5(page, f"{line.pk}:{quantity}"), line.pk))
        return found


class CountFoundForm(StockForm):
    """Something that lies there and stands on no line."""

    material = Coded(label=_("Material"))
    lot = Coded(label=_("Lot"), required=False, help_text=_("Where the material is kept by lot."))
    quantity = forms.DecimalField(label=_("Counted"), max_digits=18, decimal_places=6, min_value=Decimal(0))


class CountReasonForm(forms.Form):
    """Why it differs. `version`: the count as it was looked at."""

    reason = forms.CharField(label=_("Why it differs"), min_length=2, max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CountClassForm(forms.Form):
    """How often each class is counted; blank leaves it as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for letter in StockClass:
            self.fields[letter.value] = forms.IntegerField(
                label=_("Class %(letter)s") % {"letter": letter.value}, min_value=1, max_value=3660, required=False,
                help_text=_("Days between two counts."),
            )  # fmt: skip
