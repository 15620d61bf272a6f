"""What a site's time without an order counts as: now, and over a stretch that figures are shown of."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analytics import permissions
from analytics.models import Reckoning, Redefinition
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.models import RowVersion
from mom.plant.selectors.scope import for_actor

USUAL = "planned_stop"  # where a site chose nothing


def reckoning_list(actor: Actor, site: Site) -> QuerySet[Reckoning]:
    """The site's rules, for who may see figures there. Lazy, one statement."""
    return for_actor(Reckoning.objects.filter(site=site), actor, permissions.VIEW)


def being_made_again(site: Site) -> Redefinition | None:
    """The change of the site's rules that is least far; None where none waits. One statement."""
    table = Reckoning._meta.db_table
    of_site = Q(new__site_id=site.pk) | Q(old__site_id=site.pk)
    versions = RowVersion.objects.filter(of_site, table_name=table, pk=OuterRef("version_id"))
    waiting = Redefinition.objects.filter(Exists(versions), table_name=table)
    return waiting.order_by(F("reached").desc(nulls_first=True), "pk").first()


def without_order_in(site: Site, start: datetime, until: datetime) -> list[str]:
    """What a shift's time without an order counts as in a stretch, in the order of time. One statement."""
    rows = Reckoning.objects.filter(Q(valid_until=None) | Q(valid_until__gt=start), site=site, valid_from__lt=until)
    found, at = [], start
    for choice, begun, ended in rows.order_by("valid_from").values_list("without_order", "valid_from", "valid_until"):
        found += [USUAL] * (begun > at) + [choice]
        at = ended or until
    found += [USUAL] * (at < until)
    return [each for number, each in enumerate(found) if number == 0 or found[number - 1] != each]


def without_order_at(site: Site, at: datetime) -> str:
    """What it counts as at an instant. One statement."""
    return without_order_in(site, at, at + timedelta(microseconds=1))[0]
