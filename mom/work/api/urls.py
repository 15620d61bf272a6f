"""Addresses of the spine below `/api/v1/work/`."""

from mom.core.api.router import Router
from mom.work.api.equipment_reservation import ReservationViewSet
from mom.work.api.job_order import JobOrderViewSet
from mom.work.api.job_response import JobResponseViewSet, LabourEntryViewSet
from mom.work.api.quantity_report import QuantityReportViewSet
from mom.work.api.stop import StopViewSet
from mom.work.api.work_request import WorkRequestViewSet

_router = Router("work")
_router.register("work-requests", WorkRequestViewSet)
_router.register("job-orders", JobOrderViewSet)
_router.register("job-responses", JobResponseViewSet)
_router.register("stops", StopViewSet)
_router.register("labour-entries", LabourEntryViewSet)
_router.register("quantity-reports", QuantityReportViewSet)
_router.register("reservations", ReservationViewSet)
urlpatterns = _router.urls
