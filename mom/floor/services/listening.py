"""How machines are listened to: set from an instant on; what held before stays with the past."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import InvalidInput
from mom.core.use_case import use_case
from mom.floor import permissions
from mom.floor.engine.timeline_settings import DEFAULT, Listening
from mom.floor.models import MachineListening, StateInterval
from mom.floor.services import timeline
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment

FARTHEST_BACK = timedelta(days=31)
"""A setting may change what a timeline said this far back; farther, only where nothing was heard yet."""


def set_listening(
    actor: Actor, equipment: Equipment, listening: Listening, *, valid_from: datetime | None = None, reason: str = ""
) -> MachineListening:
    """Listen to a machine like this from `valid_from` (now) on; the setting that held ends there.

    The timeline from there on is folded again. Raises: NotAllowed; InvalidInput for what is no machine, for lengths
    that are not more than nothing, or an instant too far back.
    """
    with use_case(actor, reason) as act:
        act.require(permissions.SET_LISTENING, equipment.site.code)
        since = valid_from or act.now
        _check(equipment, listening)
        check_since(since, act.now, [equipment.pk])
        Equipment.objects.select_for_update(of=("self",), no_key=True).get(pk=equipment.pk)
        rows = list(MachineListening.objects.filter(equipment=equipment).order_by("valid_from"))
        present = next((row for row in reversed(rows) if row.valid_from <= since and _reaches(row, since)), None)
        following = next((row.valid_from for row in rows if row.valid_from > since), None)
        values = _values(listening)
        if present is not None and all(getattr(present, name) == value for name, value in values.items()):
            return present
        row = _placed(equipment, present, since, following, values)
        before = {name: str(getattr(present, name)) for name in values} if present is not None else {}
        after = {name: str(value) for name, value in values.items()} | {"valid_from": since.isoformat()}
        act.record("floor.listening_set", subject=equipment, site=equipment.site.code, before=before, after=after)
        timeline.refold_and_run(act, equipment.site, {equipment.pk: (since, min(following or act.now, act.now))})
        return row


def _placed(
    equipment: Equipment,
    present: MachineListening | None,
    since: datetime,
    following: datetime | None,
    values: dict[str, Any],
) -> MachineListening:
    if present is not None and present.valid_from == since:
        for name, value in values.items():
            setattr(present, name, value)
        present.save(update_fields=list(values))
        return present
    if present is not None:
        following = present.valid_until or following
        present.valid_until = since
        present.save(update_fields=["valid_until"])
    taken = InvalidInput({"valid_from": [_("Another setting begins at that instant.")]})
    with translating({"floor_machinelistening_no_overlap": lambda: taken}):
        return MachineListening.objects.create(
            site_id=equipment.site_id, equipment=equipment, valid_from=since, valid_until=following, **values
        )


def _reaches(row: MachineListening, instant: datetime) -> bool:
    return row.valid_until is None or row.valid_until > instant


def _values(listening: Listening) -> dict[str, Any]:
    return {name: getattr(listening, name) for name in Listening.__dataclass_fields__}


def _check(equipment: Equipment, listening: Listening) -> None:
    wrong: dict[str, list[str]] = {}
    if equipment.level not in WORK_UNIT_LEVELS:
        wrong["machine"] = [_("Only machines and stations are listened to.")]
    if listening.heartbeat <= timedelta(0):
        wrong["heartbeat"] = [_("Give more than no time.")]
    if listening.minor_stop < timedelta(0):
        wrong["minor_stop"] = [_("Give no less than no time.")]
    if listening.counter_modulus is not None and listening.counter_modulus <= 0:
        wrong["counter_modulus"] = [_("Give a number above zero, or leave it empty.")]
    if wrong:
        raise InvalidInput(wrong)


def check_since(since: datetime, now: datetime, equipment_ids: Iterable[int]) -> None:
    """Raises: InvalidInput where a setting would change what was heard too long ago."""
    if since >= now - FARTHEST_BACK:
        return
    heard = StateInterval.objects.filter(equipment__in=list(equipment_ids), started_at__lt=now - FARTHEST_BACK)
    if heard.exists():
        days = FARTHEST_BACK.days
        sentence = _("These machines were heard before that. Begin within the last %(days)d days.") % {"days": days}
        raise InvalidInput({"valid_from": [sentence]})


def present_or_default(row: MachineListening | None) -> Listening:
    """The values of a row, or the defaults."""
    if row is None:
        return DEFAULT
    return Listening(**{name: getattr(row, name) for name in Listening.__dataclass_fields__})
