"""Values of the KPI book over slices: one definition, one sum, the ratio last."""

from dataclasses import dataclass

from analytics.engine.kpi import Kpi, KpiValue
from analytics.engine.parts import total
from analytics.selectors.slices import TIME_SLICES, By, Only, Slice, Window, parts_total, slice_list
from mom.accounts.models import Site


@dataclass(frozen=True)
class KpiRow:
    """A KPI of one slice."""

    slice: Slice
    value: KpiValue


@dataclass(frozen=True)
class KpiTable:
    """A KPI by slices and over all of them; the whole is computed from the sum, not from the rows' values."""

    kpi: Kpi
    rows: list[KpiRow]
    whole: KpiValue


def kpi_table(kpi: Kpi, site: Site, window: Window, by: By, only: Only | None = None) -> KpiTable:
    """The KPI for every slice of `window`, by key. Two statements.

    A roll-up over time sums the same slices; over machines or persons the orders' flow is added from its own sum.
    """
    slices = slice_list(site, window, by, only)
    is_whole = by in TIME_SLICES or by == By.ORDER
    whole = total(each.parts for each in slices) if is_whole else parts_total(site, window, only)
    return KpiTable(kpi, [KpiRow(each, kpi.of(each.parts)) for each in slices], kpi.of(whole))
