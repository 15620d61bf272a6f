"""The plant model in the administration pages: looked at there, changed through the pages and the API alone."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
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
for _row in (
    models.AssetAssignment,
    models.MaterialLot,
    models.MaterialSublot,
    models.MaterialUnit,
    models.Qualification,
    models.ReasonClassification,
    models.Shift,
    models.ShiftBreak,
    models.WorkCalendarEntry,
):
    admin.site.register(_row, ReadOnlyAdmin)
