"""Rework and repair: an order of its own that another domain asks for, made in its transaction."""

from collections.abc import Mapping
from typing import Any

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.models import JobOrder
from mom.work.public import lock_jobs
from production.services.production_request import NewOrder, add, released


def rework_order(act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
    """A released order of its own for `quantity` of `material_id`, at `equipment_id` where that is named; its job.

    `description` says what it is for. Joins the caller's transaction; rights are the caller's to ask.
    Raises: InvalidInput for nothing or less.
    """
    site = Site.objects.get(pk=site_id)
    rows = Equipment.objects.filter(site=site)
    order = NewOrder(
        code="",
        definition=MaterialDefinition.objects.get(site=site, pk=wish["material_id"]),
        quantity=wish["quantity"],
        description=str(wish.get("description", ""))[:200],
        operation=str(wish.get("description", ""))[:200],
        equipment=rows.filter(pk=wish["equipment_id"]).first() if wish.get("equipment_id") else None,
        priority=30,
    )
    request = released(act, add(act, site, order))
    return lock_jobs(request.work_request_id)[0]
