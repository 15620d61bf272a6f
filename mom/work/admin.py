"""The spine in the administration pages, to be looked at: what happened is corrected by a reversal, never edited."""

from django.contrib import admin

from mom.plant.admin import ReadOnlyAdmin
from mom.work import models


class CodedAdmin(ReadOnlyAdmin):
    """Orders and jobs."""

    list_display = ("code", "site", "operations_type", "status", "priority", "created_at")
    list_filter = ("site", "operations_type", "status")
    list_select_related = ("site",)
    search_fields = ("code",)


class FactAdmin(ReadOnlyAdmin):
    """Facts, newest first."""

    list_display = ("op_uuid", "site", "recorded_at", "recorded_by")
    list_filter = ("site",)
    list_select_related = ("site",)
    ordering = ("-id",)


admin.site.register([models.WorkRequest, models.JobOrder], CodedAdmin)
admin.site.register([models.JobResponse, models.LabourEntry, models.QuantityReport], FactAdmin)
admin.site.register(
    [
        models.EquipmentCondition,
        models.EquipmentReservation,
        models.JobDependency,
        models.JobRequirement,
        models.OutputTotal,
        models.Run,
    ],
    ReadOnlyAdmin,
)
