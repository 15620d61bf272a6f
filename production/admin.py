"""Production orders in the administration pages, to be looked at."""

from django.contrib import admin

from mom.plant.admin import ReadOnlyAdmin
from production.models import ProductionRequest


@admin.register(ProductionRequest)
class ProductionRequestAdmin(ReadOnlyAdmin):
    """What is to be made, and how much."""

    list_display = ("work_request", "definition", "quantity", "unit", "site")
    list_filter = ("site",)
    list_select_related = ("work_request", "definition", "site")
