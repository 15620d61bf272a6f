"""What people type when stock comes in, moves or is thrown away. Codes are typed or scanned."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory.models import StorageLocation
from inventory.selectors.numbered_piece import piece_named
from mom.accounts.models import Site
from mom.core.errors import InvalidInput
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot, MaterialSublot


class StockForm(forms.Form):
    """`op_uuid` is made with the page: sent twice, it is one act."""

    op_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["op_uuid"].initial = uuid.uuid4
        rows = {
            "material": MaterialDefinition.objects.filter(site=site, is_active=True),
            "lot": MaterialLot.objects.filter(site=site).select_related("definition", "site"),
            "place": StorageLocation.objects.filter(site=site).select_related("equipment", "site"),
            "to": StorageLocation.objects.filter(site=site).select_related("equipment", "site"),
            "partner": BusinessPartner.objects.filter(site=site, is_active=True),
        }
        for name, found in rows.items():
            if name in self.fields:
                self.fields[name].queryset = found  # type: ignore[attr-defined]
                self.fields[name].empty_label = _("Choose")  # type: ignore[attr-defined]


class Coded(forms.ModelChoiceField):
    """A row by its code, typed or scanned."""

    def __init__(self, path: str = "code", **kwargs: Any) -> None:
        super().__init__(
            StorageLocation.objects.none(), to_field_name=path, widget=forms.TextInput(attrs={"spellcheck": "false"}),
            error_messages={"invalid_choice": _("This site has none with that code.")}, **kwargs,
        )  # fmt: skip

    def to_python(self, value: Any) -> Any:
        """The row of that code. Raises: ValidationError."""
        return super().to_python(value.strip() if isinstance(value, str) else value)


class ReceiveForm(StockForm):
    """A delivery."""

    material = Coded(label=_("Material"))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=18, decimal_places=6)
    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("Place"))
    lot_code = forms.CharField(
        label=_("Lot"),
        max_length=64,
        required=False,
        help_text=_("Blank: the next number. More of a known lot goes to it."),
    )
    supplier_lot = forms.CharField(label=_("Supplier's lot"), max_length=64, required=False)
    expires_on = forms.DateField(
        label=_("Expires"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("At its end.")
    )
    partner = Coded(label=_("Supplier"), required=False)


class StuffForm(StockForm):
    """So much of a lot, of a material that has none, or a numbered piece."""

    lot = Coded(label=_("Lot"), required=False)
    number = forms.CharField(
        label=_("Number"), max_length=100, required=False, help_text=_("Of a single piece. It says its lot by itself.")
    )
    material = Coded(label=_("Material"), required=False, help_text=_("Instead of a lot, where it has none."))
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=18, decimal_places=6, required=False, help_text=_("Blank: the one piece.")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.site = site

    def clean(self) -> dict[str, Any]:
        """What was typed, with `what`: the piece, the lot, or the material that has none. Raises: ValidationError."""
        sent: dict[str, Any] = super().clean() or {}
        lot, material, number = sent.get("lot"), sent.get("material"), sent.get("number")
        sent["what"] = lot or material
        if number and not {"lot", "material"} & set(self.errors):
            sent["what"] = self._piece(number, material, lot)
            sent["quantity"] = sent.get("quantity") or Decimal(1)
        elif lot is None and material is None and not self.errors:
            raise ValidationError({"lot": _("Give a lot, a number, or a material that has none.")})
        elif lot is not None and material is not None and lot.definition_id != material.pk:
            raise ValidationError({"lot": _("The lot is of another material.")})
        if sent.get("quantity") is None and "quantity" not in self.errors:
            raise ValidationError({"quantity": self.fields["quantity"].error_messages["required"]})
        return sent

    def _piece(self, number: str, material: MaterialDefinition | None, lot: MaterialLot | None) -> MaterialSublot:
        named = {"material": material.code if material else "", "lot": lot.code if lot else ""}
        try:
            return piece_named(self.site.pk, number, **named)
        except InvalidInput as wrong:
            raise ValidationError(dict(wrong.fields)) from None


class MoveForm(StuffForm):
    """From a place to another, now or by a job."""

    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("From"))
    to = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("To"))
    as_job = forms.BooleanField(
        label=_("Have it brought"),
        required=False,
        help_text=_("A job on the list; the stock moves when it is finished."),
    )


class ScrapForm(StuffForm):
    """Thrown away, and why."""

    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("Place"))
    reason = forms.CharField(label=_("Why"), min_length=2, max_length=200)


class ShipForm(StuffForm):
    """What leaves for a customer."""

    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("From"))
    customer = forms.ModelChoiceField(BusinessPartner.objects.none(), label=_("Customer"), empty_label=_("Choose"))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        rows = BusinessPartner.objects.filter(site=site, is_active=True, is_customer=True)
        self.fields["customer"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class HomeForm(forms.Form):
    """Where a material belongs."""

    place = forms.ModelChoiceField(
        StorageLocation.objects.none(), label=_("Home"), required=False,
        help_text=_("What is received on a receiving place is brought there by a job. Blank: nowhere special."),
    )  # fmt: skip

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = StorageLocation.objects.filter(site=site).select_related("equipment", "site")
        self.fields["place"].queryset = rows.order_by("equipment__code")  # type: ignore[attr-defined]


class MovedForm(StockForm):
    """What is really brought, and where to."""

    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=18, decimal_places=6, required=False, help_text=_("Blank: all of it.")
    )
    to = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("To"))


class ReserveForm(forms.Form):
    """A button."""
