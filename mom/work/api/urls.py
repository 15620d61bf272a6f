"""Addresses of the spine below `/api/v1/work/`."""

from mom.core.api.router import Router
from mom.work.api.alert import AlertViewSet
from mom.work.api.alert_team import AlertTeamViewSet, EscalationStepViewSet, RotaEntryViewSet
from mom.work.api.equipment_reservation import ReservationViewSet
from mom.work.api.gate_override import GateOverrideViewSet
from mom.work.api.gate_rule import GateRuleViewSet
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
_router.register("gate-rules", GateRuleViewSet)
_router.register("gate-overrides", GateOverrideViewSet)
_router.register("alerts", AlertViewSet)
_router.register("alert-teams", AlertTeamViewSet)
_router.register("rota-entries", RotaEntryViewSet)
_router.register("escalation-steps", EscalationStepViewSet)
urlpatterns = _router.urls
