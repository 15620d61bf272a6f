"""Inventory's nouns, made known to the ground: holds, counts and moves are numbered."""

from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.models import CycleCount, LotHold, StockTransfer
from mom.core import nouns


def register() -> None:
    """Called when the app is ready."""
    for key, model, label, change, pattern in (
        ("hold", LotHold, _("Hold"), permissions.HOLD_LOTS, "H-{yy}{seq:05}"),
        ("count", CycleCount, _("Count"), permissions.COUNT_STOCK, "CC-{yy}{seq:05}"),
        ("move", StockTransfer, _("Move"), permissions.MOVE_STOCK, "MV-{yy}{seq:05}"),
    ):
        nouns.register(nouns.Noun(key, model, label, permissions.VIEW, change, pattern=pattern))
