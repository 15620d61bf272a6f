"""Orders in the search box."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from mom.core.search import SearchHit
from mom.work.models.labels import WORK_REQUEST_STATUS
from production.selectors.order import order_search


def find_orders(actor: Any, site: str, text: str, limit: int) -> Iterable[SearchHit]:
    """Orders by number or description. One statement."""
    return [
        SearchHit(
            "order",
            order.code,
            order.description,
            WORK_REQUEST_STATUS.label(order.status),
            reverse("production:order_detail", args=[order.code]),
        )
        for order in order_search(actor, site, text, limit)
    ]
