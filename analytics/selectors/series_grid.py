"""Machines' parts told apart by place and time at once: for every machine and day, for exports and heat maps."""

from collections import defaultdict
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth, TruncWeek

from analytics.engine.kpi_evidence import Machines
from analytics.engine.machine_parts import MachineTotals
from analytics.models import HourBucket, ShiftBucket
from analytics.selectors.series import By, Scope
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment, MaterialDefinition

PARTS = tuple(each.name for each in fields(MachineTotals))
STEPS = frozenset({By.HOUR, By.SHIFT, By.DAY, By.WEEK, By.MONTH})
PLACES = frozenset({By.MACHINE, By.LINE, By.AREA, By.SITE, By.MATERIAL})
Cell = tuple[str, str, str, Machines]  # key, label, the step's name, evidence


def grid(site: Site, window: Window, by: By, step: By, scope: Scope) -> list[Cell]:
    """The evidence of each place (or material) in each step, by key and step. Two statements; three for materials.

    Buckets only: the running shift is as old as its last rebuild. Raises: LookupError for what is no place or step.
    """
    if by not in PLACES or step not in STEPS:
        raise LookupError(f"There is no grid of {by} by {step}.")
    places = {pk: (code, name or code, level, parent) for pk, code, name, level, parent in
              Equipment.objects.filter(site=site).order_by()
              .values_list("pk", "code", "name", "level", "parent_id")}  # fmt: skip
    rows = _rows(site, window, step, scope)
    if scope.equipment is not None:
        below = [pk for pk in places if scope.equipment in _up(places, pk)]
        rows = rows.filter(equipment__in=below)
    of = F("definition_id") if by == By.MATERIAL else F("equipment_id")
    sums = rows.values("unit", of=of, at=_step(step)).annotate(**{f"sum_{name}": Sum(name) for name in PARTS})
    cells: dict[tuple[Any, Any], Machines] = defaultdict(Machines)
    for row in sums:
        units = frozenset({row["unit"]} - {""})
        totals = MachineTotals(*(row[f"sum_{name}"] for name in PARTS))
        key = (_place(places, by, row["of"]), row["at"])
        cells[key] = cells[key] + Machines(totals, units)
    names = _names(places, by, {place for place, _at in cells})
    found = [(*names[place], _text(at), cell) for (place, at), cell in cells.items()]
    return sorted(found, key=lambda cell: (cell[0], cell[2]))


def _rows(site: Site, window: Window, step: By, scope: Scope) -> Any:
    model: Any = HourBucket if step == By.HOUR else ShiftBucket
    rows = model.objects.filter(site=site, day__range=(window.first, window.last)).order_by()
    if scope.shift is not None:
        rows = rows.filter(shift=scope.shift)
    if scope.definition is not None:
        rows = rows.filter(definition=scope.definition)
    if scope.work_request is not None:
        rows = rows.filter(job_order__work_request=scope.work_request)
    return rows


def _step(step: By) -> Any:
    return {
        By.HOUR: F("hour"), By.SHIFT: F("started_at"), By.DAY: F("day"), By.WEEK: TruncWeek("day"),
        By.MONTH: TruncMonth("day"),
    }[step]  # fmt: skip


def _up(places: dict[int, Any], pk: int) -> list[int]:
    chain: list[int] = []
    at: int | None = pk
    while at is not None and at not in chain:
        chain.append(at)
        at = places[at][3] if at in places else None
    return chain


def _place(places: dict[int, Any], by: By, key: Any) -> Any:
    if by == By.SITE:
        return None
    if by in (By.MACHINE, By.MATERIAL):
        return key
    line = places[key][3] or key
    if by == By.LINE:
        return line
    return next((each for each in _up(places, key) if places[each][2] == EquipmentLevel.AREA), line)


def _names(places: dict[int, Any], by: By, keys: set[Any]) -> dict[Any, tuple[str, str]]:
    if by == By.SITE:
        return {None: ("", "")}
    if by != By.MATERIAL:
        return {key: (places[key][0], places[key][1]) for key in keys}
    rows = MaterialDefinition.objects.filter(pk__in=[key for key in keys if key is not None])
    named = {pk: (code, name or code) for pk, code, name in rows.order_by().values_list("pk", "code", "name")}
    return {None: ("", ""), **named}


def _text(at: date | datetime) -> str:
    return at.isoformat()
