"""Lists of machines, people and materials: what is there is changed where the list differs, the rest is added."""

from typing import Any

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.erp.engine.problems import ProblemCode
from mom.erp.services.tables.planned import Fate, Planned, refuse_twice, taken, values_of
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import CapacityKind, EquipmentLevel
from mom.plant.models import (
    Equipment,
    EquipmentClass,
    MasterData,
    MaterialClass,
    MaterialDefinition,
    Person,
    PersonnelClass,
    Qualification,
)
from mom.plant.public import add_master_data, alter_master_data, grant_qualification


class MasterTarget:
    """Rows that are one named thing each, known by code."""

    permissions: tuple[str, ...] = (permissions.CHANGE,)
    model: type[MasterData]
    plain: tuple[str, ...] = ("name",)
    """Fields of the list that are columns of the model under the same name."""
    classes: type[MasterData] | None = None
    """What the field `classes` names."""

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """Known codes are changed where a given value differs; an empty cell changes nothing."""
        refuse_twice(planned, "code")
        rows: Any = self.model._default_manager.filter(site=site, code__in=values_of(planned, "code"))
        if self.classes is not None:
            rows = rows.prefetch_related("classes")
        known: dict[str, Any] = {row.code: row for row in rows}
        for each in taken(planned):
            each.target = known.get(each.row.values["code"])
            if each.target is not None:
                each.fate = Fate.CHANGED if self.differs(each.target, each.row.values) else Fate.SAME
        self.check(site, planned)

    def check(self, site: Site, planned: list[Planned]) -> None:
        """What only this kind refuses."""

    def differs(self, row: Any, values: dict[str, Any]) -> bool:
        """Whether the list says something else than the plant."""
        if any(name in values and getattr(row, name) != values[name] for name in self.plain):
            return True
        return "classes" in values and {each.code for each in row.classes.all()} != set(values["classes"])

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Add what is new, change what differs, and add the classes that the rows name and the site lacks."""
        classes = self._classes(act, site, planned)
        for each in planned:
            if each.fate not in {Fate.NEW, Fate.CHANGED}:
                continue
            values = each.row.values
            fields = {name: values[name] for name in self.plain if name in values}
            if "classes" in values:
                fields["classes"] = [classes[code] for code in values["classes"]]
            fields |= self.more(act, site, values)
            each.target = self._write(act, site, each, fields)
            self.after(act, site, each.target, values)

    def _write(self, act: UseCase, site: Site, each: Planned, fields: dict[str, Any]) -> Any:
        if each.target is None:
            return add_master_data(act, self.model, site, code=each.row.values["code"], **fields)
        locked = self.model._default_manager.select_for_update(of=("self",)).select_related("site")
        return alter_master_data(act, locked.get(pk=each.target.pk), **fields)

    def _classes(self, act: UseCase, site: Site, planned: list[Planned]) -> dict[str, Any]:
        return named(act, self.classes, site, values_of(planned, "classes")) if self.classes is not None else {}

    def more(self, act: UseCase, site: Site, values: dict[str, Any]) -> dict[str, Any]:
        """Further columns of the model, from the row's values."""
        return {}

    def after(self, act: UseCase, site: Site, row: Any, values: dict[str, Any]) -> None:
        """What belongs to the thing once it is there."""


def named(act: UseCase, model: type[MasterData], site: Site, codes: set[str], **fields: Any) -> dict[str, Any]:
    """Code to row; what the site lacks is added under its code."""
    found: dict[str, Any] = {row.code: row for row in model._default_manager.filter(site=site, code__in=codes)}
    for code in sorted(codes - found.keys()):
        found[code] = add_master_data(act, model, site, code=code, name=code, **fields)
    return found


class Machines(MasterTarget):
    """Machines and stations, each below its area."""

    model = Equipment
    classes = EquipmentClass

    def check(self, site: Site, planned: list[Planned]) -> None:
        """An area is something that machines can stand below."""
        codes = values_of(planned, "area")
        levels = dict(Equipment.objects.filter(site=site, code__in=codes).values_list("code", "level"))
        for each in taken(planned):
            area = each.row.values.get("area")
            if area and levels.get(area, EquipmentLevel.AREA) in {EquipmentLevel.WORK_UNIT, EquipmentLevel.WORK_CELL}:
                each.refuse(ProblemCode.EXISTS_OTHERWISE, "area", area, str(levels[area]))
            if each.row.values.get("places") == 0:
                each.refuse(ProblemCode.NUMBER_ZERO, "places")

    def differs(self, row: Any, values: dict[str, Any]) -> bool:
        """Also its area and places."""
        area = row.parent.code if row.parent_id else ""
        places = row.capacity_places or 1
        return (
            super().differs(row, values) or values.get("area", area) != area or values.get("places", places) != places
        )

    def more(self, act: UseCase, site: Site, values: dict[str, Any]) -> dict[str, Any]:
        """Its place in the tree and how many jobs it takes."""
        fields: dict[str, Any] = {}
        if "area" in values:
            top = Equipment.objects.filter(site=site, level=EquipmentLevel.SITE).order_by("id").first()
            areas = named(act, Equipment, site, {values["area"]}, level=EquipmentLevel.AREA, parent=top)
            fields["parent"] = areas[values["area"]]
        places = values.get("places", 1)
        if "places" in values:
            is_shared = places > 1
            fields["capacity_kind"] = CapacityKind.PLACES if is_shared else CapacityKind.EXCLUSIVE
            fields["capacity_places"] = places if is_shared else None
        if not Equipment.objects.filter(site=site, code=values["code"]).exists():
            fields["level"] = EquipmentLevel.WORK_UNIT
        return fields


class People(MasterTarget):
    """People and their skills; a skill holds from today where nobody has it recorded."""

    model = Person

    def check(self, site: Site, planned: list[Planned]) -> None:
        """A person whose skills are all there already is the same."""
        have = self._skills([each.target for each in taken(planned) if each.target is not None])
        for each in taken(planned):
            lacks = set(each.row.values.get("skills", [])) - have.get(each.target.pk if each.target else 0, set())
            if each.fate == Fate.SAME and lacks:
                each.fate = Fate.CHANGED

    @staticmethod
    def _skills(people: list[Any]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        held = Qualification.objects.filter(person__in=people).values_list("person_id", "personnel_class__code")
        for person, skill in held:
            found.setdefault(person, set()).add(skill)
        return found

    def after(self, act: UseCase, site: Site, row: Any, values: dict[str, Any]) -> None:
        """Give the skills that the person has not."""
        lacks = set(values.get("skills", [])) - self._skills([row]).get(row.pk, set())
        skills = named(act, PersonnelClass, site, lacks)
        today = local_day(act.now, site.zone)
        for code in sorted(lacks):
            grant_qualification(act, row, skills[code], valid_from=today)


class Materials(MasterTarget):
    """Parts and materials."""

    model = MaterialDefinition
    plain = ("name", "unit", "tracking")
    classes = MaterialClass
