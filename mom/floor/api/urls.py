"""Addresses of the shop-floor record below `/api/v1/floor/`."""

from mom.core.api.router import Router

_router = Router("floor")
urlpatterns = _router.urls
