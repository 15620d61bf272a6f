"""Reserving stock for jobs: first what expires first (FEFO), and never more than lies there (P10).

Which lots are meant is found without a lock; the database refuses what others took meanwhile, and it is found anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from inventory import permissions
from inventory.models import StockReservation
from inventory.selectors.material_at_hand import USABLE
from inventory.services.posting import Leg
from mom.core.actor import Actor
from mom.core.db.bulk import array
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, NotFound
from mom.core.use_case import UseCase, use_case
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, MaterialUse
from mom.work.models import JobOrder
from mom.work.public import lock_job_order

TRIES = 5

# Needs and stock of a material are laid along one line, the needs by job, the stock by expiry; where they meet, a lot
# is for a need. Two needs of one material so share a lot without taking the same part of it.
_RESERVE = """
WITH need AS (
    SELECT r.id, r.definition_id, n.quantity,
           sum(n.quantity) OVER (PARTITION BY r.definition_id ORDER BY j.sequence, r.position, r.id) AS upto
    FROM work_jobrequirement r JOIN work_joborder j ON j.id = r.job_order_id
    CROSS JOIN LATERAL (
        SELECT r.quantity
               - coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0)
               - coalesce((SELECT sum(s.quantity - s.taken) FROM inventory_stockreservation s
                           WHERE s.requirement_id = r.id AND s.released_at IS NULL), 0) AS quantity
    ) AS n
    WHERE r.job_order_id = ANY(%(jobs)s) AND r.material_use = %(use)s AND n.quantity > 0
), stock AS (
    SELECT b.id, b.definition_id, b.quantity - b.reserved AS free,
           sum(b.quantity - b.reserved)
               OVER (PARTITION BY b.definition_id ORDER BY l.expires_at NULLS LAST, l.id NULLS LAST, b.id) AS upto
    FROM inventory_stockbalance b LEFT JOIN plant_materiallot l ON l.id = b.lot_id
    WHERE b.site_id = %(site)s AND b.definition_id IN (SELECT definition_id FROM need)
      AND b.quantity > 0 AND b.quantity > b.reserved
      AND (l.id IS NULL OR (l.disposition = ANY(%(usable)s) AND (l.expires_at IS NULL OR l.expires_at > %(at)s)))
), found AS (
    SELECT need.id AS requirement_id, stock.id AS balance_id,
           least(need.upto, stock.upto) - greatest(need.upto - need.quantity, stock.upto - stock.free) AS quantity
    FROM need JOIN stock ON stock.definition_id = need.definition_id
     AND stock.upto > need.upto - need.quantity AND stock.upto - stock.free < need.upto
)
INSERT INTO inventory_stockreservation AS s
       (site_id, requirement_id, balance_id, quantity, taken, reserved_at, reserved_by)
