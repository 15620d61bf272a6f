"""Reserving stock for jobs: first what expires first (FEFO), and never more than lies there (P10).

Which lots are meant is found without a lock; the database refuses what others took meanwhile, and it is found anew.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from inventory import permissions
from inventory.models import StockReservation
from inventory.selectors.material_at_hand import USABLE
from inventory.services.posting import Leg
from mom.core.actor import Actor
from mom.core.db.bulk import array
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared, one_of
from mom.core.db.statements import Statement
from mom.core.errors import Conflict, NotFound
from mom.core.use_case import UseCase, use_case
from mom.events.inventory import ReservationsLost
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, MaterialUse
from mom.work.models import JobOrder
from mom.work.public import lock_job_order

TRIES = 5

# Needs and stock of a material are laid along one line, the needs by job, the stock by expiry; where they meet, a lot
# is for a need. Two needs of one material so share a lot without taking the same part of it.
_RESERVE = Statement(
    """
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
SELECT %(site)s::bigint, requirement_id, balance_id, quantity, 0, %(at)s::timestamptz, %(by)s::text
FROM found ORDER BY balance_id, requirement_id
ON CONFLICT (requirement_id, balance_id) WHERE released_at IS NULL
DO UPDATE SET quantity = s.quantity + excluded.quantity
RETURNING requirement_id
""",
    "reserve",
)
_MISSING = Statement(
    """
SELECT d.code, r.quantity - t.taken AS needed, t.kept, r.unit
FROM work_jobrequirement r JOIN plant_materialdefinition d ON d.id = r.definition_id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0) AS taken,
           coalesce((SELECT sum(s.quantity - s.taken) FROM inventory_stockreservation s
                     WHERE s.requirement_id = r.id AND s.released_at IS NULL), 0) AS kept
) AS t
WHERE r.job_order_id = ANY(%(jobs)s) AND r.material_use = %(use)s AND r.quantity > t.taken + t.kept
ORDER BY r.position, d.code
""",
    "short",
)


@dataclass(frozen=True)
class Short:
    """A material of which less could be reserved than is needed; quantities in its unit."""

    material: str
    needed: Decimal
    reserved: Decimal
    unit: str


Reserved = tuple[list[StockReservation], list[Short]]
_LOCKING = JobOrder.objects.select_for_update(of=("self",)).select_related("site").order_by("pk")
_JOBS = Prepared(lambda keys: _LOCKING.filter(pk__in=one_of(keys)))
_OF_ORDER = Prepared(lambda order: _LOCKING.filter(work_request=order))


def reserve(actor: Actor, jobs: Collection[int], *, seen_by: str = "") -> Reserved:
    """Reserve what these jobs still need and nothing is reserved for, FEFO; gives what is reserved and what is short.

    Asking again reserves only what is missing. Who has not the right `seen_by` at their site is told what is true of
    jobs that are not there. Raises: NotAllowed, NotFound; Conflict where stock was taken by others again and again.
    """
    return _tried(actor, lambda: _JOBS.rows(keys=sorted(jobs)), seen_by)


def reserve_order(actor: Actor, work_request_id: int, *, seen_by: str = "") -> Reserved:
    """The same for all jobs of an order."""
    return _tried(actor, lambda: _OF_ORDER.rows(order=work_request_id), seen_by)


def _tried(actor: Actor, lock: Callable[[], list[JobOrder]], seen_by: str) -> Reserved:
    for _try in range(TRIES - 1):
        try:
            return _reserve(actor, lock, seen_by)
        except Conflict as conflict:
            if conflict.code != "stock_taken":
                raise
    return _reserve(actor, lock, seen_by)


def _reserve(actor: Actor, lock: Callable[[], list[JobOrder]], seen_by: str) -> Reserved:
    with use_case(actor) as act:
        found = lock()
        sites = {job.site.code for job in found}
        if len(sites) != 1 or (seen_by and not actor.may(seen_by, *sites)):
            raise NotFound(_("There is no such job."))
        act.require(permissions.RESERVE_STOCK, found[0].site.code)
        return reserve_for(act, found)


def reserve_for(act: UseCase, found: Sequence[JobOrder]) -> Reserved:
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
        with translating(refusals, ends_act=True):
            _RESERVE.execute(cursor, values)
        is_new = cursor.rowcount > 0
        _MISSING.execute(cursor, values)
        short = [Short(*row) for row in cursor.fetchall()]
    if is_new:
        for job in found:
            act.record("inventory.stock_reserved", subject=job, site=job.site.code)
    return RESERVED.rows(jobs=open_jobs), short


def reservations_of(jobs: Collection[int] | RawSQL) -> QuerySet[StockReservation]:
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


RESERVED = Prepared(lambda jobs: reservations_of(one_of(jobs)))
"""The same for a list of jobs, prepared."""


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


def let_go_of_lots(act: UseCase, lots: Collection[int]) -> int:
    """Let go of what jobs were promised of lots that may not be used any more; each job's log says it.

    Joins the caller's transaction; rights are the caller's to ask.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO_OF_LOTS, [array(sorted(lots)), act.now])
        rows = cursor.fetchall()
    jobs = JobOrder.objects.select_related("site").in_bulk({job for job, *_rest in rows}) if rows else {}
    for pk, gone in sorted(_by_job(rows).items()):
        act.record("inventory.lot_let_go", subject=jobs[pk], site=jobs[pk].site.code, after={"lots": gone})
        act.publish(ReservationsLost(jobs[pk].site.code, pk, jobs[pk].code, act.now), key=f"job_order:{pk}")
    return len(rows)


