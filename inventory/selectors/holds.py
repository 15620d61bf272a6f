"""Holds for their list and pages."""

from django.db.models import Count, Q, QuerySet

from inventory.models import HeldLot, LotHold
from inventory.permissions import VIEW
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.models import MaterialLot
from mom.plant.selectors.scope import for_actor

MOST_LOTS = 500


def hold_list(actor: Actor, site: Site) -> QuerySet[LotHold]:
    """Holds of a site with how many lots they took (`lot_count`) and still keep (`kept_count`)."""
    rows = for_actor(LotHold.objects.filter(site=site), actor, VIEW)
    return rows.select_related("site", "origin").annotate(
        lot_count=Count("lots"), kept_count=Count("lots", filter=Q(lots__released_at=None))
    )


def hold_get(actor: Actor, site: Site, code: str) -> LotHold:
    """The hold of that number. Raises: NotFound."""
    found = hold_list(actor, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def held_in(hold: LotHold) -> list[HeldLot]:
    """The lots of a hold, with their materials. One statement."""
    rows = HeldLot.objects.filter(hold=hold).select_related("lot__definition")
    return list(rows.order_by("released_at", "lot__code")[:MOST_LOTS])


def open_holds_of(lot: MaterialLot) -> list[LotHold]:
    """The holds that keep a lot now. One statement."""
    return list(LotHold.objects.filter(lots__lot=lot, lots__released_at=None).order_by("held_at"))
