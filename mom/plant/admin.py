"""The plant model in the administration pages: looked at there, changed through the pages and the API alone."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from mom.plant import models

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    """Shows rows and changes none: every change is a use case with an actor, a reason and its audit entry."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False


class CodedAdmin(ReadOnlyAdmin):
    """Named things."""

    list_display = ("code", "name", "site", "is_active", "changed_at")
    list_filter = ("site", "is_active")
    search_fields = ("code", "name")
    list_select_related = ("site",)


for _model in (
    models.BusinessPartner,
    models.Equipment,
    models.EquipmentClass,
    models.MaterialClass,
    models.MaterialDefinition,
    models.Person,
    models.PersonnelClass,
    models.PhysicalAsset,
    models.Reason,
    models.WorkCalendar,
):
    admin.site.register(_model, CodedAdmin)
# What hangs on a named thing -> what its own name is made of.
_NAMED_BY: dict[type[Model], tuple[str, ...]] = {
    models.AssetAssignment: ("asset", "equipment"),
    models.MaterialLot: (),
    models.MaterialSublot: (),
    models.MaterialUnit: ("definition",),
    models.Qualification: ("person", "personnel_class"),
    models.ReasonClassification: ("reason",),
    models.Shift: (),
    models.ShiftBreak: (),
    models.WorkCalendarEntry: (),
}
for _row, _names in _NAMED_BY.items():
    admin.site.register(_row, type(f"{_row.__name__}Admin", (ReadOnlyAdmin,), {"list_select_related": _names}))
