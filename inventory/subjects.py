"""Inventory's nouns, made known to the ground: holds are numbered."""

from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.models import LotHold
from mom.core import nouns


def register() -> None:
    """Called when the app is ready."""
    nouns.register(
        nouns.Noun("hold", LotHold, _("Hold"), permissions.VIEW, permissions.HOLD_LOTS, pattern="H-{yy}{seq:05}")
    )