def shrink(act: UseCase, left: Mapping[int, Decimal]) -> None:
    """Let promises of balances (by key) shrink to what will be left there, the newest first; each job's log says it.

    Joins the caller's transaction; comes before what takes the stock away. Rights are the caller's to ask.
    """
    keys = sorted(left)
    with connection.cursor() as cursor:
        cursor.execute(_SHRINK, {"at": act.now, "keys": array(keys), "left": array(left[key] for key in keys)})
        rows = cursor.fetchall()
    jobs = JobOrder.objects.select_related("site").in_bulk({job for job, *_rest in rows}) if rows else {}
    for pk, gone in sorted(_by_job(rows).items()):
        act.record("inventory.reservation_shrunk", subject=jobs[pk], site=jobs[pk].site.code, after={"lots": gone})
        act.publish(ReservationsLost(jobs[pk].site.code, pk, jobs[pk].code, act.now), key=f"job_order:{pk}")


_SHRINK = """
WITH kept AS (
    SELECT s.id, s.balance_id, s.requirement_id, s.quantity - s.taken AS open, s.reserved_at,
           b.reserved - greatest(u.remains, 0) AS over
    FROM unnest(%(keys)s::bigint[], %(left)s::numeric[]) AS u (balance, remains)
    JOIN inventory_stockbalance b ON b.id = u.balance AND b.reserved > greatest(u.remains, 0)
    JOIN inventory_stockreservation s ON s.balance_id = b.id
    WHERE s.released_at IS NULL AND s.taken < s.quantity
    ORDER BY b.id, s.id FOR UPDATE OF s
), ranked AS (
    SELECT id, balance_id, requirement_id, open, over,
           sum(open) OVER (PARTITION BY balance_id ORDER BY reserved_at DESC, id DESC) AS upto
    FROM kept
), cut AS (
    SELECT id, balance_id, requirement_id, open, least(open, over - (upto - open)) AS less
    FROM ranked WHERE over > upto - open
)
UPDATE inventory_stockreservation AS s
SET quantity = CASE WHEN cut.less < cut.open THEN s.quantity - cut.less ELSE s.quantity END,
    released_at = CASE WHEN cut.less < cut.open THEN NULL ELSE %(at)s::timestamptz END
FROM cut JOIN inventory_stockbalance b ON b.id = cut.balance_id
JOIN plant_materialdefinition d ON d.id = b.definition_id
LEFT JOIN plant_materiallot l ON l.id = b.lot_id
JOIN work_jobrequirement r ON r.id = cut.requirement_id
WHERE s.id = cut.id RETURNING r.job_order_id, coalesce(l.code, d.code)
"""


def _by_job(rows: Sequence[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for job, lot in rows:
        found.setdefault(job, []).append(lot)
    return {job: sorted(set(codes)) for job, codes in found.items()}


_LET_GO_OF_LOTS = """
WITH kept AS (
    SELECT s.id, r.job_order_id, l.code
    FROM inventory_stockreservation s
    JOIN inventory_stockbalance b ON b.id = s.balance_id
    JOIN plant_materiallot l ON l.id = b.lot_id
    JOIN work_jobrequirement r ON r.id = s.requirement_id
    WHERE b.lot_id = ANY(%s::bigint[]) AND s.released_at IS NULL
    ORDER BY b.id, s.id FOR UPDATE OF s
)
UPDATE inventory_stockreservation AS s SET released_at = %s
FROM kept WHERE s.id = kept.id AND s.released_at IS NULL RETURNING kept.job_order_id, kept.code
"""

# In the order of the balances, as the ledger locks them.
_TAKE = Statement(
    """
WITH held AS (
    SELECT s.id, u.quantity
    FROM (
        SELECT requirement, location, definition, lot, sublot, sum(quantity) AS quantity
        FROM unnest(%(requirement)s::bigint[], %(location)s::bigint[], %(definition)s::bigint[], %(lot)s::bigint[],
                    %(sublot)s::bigint[], %(quantity)s::numeric[])
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
""",
    "take_reserved",
)


def take(legs: Sequence[Leg]) -> None:
    """Take from what is reserved for the requirements of these legs, before the ledger does. Joins the caller's
    transaction; one statement.
    """
    meant = [leg for leg in legs if leg.requirement is not None]
    if meant:
        values = {
            name: [getattr(leg, name) and getattr(leg, name).pk for leg in meant]
            for name in ("requirement", "location", "definition", "lot", "sublot")
        }
        with connection.cursor() as cursor:
            _TAKE.execute(cursor, {**values, "quantity": [-leg.quantity for leg in meant]})
