"""Addresses of maintenance below `/api/v1/maintenance/`."""

from maintenance.api.maintenance_job import MaintenanceJobViewSet
from maintenance.api.maintenance_plan import JobPlanVersionViewSet, MaintenancePlanViewSet, PlanOccurrenceViewSet
from maintenance.api.maintenance_request import MaintenanceRequestViewSet
from mom.core.api.router import Router

_router = Router("maintenance")
_router.register("requests", MaintenanceRequestViewSet)
_router.register("jobs", MaintenanceJobViewSet)
_router.register("plans", MaintenancePlanViewSet)
_router.register("due-dates", PlanOccurrenceViewSet)
_router.register("job-plan-versions", JobPlanVersionViewSet)
urlpatterns = _router.urls
