"""What people may do: qualifications are granted from a day on, and ended."""

from datetime import date

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.terms import SkillLevel
from mom.plant.models import Person, PersonnelClass, Qualification
from mom.plant.services import rows


def qualification_grant(
    actor: Actor,
    person_id: int,
    personnel_class: PersonnelClass,
    *,
    valid_from: date,
    valid_until: date | None = None,
    level: int = SkillLevel.ALONE,
    trainer: Person | None = None,
    reason: str = "",
) -> Qualification:
    """Give a person a skill from a day until (not including) another.

    Raises: NotAllowed, NotFound; InvalidInput where the person has it on some of these days already.
    """
    with use_case(actor, reason) as act:
        person = rows.locked(Person, person_id)
        act.require(permissions.CHANGE, person.site.code)
        return grant(
            act, person, personnel_class, valid_from=valid_from, valid_until=valid_until, level=level, trainer=trainer
        )


def grant(
    act: UseCase,
    person: Person,
    personnel_class: PersonnelClass,
    *,
    valid_from: date,
    valid_until: date | None = None,
    level: int = SkillLevel.ALONE,
    trainer: Person | None = None,
) -> Qualification:
    """The same within the caller's transaction; rights are the caller's to ask."""
    qualification = Qualification(
        site=person.site,
        person=person,
        personnel_class=personnel_class,
        level=level,
        trainer=trainer,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return rows.insert(act, qualification, action="plant.qualification_granted")


def qualification_end(actor: Actor, qualification_id: int, *, valid_until: date, reason: str = "") -> Qualification:
    """Let a qualification end: `valid_until` is the first day without it.

    Raises: NotAllowed, NotFound; Conflict where it ended before that day; InvalidInput for a day not after its first.
    """
    with use_case(actor, reason) as act:
        qualification = rows.locked(Qualification, qualification_id)
        act.require(permissions.CHANGE, qualification.site.code)
        if qualification.valid_until is not None and qualification.valid_until <= valid_until:
            raise Conflict(_("It ends before that day already."), code="qualification_ended")
        if valid_until <= qualification.valid_from:
            raise InvalidInput({"valid_until": [_("The end must come after the start.")]})
        return rows.update(act, qualification, {"valid_until": valid_until}, action="plant.qualification_ended")
