"""What open jobs will lack: needs in their planned order against what may be used, is promised, and is on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.selectors.material_at_hand import USABLE
from mom.accounts.models import Site
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, OPEN_WORK_REQUEST_STATUSES, MaterialUse


@dataclass(frozen=True)
class Missing:
    """A job that lacks a material; quantities in `unit`. `needed_at` None: nobody planned it."""

    job_id: int
    job: str
    order: str
    operation: str
    machine: str
    status: str
    material: str
    name: str
    unit: str
    open: Decimal  # what it still needs
    reserved: Decimal
    missing: Decimal
    held: Decimal  # of the material, on hold or past its date at the site
    needed_at: datetime | None


# Needs of a material are laid along one line in planned order, after each job's own reservations; what is free is laid
# along the same line from its beginning. What lies beyond it is missing.
_SHORT = """
WITH need AS (
    SELECT r.id, r.definition_id, j.id AS job_id, j.code AS job, w.code AS order_code, j.operation, j.status,
           j.equipment_id, coalesce(j.planned_start, j.earliest_start, j.latest_end, w.due_at) AS needed_at, j.priority,
           r.quantity - t.taken AS open, least(t.kept, r.quantity - t.taken) AS kept
    FROM work_jobrequirement r
    JOIN work_joborder j ON j.id = r.job_order_id AND j.status = ANY(%(jobs)s)
    JOIN work_workrequest w ON w.id = j.work_request_id AND w.status = ANY(%(orders)s)
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0) AS taken,
               coalesce((SELECT sum(s.quantity - s.taken) FROM inventory_stockreservation s
                         WHERE s.requirement_id = r.id AND s.released_at IS NULL), 0) AS kept
    ) AS t
    WHERE r.site_id = %(site)s AND r.material_use = %(use)s AND r.definition_id IS NOT NULL AND r.quantity > t.taken
), stock AS (
    SELECT b.definition_id,
           coalesce(sum(greatest(b.quantity - b.reserved, 0)) FILTER (WHERE may.be_used), 0) AS free,
           coalesce(sum(b.quantity) FILTER (WHERE NOT may.be_used), 0) AS held
    FROM inventory_stockbalance b LEFT JOIN plant_materiallot l ON l.id = b.lot_id
    CROSS JOIN LATERAL (
        SELECT l.id IS NULL OR (l.disposition = ANY(%(usable)s) AND (l.expires_at IS NULL OR l.expires_at > %(at)s))
               AS be_used
    ) AS may
    WHERE b.site_id = %(site)s AND b.definition_id IN (SELECT definition_id FROM need)
    GROUP BY b.definition_id
), laid AS (
    SELECT need.*, need.open - need.kept AS wanted, coalesce(stock.free, 0) AS free, coalesce(stock.held, 0) AS held,
           sum(need.open - need.kept) OVER (
               PARTITION BY need.definition_id ORDER BY need.needed_at NULLS LAST, need.priority, need.job_id, need.id
           ) AS upto
    FROM need LEFT JOIN stock ON stock.definition_id = need.definition_id
)
SELECT laid.job_id, laid.job, laid.order_code, laid.operation, coalesce(e.code, ''), laid.status,
       d.code, d.name, d.unit, laid.open, laid.kept, least(laid.wanted, laid.upto - laid.free), laid.held,
       laid.needed_at
FROM laid JOIN plant_materialdefinition d ON d.id = laid.definition_id
LEFT JOIN plant_equipment e ON e.id = laid.equipment_id
WHERE laid.upto > laid.free AND laid.wanted > 0 AND (%(material)s = '' OR d.code = %(material)s)
ORDER BY laid.needed_at NULLS LAST, laid.priority, laid.job_id, d.code
"""


def missing_at(site: Site, at: datetime, *, material: str = "") -> Sequence[Missing]:
    """Everything that open jobs of a site lack, what is needed first first; of one material or all. One statement.

    A material that the ledger never kept is missing too: this list is for who buys and receives, not for the gate.
    """
    values: dict[str, Any] = {
        "site": site.pk, "at": at, "usable": list(USABLE), "use": MaterialUse.CONSUMED.value, "material": material,
        "jobs": [status.value for status in OPEN_JOB_ORDER_STATUSES],
        "orders": [status.value for status in OPEN_WORK_REQUEST_STATUSES],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SHORT, values)
        return [Missing(*row) for row in cursor.fetchall()]
