"""Machines, people, materials and reasons."""

from itertools import count

from mom.accounts.models import Site
from mom.core.testing import acting
from mom.plant.engine.terms import EquipmentLevel, ReasonKind
from mom.plant.models import Equipment, MaterialDefinition, Person, Reason

_numbers = count(1)


def next_code(prefix: str) -> str:
    """A code that no other row of this run has."""
    return f"{prefix}-{next(_numbers):04}"


def make_equipment(site: Site, code: str = "", **fields: object) -> Equipment:
    """A machine that does one job at a time."""
    code = code or next_code("CNC")
    with acting():
        return Equipment.objects.create(
            site=site, code=code, **{"name": f"Machine {code}", "level": EquipmentLevel.WORK_UNIT, **fields}
        )


def make_person(site: Site, code: str = "", **fields: object) -> Person:
    """Somebody who works at the plant; `user=` gives a sign-in."""
    code = code or next_code("P")
    with acting():
        return Person.objects.create(site=site, code=code, **{"name": f"Person {code}", **fields})


def make_material(site: Site, code: str = "", **fields: object) -> MaterialDefinition:
    """A part that is counted in pieces and not tracked."""
    code = code or next_code("PART")
    with acting():
        return MaterialDefinition.objects.create(site=site, code=code, **{"name": f"Part {code}", **fields})


def make_reason(site: Site, code: str = "", *, kind: ReasonKind = ReasonKind.STOP, **fields: object) -> Reason:
    """An answer to "why did it stop?"."""
    code = code or next_code("R")
    with acting():
        return Reason.objects.create(site=site, code=code, kind=kind, **{"name": f"Reason {code}", **fields})
