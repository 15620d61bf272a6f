"""People and their skills as a matrix: who can do what, what is asked for at their place, who covers what."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.engine.skills import Cell, Held, asked_at, cell_of
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment, EquipmentClassSkill, EquipmentInClass, Person, PersonnelClass, Qualification
from mom.plant.selectors.master_data import row_list


@dataclass(frozen=True)
class Asked:
    """What work asks for: by place (equipment key) skill to least level, and every skill that any class asks for."""

    at: dict[int, dict[int, int]]
    anywhere: frozenset[int]


@dataclass(frozen=True)
class Coverage:
    """How many can do a skill alone, for each group in the order of the groups, and in all."""

    skill: PersonnelClass
    counts: tuple[int, ...]
    total: int
    is_asked: bool


def people_with_skills(actor: Actor, site: Site) -> QuerySet[Person]:
    """The people of a site with place, shift and skills. Two statements."""
    held = Qualification.objects.only("id", "person_id", "personnel_class_id", "level", "valid_from", "valid_until")
    rows = row_list(actor, Person, site).select_related("workplace", "shift")
    return rows.prefetch_related(Prefetch("qualifications", held))


def skill_list(actor: Actor, site: Site) -> list[PersonnelClass]:
    """The skills in use. One statement."""
    return list(row_list(actor, PersonnelClass, site).filter(is_active=True).order_by("code"))


def skills_asked(site: Site) -> Asked:
    """What each place of the site asks for. Three statements.

    A machine asks for what its classes ask for; a line or area for what all machines in it ask for, so that whoever
    works there may be sent to any of them.
    """
    asked_by_class: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for row in EquipmentClassSkill.objects.filter(site=site):
        asked_by_class[row.equipment_class_id][row.personnel_class_id] = row.least_level
    if not asked_by_class:
        return Asked({}, frozenset())
    parents = dict(Equipment.objects.filter(site=site, is_active=True).values_list("pk", "parent_id"))
    by_machine: defaultdict[int, dict[int, int]] = defaultdict(dict)
    links = EquipmentInClass.objects.filter(
        equipment__site=site, equipment__is_active=True, equipment__level__in=WORK_UNIT_LEVELS
    )
    for machine, klass in links.values_list("equipment_id", "equipment_class_id"):
        for skill, least in asked_by_class[klass].items():
            by_machine[machine][skill] = max(least, by_machine[machine].get(skill, 0))
    below: defaultdict[int, list[dict[int, int]]] = defaultdict(list)
    for machine, asked in by_machine.items():
        place: int | None = machine
        while asked and place is not None:
            below[place].append(asked)
            place = parents.get(place)
    anywhere = frozenset(skill for asked in asked_by_class.values() for skill in asked)
    return Asked({place: asked_at(machines) for place, machines in below.items()}, anywhere)


def cell_for(person: Person, skill: PersonnelClass, asked: Asked, today: date) -> Cell:
    """The standing of a person (read with `people_with_skills`) with a skill. No statement."""
    stretches = [
        Held(each.pk, each.level, each.valid_from, each.valid_until)
        for each in person.qualifications.all()
        if each.personnel_class_id == skill.pk
    ]
    least = asked.at.get(person.workplace_id or 0, {}).get(skill.pk)
    return cell_of(stretches, today, least)


def coverage(
    people: Iterable[Person], skills: Collection[PersonnelClass], asked: Asked, today: date, by: str
) -> tuple[Sequence[str], list[Coverage]]:
    """Who covers what, by usual `shift` or by `place`: the names of the groups, and a row for each skill."""
    groups: dict[str, list[Person]] = {}
    for person in people:
        groups.setdefault(_group(person, by), []).append(person)
    names = sorted(groups, key=lambda name: (not name, name))
    rows = []
    for skill in skills:
        counts = tuple(
            sum(cell_for(person, skill, asked, today).is_qualified for person in groups[name]) for name in names
        )
        rows.append(Coverage(skill, counts, sum(counts), skill.pk in asked.anywhere))
    return names, rows


def _group(person: Person, by: str) -> str:
    of: Any = person.shift if by == "shift" else person.workplace
    return (of.name or of.code) if of is not None else ""
