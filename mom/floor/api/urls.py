"""Addresses of the shop-floor record below `/api/v1/floor/`."""

from mom.core.api.router import Router
from mom.floor.api.message import MessageViewSet
from mom.floor.api.quarantine import QuarantineViewSet
from mom.floor.api.source import GapViewSet, SourceViewSet

_router = Router("floor")
_router.register("gaps", GapViewSet)
_router.register("messages", MessageViewSet)
_router.register("quarantine", QuarantineViewSet)
_router.register("sources", SourceViewSet)
urlpatterns = _router.urls
