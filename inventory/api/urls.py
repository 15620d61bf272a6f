"""Addresses of inventory below `/api/v1/inventory/`."""

from inventory.api.cycle_count import CountClassViewSet, CountViewSet
from inventory.api.lot_hold import HoldViewSet
from inventory.api.shortage import ShortageViewSet
from inventory.api.stock import BalanceViewSet, PlaceViewSet
from inventory.api.stock_move import StockMoveViewSet
from inventory.api.stock_reservation import StockReservationViewSet
from inventory.api.stock_transfer import MoveJobViewSet
from mom.core.api.router import Router

_router = Router("inventory")
_router.register("places", PlaceViewSet)
_router.register("balances", BalanceViewSet)
_router.register("moves", StockMoveViewSet)
_router.register("reservations", StockReservationViewSet)
_router.register("counts", CountViewSet)
_router.register("count-classes", CountClassViewSet)
_router.register("move-jobs", MoveJobViewSet)
_router.register("holds", HoldViewSet)
_router.register("shortages", ShortageViewSet, basename="shortage")
urlpatterns = _router.urls
