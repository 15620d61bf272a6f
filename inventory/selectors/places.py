"""Places that hold stock, for their list and pages: what lies there, what moved, what is to be done."""

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from inventory.engine.terms import CountStatus
from inventory.models import CycleCount, StockBalance, StockMove, StorageLocation
from inventory.permissions import VIEW
from inventory.selectors.balances import with_free
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor

MOST_MOVES = 20
MOST_LINES = 200


def place_list(actor: Actor, site: Site) -> QuerySet[StorageLocation]:
    """Every place of a site with `lines` (what lies there), `last_counted` and `open_count` (its number)."""
    rows = for_actor(StorageLocation.objects.filter(site=site), actor, VIEW)
    posted = CycleCount.objects.filter(location=OuterRef("pk"), status=CountStatus.POSTED).order_by()
    going_on = CycleCount.objects.filter(
        location=OuterRef("pk"), status__in=[CountStatus.OPEN, CountStatus.COUNTED]
    ).order_by("-id")
    return rows.select_related("equipment", "site").annotate(
        lines=Count("balances", filter=~Q(balances__quantity=0)),
        last_counted=Subquery(posted.values("location").annotate(at=Max("posted_at")).values("at")),
        open_count=Subquery(going_on.values("code")[:1]),
    )


def place_get(actor: Actor, site: Site, code: str) -> StorageLocation:
    """The place of that code. Raises: NotFound."""
    found = place_list(actor, site).filter(equipment__code=code).order_by("pk").first()
    if found is None:
        raise NotFound
    return found


def lies_at(place: StorageLocation) -> list[StockBalance]:
    """What lies there, with `free`, by material and lot. One statement."""
    rows = with_free(StockBalance.objects.filter(location=place).exclude(quantity=0))
    rows = rows.select_related("definition", "lot", "sublot")
    return list(rows.order_by("definition__code", "lot__code", "sublot__code")[:MOST_LINES])


def moved_at(place: StorageLocation) -> list[StockMove]:
    """What came and went last, newest first. One statement."""
    rows = StockMove.objects.filter(location=place).select_related("definition", "lot", "job_response__job_order")
    return list(rows.order_by("-occurred_at", "-id")[:MOST_MOVES])
