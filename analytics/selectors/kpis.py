"""Values of the KPI book over slices: one definition, one sum, the ratio last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.engine.kpi import Basis, Kpi, KpiValue
from analytics.engine.kpi_evidence import Demand, Machines
from analytics.engine.trust import Trust, trust
from analytics.selectors import slices
from analytics.selectors.freshness import age_of_most, ages
from analytics.selectors.series import By, Scope, Slice, evidence_by, nothing
from analytics.selectors.slices import Window
from mom.accounts.models import Site


@dataclass(frozen=True)
class KpiRow:
    """A KPI of one slice, and how far it can be trusted where it is made of machines' time."""

    slice: Slice
    value: KpiValue
    trust: Trust | None = None


@dataclass(frozen=True)
class KpiTable:
    """A KPI by slices and over all of them; the whole is computed from the sum, not from the rows' values."""

    kpi: Kpi
    rows: list[KpiRow]
    whole: KpiValue
    trust: Trust | None = None
    evidence: Any = None


def kpi_table(
    kpi: Kpi,
    site: Site,
    window: Window,
    by: By | slices.By,
    only: Scope | slices.Only | None = None,
    *,
    variant: str = "",
    now: datetime | None = None,
) -> KpiTable:
    """The KPI for every slice of `window`, by key. Statements do not depend on the window or the slices.

    `now`: running shifts count up to it. Raises: LookupError where the figure can't be told apart so.
    """
    needs_units = kpi.needs_quantities or not kpi.unit
    found = evidence_by(kpi.basis, site, window, By(by), _scope(only), now=now, with_units=needs_units)
    scope = _scope(only)
    place = scope.equipment if scope is not None else None
    heard = ages(site, window, now, place) if kpi.basis == Basis.MACHINES and now is not None else {}
    of_row = heard if By(by) == By.MACHINE else {}  # of other slices nothing is known but the whole
    rows = [
        KpiRow(each, kpi.of(each.evidence, variant), _trust(each.evidence, of_row.get(each.pk or 0)))
        for each in found.rows
    ]
    return KpiTable(kpi, rows, kpi.of(found.whole, variant), _trust(found.whole, age_of_most(heard)), found.whole)


def kpi_values(
    kpis: tuple[Kpi, ...], site: Site, window: Window, scope: Scope | None = None, *, now: datetime | None = None
) -> dict[str, KpiValue]:
    """Many figures of one window at once: each record is read once."""
    bases = {kpi.basis for kpi in kpis}
    whole = {basis: evidence_by(basis, site, window, By.SITE, scope, now=now).whole for basis in bases - _DERIVED}
    if Basis.DEMAND in bases:
        time = whole.get(Basis.MACHINES) or evidence_by(Basis.MACHINES, site, window, By.SITE, scope, now=now).whole
        due = whole.get(Basis.DUE) or evidence_by(Basis.DUE, site, window, By.SITE, scope).whole
        whole[Basis.DEMAND] = Demand(time, due)
    whole[Basis.NONE] = nothing(Basis.NONE)
    return {kpi.id: kpi.of(whole[kpi.basis]) for kpi in kpis}


_DERIVED = {Basis.DEMAND, Basis.NONE}


def _scope(only: Scope | slices.Only | None) -> Scope | None:
    if isinstance(only, slices.Only):
        return Scope(only.equipment, only.person, only.definition, only.work_request)
    return only


def _trust(evidence: Any, age: timedelta | None) -> Trust | None:
    return trust(evidence.totals, age) if isinstance(evidence, Machines) else None
