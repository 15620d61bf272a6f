"""Ideal cycles, added from an instant on and ended. A new one ends the one before; what was judged by that stays."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.events.production import IdealCycleChanged
from mom.plant.models import Equipment, MaterialDefinition
from mom.plant.public import insert_row, locked_row, update_row
from production import permissions
from production.models.ideal_cycle import IdealCycle

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class NewCycle:
    """How long a cycle of a product takes on a machine at best, what it makes, and from when."""

    definition: MaterialDefinition
    equipment: Equipment
    duration: timedelta
    valid_from: datetime
    pieces_per_cycle: Decimal = Decimal(1)


def add(actor: Actor, site: Site, new: NewCycle, *, reason: str = "") -> IdealCycle:
    """Add an ideal cycle; the one that holds then ends there. The same again changes nothing.

    Raises: NotAllowed; InvalidInput for one of another site, no time or pieces, or where one begins just then.
    """
    with use_case(actor, reason) as act:
        act.require(permissions.CHANGE_IDEAL_CYCLE, site.code)
        return add_joined(act, site, new)


def add_joined(act: UseCase, site: Site, new: NewCycle) -> IdealCycle:
    """The same within the caller's transaction; rights are the caller's to ask."""
    _check(site, new)
    same = IdealCycle.objects.select_for_update(of=("self",)).filter(definition=new.definition, equipment=new.equipment)
    held = list(same.select_related("site").exclude(valid_until__lte=new.valid_from).order_by("valid_from"))
    present = next((each for each in held if each.valid_from <= new.valid_from), None)
    following = min((each.valid_from for each in held if each.valid_from > new.valid_from), default=None)
    if present is not None:
        if (present.duration, present.pieces_per_cycle) == (new.duration, new.pieces_per_cycle):
            return present
        if present.valid_from == new.valid_from:
            sentence = _("An ideal cycle begins at that instant already. Choose a later one.")
            raise InvalidInput({"valid_from": [sentence]}, code="ideal_cycle_overlaps", status=409)
        update_row(act, present, {"valid_until": new.valid_from}, action="production.ideal_cycle_ended")
    cycle = IdealCycle(
        site=site,
        definition=new.definition,
        equipment=new.equipment,
        duration=new.duration,
        pieces_per_cycle=new.pieces_per_cycle,
        valid_from=new.valid_from,
        valid_until=following,
    )
    added = insert_row(act, cycle, action="production.ideal_cycle_added")
    _announce(act, added, new.valid_from, following)
    return added


def end(actor: Actor, cycle_id: int, *, at: datetime | None = None, reason: str = "") -> IdealCycle:
    """Let an ideal cycle end without a new one. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    with use_case(actor, reason) as act:
        cycle = locked_row(IdealCycle, cycle_id)
        act.require(permissions.CHANGE_IDEAL_CYCLE, cycle.site.code)
        at = at or act.now
        if cycle.valid_until is not None and cycle.valid_until <= at:
            raise Conflict(_("It ended before that already."), code="ideal_cycle_ended")
        if at <= cycle.valid_from:
            raise InvalidInput({"at": [_("It ends after it begins.")]})
        until = cycle.valid_until
        ended = update_row(act, cycle, {"valid_until": at}, action="production.ideal_cycle_ended")
        _announce(act, ended, at, until)
        return ended


def _check(site: Site, new: NewCycle) -> None:
    wrong: dict[str, list[str]] = {}
    if new.definition.site_id != site.pk:
        wrong["definition"] = [_("This product belongs to another site.")]
    if new.equipment.site_id != site.pk:
        wrong["equipment"] = [_("This machine belongs to another site.")]
    if not timedelta(0) < new.duration <= LONGEST:
        wrong["duration"] = [_("A cycle takes more than no time and at most 31 days.")]
    if new.pieces_per_cycle <= 0:
        wrong["pieces_per_cycle"] = [_("A cycle makes more than nothing.")]
    if wrong:
        raise InvalidInput(wrong)


def _announce(act: UseCase, cycle: IdealCycle, since: datetime, until: datetime | None) -> None:
    event = IdealCycleChanged(cycle.site.code, cycle.equipment_id, cycle.definition_id, since, until)
    act.publish(event, key=f"ideal_cycle:{cycle.equipment_id}:{cycle.definition_id}")
