"""What the reports of jobs take, which lot of it is in place, and which lots could be: for whoever stands there."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory.selectors.material_at_hand import USABLE
from mom.core.db.bulk import array
from mom.core.db.statements import Statement

MOST_OFFERED = 6


@dataclass(frozen=True)
class Offered:
    """A lot that could be put in place, what expires first before others; `free` in the material's unit."""

    code: str
    free: Decimal


@dataclass(frozen=True)
class Taking:
    """A material that the reports of a job take. Without a lot in place they take what expires first."""

    job: int
    material: str
    name: str
    unit: str
    lot: str
    offered: tuple[Offered, ...]


_TAKING = Statement(
    """
SELECT r.job_order_id, d.code, d.name, d.unit, coalesce(placed.code, ''), coalesce(other.lots, '[]'::jsonb)
FROM work_jobrequirement r
JOIN plant_materialdefinition d ON d.id = r.definition_id
LEFT JOIN LATERAL (
    SELECT l.code FROM inventory_lotinplace p JOIN plant_materiallot l ON l.id = p.lot_id
    WHERE p.requirement_id = r.id AND p.placed_at <= %(at)s ORDER BY p.placed_at DESC, p.id DESC LIMIT 1
) placed ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(free.code, free.quantity::text) ORDER BY free.expires_at NULLS LAST, free.code)
           AS lots
    FROM (
        SELECT l.code, l.expires_at, sum(b.quantity - b.reserved) AS quantity
        FROM inventory_stockbalance b JOIN plant_materiallot l ON l.id = b.lot_id
        WHERE b.definition_id = d.id AND b.site_id = r.site_id AND b.quantity > b.reserved AND b.sublot_id IS NULL
          AND l.disposition = ANY(%(usable)s) AND (l.expires_at IS NULL OR l.expires_at > %(at)s)
        GROUP BY l.id ORDER BY l.expires_at NULLS LAST, l.code LIMIT %(most)s
    ) free
) other ON true
WHERE r.job_order_id = ANY(%(jobs)s::bigint[]) AND r.is_backflushed AND r.material_use = 'consumed'
  AND d.tracking = 'lot'
ORDER BY r.job_order_id, r.position, r.id
""",
    "lots_in_place",
)


def lots_in_place(jobs: Collection[int], at: datetime) -> Mapping[int, list[Taking]]:
    """By job, in the order of its lines. One statement, none without jobs."""
    found: dict[int, list[Taking]] = defaultdict(list)
    if not jobs:
        return found
    values: dict[str, Any] = {"jobs": array(sorted(jobs)), "at": at, "usable": list(USABLE), "most": MOST_OFFERED}
    for job, material, name, unit, lot, lots in _TAKING.rows(values):
        rows = json.loads(lots) if isinstance(lots, str) else lots
        offered = tuple(Offered(code, Decimal(free)) for code, free in rows)
        found[job].append(Taking(job, material, name or material, unit, lot, offered))
    return found
