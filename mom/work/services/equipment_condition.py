"""Whether equipment is clean: said by whoever cleaned it, true until its hold time runs out or somebody soils it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions as plant_permissions
from mom.plant.models import Equipment
from mom.work import permissions
from mom.work.engine.terms import CleaningState, ConditionAspect
from mom.work.models import CleaningRule, EquipmentCondition, JobResponse


def set_cleaning_rule(actor: Actor, equipment_id: int, *, clean_hold: timedelta | None) -> CleaningRule:
    """Ask that jobs start on this equipment only while it is clean, for `clean_hold` after each cleaning at most.

    Raises: NotAllowed, NotFound; InvalidInput for a hold that is not more than zero.
    """
    if clean_hold is not None and clean_hold <= timedelta(0):
        raise InvalidInput({"clean_hold": [_("The time must be more than zero.")]})
    with use_case(actor) as act:
        equipment = _locked(equipment_id)
        act.require(plant_permissions.CHANGE, equipment.site.code)
        rule, _is_new = CleaningRule.objects.update_or_create(
            equipment=equipment, defaults={"site": equipment.site, "clean_hold": clean_hold, "is_active": True}
        )
        act.record(
            "work.cleaning_rule_set", subject=rule, site=equipment.site.code, after={"clean_hold": str(clean_hold)}
        )
        return rule


def record_cleaning(
    actor: Actor,
    equipment_id: int,
    state: CleaningState,
    *,
    at: datetime | None = None,
    job_response: JobResponse | None = None,
) -> EquipmentCondition:
    """Say that equipment is clean or dirty from `at` (now) on. Clean expires after the rule's hold, in elapsed time.

    Raises: NotAllowed, NotFound; Conflict where a later state is known already.
    """
    with use_case(actor) as act:
        equipment = _locked(equipment_id)
        act.require(permissions.EXECUTE_JOB_ORDER, equipment.site.code)
        return record(act, equipment, state, at=at or act.now, job_response=job_response)


def record(
    act: UseCase,
    equipment: Equipment,
    state: CleaningState,
    *,
    at: datetime,
    job_response: JobResponse | None = None,
) -> EquipmentCondition:
    """The same for a locked equipment, within the caller's transaction; rights are the caller's to ask."""
    aspect = ConditionAspect.CLEANING
    before = EquipmentCondition.objects.filter(equipment=equipment, aspect=aspect).order_by("-started_at").first()
    if before is not None and before.started_at >= at:
        raise Conflict(_("A later state of %(machine)s is known.") % {"machine": equipment.code}, code="state_too_late")
    if before is not None and before.ended_at is None:
        before.ended_at = at
        before.save(update_fields=["ended_at"])
    rule = CleaningRule.objects.filter(equipment=equipment, is_active=True).first()
    hold = rule.clean_hold if rule is not None and state == CleaningState.CLEAN else None
    condition = EquipmentCondition.objects.create(
        site=equipment.site,
        equipment=equipment,
        aspect=aspect,
        value=state,
        started_at=at,
        expires_at=at + hold if hold else None,
        job_response=job_response,
    )
    act.record(
        "work.cleaning_recorded",
        subject=equipment,
        site=equipment.site.code,
        before={"cleaning": before.value} if before else {},
        after={"cleaning": state, "at": at, "expires_at": condition.expires_at},
    )
    return condition


def _locked(equipment_id: int) -> Equipment:
    rows = Equipment.objects.select_for_update(of=("self",)).select_related("site")
    equipment = rows.filter(pk=equipment_id).first()
    if equipment is None:
        raise NotFound(_("There is no such machine."))
    return equipment
