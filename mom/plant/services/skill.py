"""Skills set in the matrix, and what machine classes ask for."""

from datetime import date

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.models import EquipmentClass, EquipmentClassSkill, Person, PersonnelClass, Qualification
from mom.plant.services import rows
from mom.plant.services.person import grant


def skill_set(
    actor: Actor,
    person_id: int,
    personnel_class: PersonnelClass,
    *,
    level: int,
    valid_from: date,
    valid_until: date | None = None,
    trainer: Person | None = None,
    reason: str = "",
) -> Qualification:
    """Say how far a person is with a skill from a day on. What holds then ends there; from the same first day it is
    put right, with its history kept.

    Raises: NotAllowed, NotFound; Conflict where another stretch begins later; InvalidInput.
    """
    with use_case(actor, reason) as act:
        person = rows.locked(Person, person_id)
        act.require(permissions.CHANGE, person.site.code)
        held = list(
            Qualification.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(person=person, personnel_class=personnel_class)
            .exclude(valid_until__lte=valid_from)
            .order_by("valid_from")
        )
        later = [each for each in held if each.valid_from > valid_from]
        if later:
            raise Conflict(_("Another stretch begins later. End that one first."), code="qualification_later")
        changes = {"level": level, "valid_until": valid_until, "trainer": trainer}
        if held and held[0].valid_from == valid_from:
            return rows.update(act, held[0], changes, action="plant.qualification_changed")
        if held:
            rows.update(act, held[0], {"valid_until": valid_from}, action="plant.qualification_ended")
        return grant(
            act, person, personnel_class, valid_from=valid_from, valid_until=valid_until, level=level, trainer=trainer
        )


def class_skill_set(
    actor: Actor, site: Site, equipment_class: EquipmentClass, personnel_class: PersonnelClass, least_level: int
) -> EquipmentClassSkill:
    """Let work on the machines of a class ask for a skill. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(permissions.CHANGE, site.code)
        return ask(act, site, equipment_class, personnel_class, least_level)


def ask(
    act: UseCase, site: Site, equipment_class: EquipmentClass, personnel_class: PersonnelClass, least_level: int
) -> EquipmentClassSkill:
    """The same within the caller's transaction; rights are the caller's to ask."""
    present = (
        EquipmentClassSkill.objects.select_for_update(of=("self",))
        .select_related("site")
        .filter(site=site, equipment_class=equipment_class, personnel_class=personnel_class)
        .first()
    )
    if present is not None:
        return rows.update(act, present, {"least_level": least_level}, action="plant.class_skill_changed")
    row = EquipmentClassSkill(
        site=site, equipment_class=equipment_class, personnel_class=personnel_class, least_level=least_level
    )
    return rows.insert(act, row, action="plant.class_skill_added")


def class_skill_remove(actor: Actor, site: Site, row_id: int) -> None:
    """Let a class no longer ask for a skill; its versions are kept. Raises: NotAllowed, NotFound."""
    with use_case(actor) as act:
        act.require(permissions.CHANGE, site.code)
        row = EquipmentClassSkill.objects.select_for_update(of=("self",)).filter(site=site, pk=row_id)
        found = row.select_related("equipment_class", "personnel_class").first()
        if found is None:
            raise NotFound
        act.record(
            "plant.class_skill_removed",
            subject=found.equipment_class,
            site=site.code,
            before={"skill": found.personnel_class.code, "least_level": found.least_level},
        )
        found.delete()
