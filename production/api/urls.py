"""Addresses of production below `/api/v1/production/`."""

from mom.core.api.router import Router
from production.api.definition import DefinitionViewSet
from production.api.ideal_cycle import IdealCycleViewSet
from production.api.instruction import StepAnswerViewSet
from production.api.job_change import JobChangeViewSet
from production.api.order import OrderViewSet

_router = Router("production")
_router.register("orders", OrderViewSet)
_router.register("jobs", JobChangeViewSet)
_router.register("definitions", DefinitionViewSet)
_router.register("step-answers", StepAnswerViewSet)
_router.register("ideal-cycles", IdealCycleViewSet)
urlpatterns = _router.urls
