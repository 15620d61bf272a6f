"""Inventory's nouns, made known to the ground: holds, counts and moves are numbered."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.models import CycleCount, LotHold, StockTransfer
from mom.core import nouns


def register() -> None:
    """Called when the app is ready."""
    for key, model, label, change, pattern, page in (
        ("hold", LotHold, _("Hold"), permissions.HOLD_LOTS, "H-{yy}{seq:05}", "inventory:hold_detail"),
        ("count", CycleCount, _("Count"), permissions.COUNT_STOCK, "CC-{yy}{seq:05}", "inventory:count_detail"),
        ("move", StockTransfer, _("Move"), permissions.MOVE_STOCK, "MV-{yy}{seq:05}", "work:job_detail"),
    ):
        nouns.register(nouns.Noun(key, model, label, permissions.VIEW, change, address=_page(page), pattern=pattern))


def _page(url_name: str) -> Callable[[Any], str]:
    return lambda row: reverse(url_name, args=[row.code])
