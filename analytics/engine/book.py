"""The KPI book: every figure that is known here, once. Pages, API and exports read this and nothing else. Pure."""

from analytics.engine.book_iso import ISO_34
from analytics.engine.book_own import OWN_MACHINES
from analytics.engine.book_reported import REPORTED
from analytics.engine.kpi import Basis, Kpi

KPIS: tuple[Kpi, ...] = (*ISO_34, *OWN_MACHINES, *REPORTED)
BOOK: dict[str, Kpi] = {kpi.id: kpi for kpi in KPIS}
COMPUTED: tuple[Kpi, ...] = tuple(kpi for kpi in KPIS if kpi.basis != Basis.NONE)
if len(BOOK) != len(KPIS):
    raise LookupError("Two figures of the book have the same id.")
