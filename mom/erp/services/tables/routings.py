"""A list of definitions, bill and routing in one: a row for each material of an operation, or for an operation alone.

The rows of one definition belong together: one that is wrong keeps all of them out. A file comes in by pieces, and a
definition may be cut between two of them: it is judged by the whole file and added with the piece of its last row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from mom.accounts.models import Site
from mom.core.engine.units import PIECES
from mom.core.use_case import UseCase
from mom.erp.engine.problems import ProblemCode
from mom.erp.services.tables.planned import Fate, Planned, taken, values_of
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import OUTPUT_USES, MaterialUse
from production.public import (
    CHANGE_DEFINITION,
    NewDefinition,
    NewMaterial,
    NewSegment,
    add_definition,
    latest_definitions,
    same_definition,
)

MOST_MINUTES = Decimal(366 * 24 * 60)
OF_OPERATION = ("machine", "setup", "run")
OF_DEFINITION = ("product", "batch", "name")


@dataclass
class _Operation:
    """An operation as the rows give it: the number, and the first row that says something about a field of it."""

    number: int
    name: str
    values: dict[str, tuple[int, Any]] = field(default_factory=dict)
    materials: list[NewMaterial] = field(default_factory=list)


@dataclass
class _Group:
    """The rows of one definition."""

    rows: list[Planned]
    values: dict[str, tuple[int, Any]] = field(default_factory=dict)
    operations: list[_Operation] = field(default_factory=list)

    @property
    def code(self) -> str:
        return str(self.rows[0].row.values["definition"])


@dataclass(frozen=True)
class _Known:
    materials: dict[str, MaterialDefinition]
    machines: dict[str, Equipment]
    latest: dict[str, NewDefinition]


class Routings:
    """Definitions: each that differs gets its next version, as a draft. Materials and machines must be there."""

    permissions: tuple[str, ...] = (CHANGE_DEFINITION,)

    def __init__(self, read_all: Callable[[], list[Planned]]) -> None:
        self._read_all = read_all

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """A definition that is there as the list says it is the same, any other a new version. Three statements."""
        everything = self._read_all()
        self._judge_all(site, everything)
        judged = {each.row.line: each for each in everything}
        for each in planned:
            found = judged[each.row.line]
            each.fate, each.target, each.problems = found.fate, found.target, found.problems

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Add the version of every definition whose last row is here."""
        for each in planned:
            if each.fate == Fate.NEW and each.target is not None:
                add_definition(act, site, each.target)

    def _judge_all(self, site: Site, everything: list[Planned]) -> None:
        codes = values_of(everything, "product") | values_of(everything, "material")
        machines = Equipment.objects.filter(site=site, code__in=values_of(everything, "machine"), is_active=True)
        known = _Known(
            {row.code: row for row in MaterialDefinition.objects.filter(site=site, code__in=codes, is_active=True)},
            {row.code: row for row in machines},
            latest_definitions(site, values_of(everything, "definition")),
        )
        groups: dict[str, _Group] = {}
        for each in everything:
            code = each.row.values.get("definition")
            if code:
                groups.setdefault(code.casefold(), _Group([])).rows.append(each)
        for group in groups.values():
            _judge(group, known)


def _judge(group: _Group, known: _Known) -> None:
    for each in taken(group.rows):
        _read(group, each, known)
    _judge_whole(group, known)
    wrong = next((each for each in group.rows if each.fate == Fate.REFUSED), None)
    if wrong is not None:
        for each in taken(group.rows):
            each.refuse(ProblemCode.GROUP_REFUSED, "definition", group.code, str(wrong.row.line))
        return
    new = _definition(group, known)
    latest = known.latest.get(group.code)
    is_same = latest is not None and same_definition(latest, new)
    for each in group.rows:
        each.fate = Fate.SAME if is_same else Fate.NEW
    if not is_same:
        group.rows[-1].target = new


def _read(group: _Group, each: Planned, known: _Known) -> None:
    """One row into its group. What it says twice must be the same."""
    values = each.row.values
    _say(each, group.values, {name: values[name] for name in OF_DEFINITION if name in values})
    operation = _operation_of(group, each)
    if operation is None:
        return
    _say(each, operation.values, {name: values[name] for name in OF_OPERATION if name in values})
    for name in ("setup", "run"):
        if values.get(name, Decimal(0)) > MOST_MINUTES:
            each.refuse(ProblemCode.NUMBER_BAD, name, values[name], "12.5")
    if values.get("machine") and values["machine"] not in known.machines:
        each.refuse(ProblemCode.NOT_THERE, "machine", values["machine"], "machine")
    if "material" in values or "quantity" in values:
        _read_material(operation, each, known)


