"""Addresses of the shop-floor record below `/api/v1/floor/`."""

from mom.core.api.router import Router
from mom.floor.api.archive import ArchivedDayViewSet
from mom.floor.api.history import HistoryLoadViewSet
from mom.floor.api.interval import StateIntervalViewSet
from mom.floor.api.listening import MachineListeningViewSet
from mom.floor.api.mapping import StateMeaningViewSet
from mom.floor.api.message import MessageViewSet
from mom.floor.api.quarantine import QuarantineViewSet
from mom.floor.api.source import GapViewSet, SourceViewSet
from mom.floor.api.stop import MachineStopViewSet

_router = Router("floor")
_router.register("archived-days", ArchivedDayViewSet)
_router.register("gaps", GapViewSet)
_router.register("intervals", StateIntervalViewSet)
_router.register("listening", MachineListeningViewSet)
_router.register("history-loads", HistoryLoadViewSet)
_router.register("messages", MessageViewSet)
_router.register("quarantine", QuarantineViewSet)
_router.register("sources", SourceViewSet)
_router.register("state-meanings", StateMeaningViewSet)
_router.register("stops", MachineStopViewSet)
urlpatterns = _router.urls
