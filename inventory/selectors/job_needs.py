"""What a job needs of each material: how much it took, what is reserved for it, what is short."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from mom.work.engine.terms import MaterialUse
from mom.work.models import JobOrder


@dataclass(frozen=True)
class Need:
    """A line of a job: quantities in `unit`; `lots` are those that are reserved, with how much, as text."""

    material: str
    name: str
    unit: str
    needed: Decimal | None
    taken: Decimal
    reserved: Decimal
    lots: Sequence[str]

    @property
    def short(self) -> Decimal:
        """What is neither taken nor reserved."""
        return max(Decimal(0), (self.needed or Decimal(0)) - self.taken - self.reserved)


_NEEDS = """
SELECT d.code, d.name, r.unit, r.quantity,
       coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0),
       coalesce(kept.quantity, 0), coalesce(kept.lots, '{}')
FROM work_jobrequirement r JOIN plant_materialdefinition d ON d.id = r.definition_id
LEFT JOIN LATERAL (
    SELECT sum(s.quantity - s.taken) AS quantity,
           array_agg(coalesce(l.code, d.code) || ' (' || e.code || ')' ORDER BY s.id) AS lots
    FROM inventory_stockreservation s JOIN inventory_stockbalance b ON b.id = s.balance_id
    JOIN inventory_storagelocation p ON p.id = b.location_id JOIN plant_equipment e ON e.id = p.equipment_id
    LEFT JOIN plant_materiallot l ON l.id = b.lot_id
    WHERE s.requirement_id = r.id AND s.released_at IS NULL AND s.taken < s.quantity
) kept ON true
WHERE r.job_order_id = %s AND r.material_use = %s
ORDER BY r.position, d.code
"""


def needs_of(job_order: JobOrder) -> list[Need]:
    """The materials that a job takes in. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, [job_order.pk, MaterialUse.CONSUMED.value])
        return [Need(*row) for row in cursor.fetchall()]
