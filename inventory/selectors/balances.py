"""What lies where at a site, for its list."""

from decimal import Decimal

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Greatest

from inventory.models import HeldLot, StockBalance
from inventory.permissions import VIEW
from inventory.selectors.material_at_hand import USABLE
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.fields import QuantityField
from mom.plant.selectors.scope import for_actor

NOTHING = Value(Decimal(0), output_field=QuantityField())


def balance_list(actor: Actor, site: Site) -> QuerySet[StockBalance]:
    """Every balance that is not empty, with `free` and its oldest open `hold`. No statement of its own."""
    rows = for_actor(StockBalance.objects.filter(site=site).exclude(quantity=0), actor, VIEW)
    open_holds = HeldLot.objects.filter(lot=OuterRef("lot"), released_at=None).order_by("pk").values("hold__code")
    return (
        with_free(rows)
        .annotate(hold=Subquery(open_holds[:1]))
        .select_related("location__equipment", "definition", "lot", "sublot")
    )


def with_free(rows: QuerySet[StockBalance]) -> QuerySet[StockBalance]:
    """Balances with `free`: what nobody was promised and may be used; nothing of a lot on hold or past its date."""
    unusable = Q(lot__isnull=False) & (~Q(lot__disposition__in=USABLE) | Q(lot__expires_at__lte=clock.now()))
    left = Greatest(F("quantity") - F("reserved"), NOTHING)
    return rows.annotate(free=Case(When(unusable, then=NOTHING), default=left, output_field=QuantityField()))
