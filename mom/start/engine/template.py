"""What a trade usually has: areas, machine classes, skills, reasons. Pure; the files stand in `templates_data`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Trade(StrEnum):
    """The trades that we know, and none."""

    MACHINING = "machining"
    ASSEMBLY = "assembly"
    MOULDING = "moulding"
    FOOD = "food"
    EMPTY = "empty"


Named = tuple[str, str]


@dataclass(frozen=True)
class ReasonGroup:
    """A reason with those below it and what it counts as."""

    kind: str
    code: str
    name: str
    time_class: str
    loss_class: str
    below: tuple[Named, ...]


@dataclass(frozen=True)
class FirstMachine:
    """What the first machine of the trade is usually called, where it stands and what it is."""

    code: str
    name: str
    area: str
    equipment_class: str


@dataclass(frozen=True)
class Template:
    """Everything that a trade begins with."""

    areas: tuple[Named, ...]
    classes: tuple[Named, ...]
    skills: tuple[Named, ...]
    material_classes: tuple[Named, ...]
    machine: FirstMachine
    product: str
    unit: str
    units: tuple[str, ...]
    shifts: str
    reasons: tuple[ReasonGroup, ...]


def parsed(data: Mapping[str, Any]) -> Template:
    """The template in the words of its file. Raises: KeyError, TypeError, ValueError for a file that is none."""
    return Template(
        areas=_named(data["areas"]),
        classes=_named(data["classes"]),
        skills=_named(data["skills"]),
        material_classes=_named(data["material_classes"]),
        machine=FirstMachine(**data["machine"]),
        product=data["product"],
        unit=data["unit"],
        units=tuple(data["units"]),
        shifts=data["shifts"],
        reasons=tuple(
            ReasonGroup(kind, code, name, time_class, loss_class, _named(below))
            for kind, code, name, time_class, loss_class, below in data["reasons"]
        ),
    )


def _named(rows: Any) -> tuple[Named, ...]:
    return tuple((str(code), str(name)) for code, name in rows)
