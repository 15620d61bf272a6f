"""What the ledger says before a start: material that is short, or there and may not be used."""

from datetime import datetime
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from mom.core.db.statements import Statement
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import Person
from mom.work.engine.terms import MaterialUse
from mom.work.models import JobOrder
from mom.work.public import Blocker

USABLE = (LotDisposition.UNRESTRICTED.value, LotDisposition.IN_PROCESS.value)

# Balances of materials that the ledger doesn't keep are no zero: nobody knows them, and nobody is told they are short.
_NEEDED = Statement(
    """
SELECT d.code, r.quantity - n.taken AS open,
       coalesce(sum(b.quantity - b.reserved + coalesce(own.kept, 0)) FILTER (WHERE may.be_used), 0) AS usable,
       coalesce(sum(b.reserved - coalesce(own.kept, 0)) FILTER (WHERE may.be_used), 0) AS promised,
       coalesce(sum(b.quantity) FILTER (WHERE NOT may.be_used), 0) AS held
FROM work_jobrequirement r
JOIN plant_materialdefinition d ON d.id = r.definition_id
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(m.quantity), 0) AS taken FROM inventory_stockmove m WHERE m.requirement_id = r.id
) n
JOIN inventory_stockbalance b ON b.definition_id = r.definition_id AND b.site_id = r.site_id
LEFT JOIN plant_materiallot l ON l.id = b.lot_id
LEFT JOIN LATERAL (
    SELECT sum(s.quantity - s.taken) AS kept FROM inventory_stockreservation s
    WHERE s.balance_id = b.id AND s.requirement_id = r.id AND s.released_at IS NULL
) own ON b.reserved > 0
CROSS JOIN LATERAL (
    SELECT l.id IS NULL OR (l.disposition = ANY(%(usable)s) AND (l.expires_at IS NULL OR l.expires_at > %(at)s))
           AS be_used
) may
WHERE r.job_order_id = %(job)s AND r.material_use = %(use)s AND r.quantity IS NOT NULL AND r.unit = d.unit
GROUP BY r.id, r.position, r.unit, r.quantity, n.taken, d.code
HAVING r.quantity - n.taken > 0
ORDER BY r.position, d.code
""",
    "material_needed",
)
NEEDS_MATERIAL = """EXISTS (
    SELECT FROM work_jobrequirement WHERE job_order_id = %(job)s AND material_use = 'consumed')"""


def material_missing(job_order: JobOrder, at: datetime, _person: Person | None = None) -> list[Blocker]:
    """Each material of the job of which less may be used at the site than is still needed. One statement."""
    values = {"job": job_order.pk, "use": MaterialUse.CONSUMED.value, "usable": list(USABLE), "at": at}
    rows = _NEEDED.rows(values)
    return [_blocker(*row) for row in rows if row[2] < row[1]]


def _blocker(material: str, needed: Decimal, usable: Decimal, promised: Decimal, held: Decimal) -> Blocker:
    words = {"material": material, "needed": _shown(needed), "usable": _shown(usable), "held": _shown(held)}
    if usable + promised >= needed:
        words["promised"] = _shown(promised)
        sentence = _("%(material)s: %(promised)s reserved for other jobs, %(usable)s of %(needed)s free.") % words
        return Blocker("material_reserved", sentence, material, cleared_by=str(_("Store")))
    if usable + promised + held >= needed:
        sentence = _("%(material)s: %(held)s on hold or expired, %(usable)s of %(needed)s may be used.") % words
        return Blocker("material_on_hold", sentence, material, cleared_by=str(_("Quality")))
    sentence = _("%(material)s is short: %(usable)s of %(needed)s at hand.") % words
    return Blocker("material_short", sentence, material, cleared_by=str(_("Store")))


def _shown(quantity: Decimal) -> str:
    whole = quantity.normalize()
    places = max(0, -int(whole.as_tuple().exponent))
    return formats.number_format(whole, decimal_pos=places, use_l10n=True, force_grouping=True)
