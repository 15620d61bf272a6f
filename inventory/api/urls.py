"""Addresses of inventory below `/api/v1/inventory/`."""

from inventory.api.stock import BalanceViewSet, PlaceViewSet
from inventory.api.stock_move import StockMoveViewSet
from inventory.api.stock_reservation import StockReservationViewSet
from mom.core.api.router import Router

_router = Router("inventory")
_router.register("places", PlaceViewSet)
_router.register("balances", BalanceViewSet)
_router.register("moves", StockMoveViewSet)
_router.register("reservations", StockReservationViewSet)
urlpatterns = _router.urls