SELECT %(site)s, requirement_id, balance_id, quantity, 0, %(at)s, %(by)s FROM found ORDER BY balance_id, requirement_id
ON CONFLICT (requirement_id, balance_id) WHERE released_at IS NULL
DO UPDATE SET quantity = s.quantity + excluded.quantity
RETURNING requirement_id
"""
_MISSING = """
SELECT d.code, r.quantity - t.taken AS needed, t.kept, r.unit
FROM work_jobrequirement r JOIN plant_materialdefinition d ON d.id = r.definition_id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0) AS taken,
           coalesce((SELECT sum(s.quantity - s.taken) FROM inventory_stockreservation s
                     WHERE s.requirement_id = r.id AND s.released_at IS NULL), 0) AS kept
) AS t
WHERE r.job_order_id = ANY(%(jobs)s) AND r.material_use = %(use)s AND r.quantity > t.taken + t.kept
ORDER BY r.position, d.code
"""


@dataclass(frozen=True)
class Short:
    """A material of which less could be reserved than is needed; quantities in its unit."""

    material: str
    needed: Decimal
    reserved: Decimal
    unit: str


def reserve(actor: Actor, jobs: Collection[int]) -> tuple[list[StockReservation], list[Short]]:
    """Reserve what these jobs still need and nothing is reserved for, FEFO; gives what is reserved and what is short.

    Asking again reserves only what is missing. Raises: NotAllowed, NotFound; Conflict where stock was taken by others
    again and again.
    """
    for _try in range(TRIES - 1):
        try:
            return _reserve(actor, sorted(jobs))
        except Conflict as conflict:
            if conflict.code != "stock_taken":
                raise
    return _reserve(actor, sorted(jobs))


def _reserve(actor: Actor, jobs: Sequence[int]) -> tuple[list[StockReservation], list[Short]]:
    with use_case(actor) as act:
        rows = JobOrder.objects.select_for_update(of=("self",)).select_related("site")
        found = list(rows.filter(pk__in=jobs).order_by("pk"))
        sites = {job.site.code for job in found}
        if not found or len(sites) != 1:
            raise NotFound(_("There is no such job."))
        act.require(permissions.RESERVE_STOCK, found[0].site.code)
        return reserve_for(act, found)


def reserve_for(act: UseCase, found: Sequence[JobOrder]) -> tuple[list[StockReservation], list[Short]]:
    """The same for jobs of one site that are locked already; rights are the caller's to ask. Joins its transaction.

    Raises: Conflict (`stock_taken`) where others took the stock meanwhile; asking again finds other lots.
    """
    open_jobs = [job.pk for job in found if job.status in OPEN_JOB_ORDER_STATUSES]
    values: dict[str, Any] = {
        "jobs": open_jobs, "site": found[0].site_id, "use": MaterialUse.CONSUMED.value, "usable": list(USABLE),
        "at": act.now, "by": act.actor.label,
    }  # fmt: skip
    taken = Conflict(_("Others took this stock at the same moment. Try again."), code="stock_taken")
    refusals = {"inventory_stockbalance_reserved_is_there": lambda: taken}
    with connection.cursor() as cursor:
        with translating(refusals):
            cursor.execute(_RESERVE, values)
        is_new = cursor.rowcount > 0
        cursor.execute(_MISSING, values)
        short = [Short(*row) for row in cursor.fetchall()]
    if is_new:
        for job in found:
            act.record("inventory.stock_reserved", subject=job, site=job.site.code)
    return list(reservations_of(open_jobs)), short


def reservations_of(jobs: Collection[int]) -> QuerySet[StockReservation]:
    """What is reserved for jobs and not let go. No statement of its own."""
    rows = StockReservation.objects.filter(requirement__job_order__in=jobs, released_at=None)
    return rows.select_related(
        "requirement__job_order",
        "balance__definition",
        "balance__lot__definition",
        "balance__sublot",
        "balance__location__equipment",
        "site",
    ).order_by("requirement", "id")


def let_go(actor: Actor, job_order_id: int, *, reason: str = "") -> int:
    """Let go of everything that is reserved for a job and not taken; gives how many reservations.

    Raises: NotAllowed, NotFound.
    """
    with use_case(actor, reason) as act:
        job_order = lock_job_order(job_order_id)
        act.require(permissions.RESERVE_STOCK, job_order.site.code)
        return let_go_of(act, job_order)


def let_go_of(act: UseCase, job_order: JobOrder) -> int:
    """The same within the caller's transaction; rights are the caller's to ask."""
    rows = StockReservation.objects.filter(requirement__job_order=job_order, released_at=None)
    many = rows.update(released_at=act.now)
    if many:
        act.record("inventory.reservations_let_go", subject=job_order, site=job_order.site.code, after={"many": many})
    return many


# In the order of the balances, as the ledger locks them.
_TAKE = """
WITH held AS (
    SELECT s.id, u.quantity
    FROM (
        SELECT requirement, location, definition, lot, sublot, sum(quantity) AS quantity
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[])
             AS u (requirement, location, definition, lot, sublot, quantity)
        GROUP BY requirement, location, definition, lot, sublot
    ) AS u
    JOIN inventory_stockbalance b ON b.location_id = u.location AND b.definition_id = u.definition
     AND b.lot_id IS NOT DISTINCT FROM u.lot AND b.sublot_id IS NOT DISTINCT FROM u.sublot
    JOIN inventory_stockreservation s ON s.requirement_id = u.requirement AND s.balance_id = b.id
    WHERE s.released_at IS NULL AND s.taken < s.quantity
    ORDER BY b.id FOR UPDATE OF s
)
UPDATE inventory_stockreservation AS s SET taken = least(s.quantity, s.taken + held.quantity)
FROM held WHERE s.id = held.id
"""


def take(legs: Sequence[Leg]) -> None:
    """Take from what is reserved for the requirements of these legs, before the ledger does. Joins the caller's
    transaction; one statement.
    """
    rows = [
        (leg.requirement.pk, leg.location.pk, leg.definition.pk, leg.lot and leg.lot.pk, leg.sublot and leg.sublot.pk,
         -leg.quantity)
        for leg in legs if leg.requirement is not None
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [array(column) for column in zip(*rows, strict=True)])
