"""What lies where at a site, for its list."""

from django.db.models import F, QuerySet

from inventory.models import StockBalance
from inventory.permissions import VIEW
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.selectors.scope import for_actor


def balance_list(actor: Actor, site: Site) -> QuerySet[StockBalance]:
    """Every balance that is not empty, with `free`: what nobody was promised. No statement of its own."""
    rows = for_actor(StockBalance.objects.filter(site=site).exclude(quantity=0), actor, VIEW)
    rows = rows.annotate(free=F("quantity") - F("reserved"))
    return rows.select_related("location__equipment", "definition", "lot", "sublot")
