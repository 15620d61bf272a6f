"""A list of control plans: a row for each characteristic.

The rows of one plan belong together: one that is wrong keeps all of them out. A file comes in by pieces, and a plan may
be cut between two of them: it is judged by the whole file and added with the piece of its last row.
"""

from collections.abc import Callable
from typing import Any

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.erp.engine.problems import ProblemCode
from mom.erp.services.tables.planned import Fate, Planned, taken, values_of
from mom.plant.models import Equipment, MaterialDefinition
from quality.public import (
    CHANGE_PLAN,
    NewCharacteristic,
    NewPlan,
    add_control_plan,
    latest_control_plans,
    problems_of_characteristic,
    same_control_plan,
)

SAME_IN_A_PLAN = ("product", "name")
NAMES = {
    "number": "code", "characteristic": "name", "operation": "operation", "nominal": "nominal", "lower": "lower_limit",
    "upper": "upper_limit", "unit": "unit", "method": "method", "gauge": "gauge_type", "size": "sample_size",
    "pieces": "every_pieces", "minutes": "every_minutes", "stop": "after_stop_minutes", "reaction": "reaction",
}  # fmt: skip
FLAGS = {"first": "is_first_off", "setup": "is_after_setup", "blocks": "is_blocking"}


class Plans:
    """Control plans: each that differs gets its next version, as a draft. Products and machines must be there."""

    permissions: tuple[str, ...] = (CHANGE_PLAN,)

    def __init__(self, read_all: Callable[[], list[Planned]]) -> None:
        self._read_all = read_all

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """A plan that is there as the list says it is the same, any other a new version. Four statements."""
        everything = self._read_all()
        codes, machines = values_of(everything, "product"), values_of(everything, "machine")
        products = {row.code: row for row in MaterialDefinition.objects.filter(site=site, code__in=codes)}
        places = {row.code: row for row in Equipment.objects.filter(site=site, code__in=machines, is_active=True)}
        latest = latest_control_plans(site, values_of(everything, "plan"))
        groups: dict[str, list[Planned]] = {}
        for each in everything:
            code = each.row.values.get("plan")
            if code:
                groups.setdefault(code, []).append(each)
        for rows in groups.values():
            _judge(rows, products, places, latest)
        judged = {each.row.line: each for each in everything}
        for each in planned:
            found = judged[each.row.line]
            each.fate, each.target, each.problems = found.fate, found.target, found.problems

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Add the version of every plan whose last row is here."""
        for each in planned:
            if each.fate == Fate.NEW and each.target is not None:
                add_control_plan(act, site, each.target)


def _judge(
    rows: list[Planned],
    products: dict[str, MaterialDefinition],
    machines: dict[str, Equipment],
    latest: dict[str, NewPlan],
) -> None:
    found = _characteristics(rows, products, machines)
    wrong = next((each for each in rows if each.fate == Fate.REFUSED), None)
    code = rows[0].row.values["plan"]
    if wrong is not None:
        for each in taken(rows):
            each.refuse(ProblemCode.GROUP_REFUSED, "plan", code, str(wrong.row.line))
        return
    said = {name: _first(rows, name) for name in SAME_IN_A_PLAN}
    new = NewPlan(code, products[said["product"]], found, name=said["name"] or "")
    is_same = code in latest and same_control_plan(latest[code], new)
    for each in rows:
        each.fate = Fate.SAME if is_same else Fate.NEW
    if not is_same:
        rows[-1].target = new


def _characteristics(
    rows: list[Planned], products: dict[str, MaterialDefinition], machines: dict[str, Equipment]
) -> list[NewCharacteristic]:
    """What each row says; a row that contradicts itself, or one above it, is refused with the reason."""
    found: list[NewCharacteristic] = []
    lines: dict[str, int] = {}
    for each in taken(rows):
        values = each.row.values
        for name in SAME_IN_A_PLAN:
            before = _first(rows, name)
            if values.get(name, before) != before:
                each.refuse(ProblemCode.GROUP_DIFFERS, name, values[name], str(rows[0].row.line))
        if values["product"] not in products:
            each.refuse(ProblemCode.NOT_THERE, "product", values["product"], "material")
        machine = machines.get(values.get("machine", ""))
        if values.get("machine") and machine is None:
            each.refuse(ProblemCode.NOT_THERE, "machine", values["machine"], "machine")
        line = lines.setdefault(values["number"], each.row.line)
        if line != each.row.line:
            each.refuse(ProblemCode.STANDS_TWICE, "number", values["number"], str(line))
        new = _characteristic(values, machine)
        for sentence in problems_of_characteristic(new):
            each.refuse(ProblemCode.CHARACTERISTIC_BAD, "number", values["number"], sentence)
        found.append(new)
    return found


def _characteristic(values: dict[str, Any], machine: Equipment | None) -> NewCharacteristic:
    given: dict[str, Any] = {own: values[name] for name, own in NAMES.items() if name in values}
    given |= {own: bool(values.get(name)) for name, own in FLAGS.items()}
    new = NewCharacteristic(**given, equipment=machine)
    kind, chart = type(new.kind)(values.get("kind", new.kind)), type(new.chart)(values.get("chart", new.chart))
    return NewCharacteristic(**{**vars(new), "kind": kind, "chart": chart})


def _first(rows: list[Planned], name: str) -> Any:
    return next((each.row.values[name] for each in rows if name in each.row.values), None)
