"""Addresses of production below `/api/v1/production/`."""

from mom.core.api.router import Router
from production.api.order import OrderViewSet

_router = Router("production")
_router.register("orders", OrderViewSet)
urlpatterns = _router.urls