def _say(each: Planned, said: dict[str, tuple[int, Any]], given: dict[str, Any]) -> None:
    for name, value in given.items():
        line, before = said.setdefault(name, (each.row.line, value))
        if before != value:
            each.refuse(ProblemCode.GROUP_DIFFERS, name, value, str(line))


def _operation_of(group: _Group, each: Planned) -> _Operation | None:
    """The operation of a row: by its number, else by its name, else that of the row before."""
    number, name = each.row.values.get("sequence"), each.row.values.get("operation", "")
    if number is None and not name:
        if not group.operations:
            each.refuse(ProblemCode.OPERATION_MISSING, "operation")
            return None
        return group.operations[-1]
    for operation in group.operations:
        if number == operation.number or (number is None and name == operation.name):
            if name and operation.name and name != operation.name:
                each.refuse(ProblemCode.GROUP_DIFFERS, "operation", name, str(number))
            operation.name = operation.name or name
            return operation
    if number is None:
        number = max((operation.number for operation in group.operations), default=0) + 10
    group.operations.append(_Operation(number, name))
    return group.operations[-1]


def _read_material(operation: _Operation, each: Planned, known: _Known) -> None:
    values = each.row.values
    for name in ("material", "quantity"):
        if name not in values:
            each.refuse(ProblemCode.VALUE_MISSING, name)
            return
    material = known.materials.get(values["material"])
    if material is None:
        each.refuse(ProblemCode.NOT_THERE, "material", values["material"], "material")
        return
    if values["quantity"] <= 0:
        each.refuse(ProblemCode.NUMBER_ZERO, "quantity")
    if values.get("unit", material.unit) != material.unit:
        each.refuse(ProblemCode.UNIT_DIFFERS, "unit", values["unit"], material.unit)
    use = MaterialUse(values.get("use", MaterialUse.CONSUMED))
    is_booked = values.get("booked") == "yes"
    operation.materials.append(NewMaterial(material, values["quantity"], use, is_backflushed=is_booked))


def _judge_whole(group: _Group, known: _Known) -> None:
    """What only all rows of a definition show; told at its first row."""
    first = group.rows[0]
    if first.fate == Fate.REFUSED:
        return
    line, product = group.values.get("product", (first.row.line, group.code))
    at = next((each for each in group.rows if each.row.line == line), first)
    if product not in known.materials:
        at.refuse(ProblemCode.NOT_THERE, "product", product, "material")
    batch = group.values.get("batch", (0, Decimal(1)))[1]
    if batch <= 0:
        first.refuse(ProblemCode.NUMBER_ZERO, "batch")
    elif product in known.materials and known.materials[product].unit in PIECES and batch % 1:
        first.refuse(ProblemCode.NUMBER_NOT_WHOLE, "batch", batch)
    unnamed = next((each for each in group.operations if not each.name), None)
    if unnamed is not None:
        first.refuse(ProblemCode.OPERATION_MISSING, "operation", unnamed.number)


def _definition(group: _Group, known: _Known) -> NewDefinition:
    """The definition that the rows say. An operation that makes nothing of its own hands the product on."""
    product = known.materials[group.values.get("product", (0, group.code))[1]]
    batch: Decimal = group.values.get("batch", (0, Decimal(1)))[1]
    segments = []
    for operation in sorted(group.operations, key=lambda each: each.number):
        materials = list(operation.materials)
        if not any(line.use in OUTPUT_USES for line in materials):
            materials.append(NewMaterial(product, batch, MaterialUse.PRODUCED))
        machine = operation.values.get("machine", (0, ""))[1]
        segments.append(
            NewSegment(
                operation.name,
                materials,
                known.machines.get(machine),
                setup_duration=_minutes(operation.values.get("setup")),
                run_duration=_minutes(operation.values.get("run")),
                sequence=operation.number,
            )
        )
    return NewDefinition(group.code, product, batch, segments, name=group.values.get("name", (0, ""))[1])


def _minutes(said: tuple[int, Any] | None) -> timedelta | None:
    return None if said is None else timedelta(microseconds=int(said[1] * 60_000_000))
