"""What people type when stock comes in, moves or is thrown away. Codes are typed or scanned."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory.models import StorageLocation
from mom.accounts.models import Site
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot


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


class MoveForm(StockForm):
    """From a place to another, now or by a job."""

    lot = Coded(label=_("Lot"), required=False)
    material = Coded(label=_("Material"), required=False, help_text=_("Instead of a lot, where it has none."))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=18, decimal_places=6)
    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("From"))
    to = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("To"))
    as_job = forms.BooleanField(
        label=_("Have it brought"),
        required=False,
        help_text=_("A job on the list; the stock moves when it is finished."),
    )

    def clean(self) -> dict[str, Any]:
        """Either a lot or a material. Raises: ValidationError."""
        return one_of_lot_and_material(self)


def one_of_lot_and_material(form: Any) -> dict[str, Any]:
    """What was typed, with `what`: the lot, or the material that has none. Raises: ValidationError."""
    sent: dict[str, Any] = forms.Form.clean(form) or {}
    lot, material = sent.get("lot"), sent.get("material")
    if lot is None and material is None and not form.errors:
        raise ValidationError({"lot": _("Give a lot, or a material that has none.")})
    if lot is not None and material is not None and lot.definition_id != material.pk:
        raise ValidationError({"lot": _("The lot is of another material.")})
    sent["what"] = lot or material
    return sent


class ScrapForm(StockForm):
    """Thrown away, and why."""

    lot = Coded(label=_("Lot"), required=False)
    material = Coded(label=_("Material"), required=False, help_text=_("Instead of a lot, where it has none."))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=18, decimal_places=6)
    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("Place"))
    reason = forms.CharField(label=_("Why"), min_length=2, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Either a lot or a material. Raises: ValidationError."""
        return one_of_lot_and_material(self)


class ShipForm(StockForm):
    """What leaves for a customer."""

    lot = Coded(label=_("Lot"), required=False)
    material = Coded(label=_("Material"), required=False, help_text=_("Instead of a lot, where it has none."))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=18, decimal_places=6)
    place = forms.ModelChoiceField(StorageLocation.objects.none(), label=_("From"))
    customer = forms.ModelChoiceField(BusinessPartner.objects.none(), label=_("Customer"), empty_label=_("Choose"))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        rows = BusinessPartner.objects.filter(site=site, is_active=True, is_customer=True)
        self.fields["customer"].queryset = rows.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Either a lot or a material. Raises: ValidationError."""
        return one_of_lot_and_material(self)


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
