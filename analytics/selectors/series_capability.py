"""Capability of measured characteristics, by place, material or characteristic. Told apart by no time: it stands."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from analytics.engine.kpi_evidence import Capabilities, Capable
from analytics.selectors.machine_parts import By, Tree, above, names_of
from analytics.selectors.series_places import PLACES, OfSlice, Span
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.core import clock
from quality.public import ChartCapability, capabilities


def measured(
    site: Site, window: Window, by: By | None, equipment: int | None = None, material: int | None = None
) -> list[OfSlice]:
    """Characteristics measured in these days, as they stand at their end or now. Seven statements at most.

    `by` None: each by itself, its key plan, characteristic and machine, and `pk` its chart.
    """
    tree = Tree(site) if by in PLACES or equipment is not None else None
    machines = tree.below(equipment) if tree is not None and equipment is not None else None
    span = Span.of_days(site, window)
    found = capabilities(site, span.start, min(span.end, clock.now()), machines=machines, material=material)
    if by is None:
        rows = [OfSlice(_key(each), each.name, Capabilities((_capable(each),)), each.chart_id) for each in found]
        return sorted(rows, key=lambda each: each.key)
    sums: defaultdict[Any, Capabilities] = defaultdict(Capabilities)
    for each in found:
        of = each.equipment_id if by in PLACES else each.material_id if by == By.MATERIAL else site.pk
        sums[None if of is None else above(tree, by, of)] += Capabilities((_capable(each),))
    names = {None: ("", "", None), **names_of({key for key in sums if key is not None}, by, tree)}
    slices = [OfSlice(names[key][0], names[key][1], total, names[key][2]) for key, total in sums.items()]
    return sorted(slices, key=lambda each: each.key)


def _key(each: ChartCapability) -> str:
    return " ".join(part for part in (each.plan, each.code, each.equipment) if part)


def _capable(each: ChartCapability) -> Capable:
    machine, process = each.machine or (None, None), each.process
    return Capable(
        f"{each.name} ({_key(each)})",
        _exact(machine[0]), _exact(machine[1]),
        _exact(process.cp if process is not None else None), _exact(process.cpk if process is not None else None),
    )  # fmt: skip


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
