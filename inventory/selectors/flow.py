"""What passes through the stores: what jobs took and made, what left, and what counting found missing."""

from datetime import datetime

from django.db.models import QuerySet

from inventory.engine.terms import MAKES, MoveKind
from inventory.models import StockMove
from mom.accounts.models import Site
from mom.work.engine.terms import OperationsType

TAKEN = frozenset({MoveKind.CONSUMED, MoveKind.RETURNED, MoveKind.INSTALLED, MoveKind.REMOVED})
"""The kinds by which jobs take material and give it back: less than zero what was taken, more what came back."""
LEAVES = TAKEN | {MoveKind.SHIPPED}
"""The kinds by which material is used: by jobs, or by the customer it was shipped to."""


def job_flows(site: Site, since: datetime, until: datetime) -> QuerySet[StockMove]:
    """What production jobs took and made during [since, until), reversals beside what they undo. No statement."""
    return StockMove.objects.filter(
        site=site, occurred_at__gte=since, occurred_at__lt=until, kind__in=[*TAKEN, *MAKES],
        job_response__job_order__operations_type=OperationsType.PRODUCTION,
    )  # fmt: skip


def count_differences(site: Site, since: datetime, until: datetime) -> QuerySet[StockMove]:
    """What counting found missing (less than zero) or more than the book during [since, until). No statement."""
    return StockMove.objects.filter(site=site, occurred_at__gte=since, occurred_at__lt=until, kind=MoveKind.ADJUSTED)
