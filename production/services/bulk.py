"""Production orders by the thousand, for orders that are on the spine already. Joins the caller's transaction."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from mom.accounts.models import Site
from mom.core.db.bulk import copy_rows
from mom.core.use_case import UseCase
from production.models import ProductionRequest


class RequestedQuantity(NamedTuple):
    """How much of what an order asks for, in the material's unit."""

    work_request_id: int
    definition_id: int
    quantity: Decimal
    unit: str


def add_requests(_act: UseCase, site: Site, requests: Collection[RequestedQuantity]) -> int:
    """Adds the production part of orders that have none yet; how many. Quantities must be more than zero."""
    orders = [request.work_request_id for request in requests]
    taken = set(ProductionRequest.objects.filter(work_request__in=orders).values_list("work_request_id", flat=True))
    return copy_rows(
        ProductionRequest._meta.db_table,
        ("site_id", "work_request_id", "definition_id", "quantity", "unit"),
        ((site.pk, *request) for request in requests if request.work_request_id not in taken),
    )
