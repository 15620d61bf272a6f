"""Addresses of quality below `/api/v1/quality/`."""

from mom.core.api.router import Router
from quality.api.control_chart import ControlChartViewSet
from quality.api.control_plan import CharacteristicViewSet, ControlPlanViewSet
from quality.api.inspection import InspectionViewSet
from quality.api.nonconformance import NonconformanceViewSet
from quality.api.sample import SampleViewSet

_router = Router("quality")
_router.register("control-plans", ControlPlanViewSet)
_router.register("characteristics", CharacteristicViewSet)
_router.register("charts", ControlChartViewSet)
_router.register("samples", SampleViewSet)
_router.register("inspections", InspectionViewSet)
_router.register("nonconformances", NonconformanceViewSet)
urlpatterns = _router.urls
