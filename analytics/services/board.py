"""Cause and action of an hour, and notes on a shift: written by people beside the figures."""

from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from analytics import permissions
from analytics.engine.board import clock_hour
from analytics.models import BoardEntry, ShiftNote
from analytics.selectors.board_shifts import reach_of, shown_shift
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.locks import Lock, advisory_lock
from mom.core.errors import InvalidInput, NotFound, Stale
from mom.core.fields import zone
from mom.core.live.change import tell
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import nearest_calendar, site_plan

LONGEST, LONGEST_NOTE = 200, 500
OLDEST = timedelta(days=731)


def entry_write(
    actor: Actor,
    site: Site,
    code: str,
    hour: datetime,
    *,
    cause: str = "",
    action: str = "",
    version: int | None = None,
) -> BoardEntry:
    """Say why an hour of a line, area or machine missed its plan and what is done; what stood there before is kept.

    `version` is the one that was read (0: there was none; None: whatever stands there). Both texts empty take it back.

    Raises: NotAllowed, NotFound, InvalidInput, Stale where somebody else wrote meanwhile.
    """
    texts = {"cause": _fitting("cause", cause, LONGEST), "action": _fitting("action", action, LONGEST)}
    with use_case(actor) as act:
        act.require(permissions.KEEP_BOARD, site.code)
        equipment = Equipment.objects.filter(site=site, code=code).select_related("parent").first()
        if equipment is None:
            raise NotFound
        _check_hour(equipment, site, hour, act.now)
        hour = hour.astimezone(UTC)  # the lock's key and what is recorded don't depend on the sender's offset
        advisory_lock(Lock.BOARD_HOUR, f"{equipment.pk} {hour.isoformat()}")
        row = BoardEntry.objects.filter(equipment=equipment, hour=hour).first()
        if version is not None and version != (row.version if row else 0):
            raise Stale(_("%(who)s wrote here meanwhile. Load it again.") % {"who": row.written_by if row else ""})
        if row is None:
            if not any(texts.values()):
                raise InvalidInput({"cause": [_("Write a cause or an action.")]})
            row = BoardEntry(site=site, equipment=equipment, hour=hour)
            before = {"cause": "", "action": ""}
        else:
            before = {"cause": row.cause, "action": row.action}
            if before == texts:
                return row
            row.version += 1
        row.cause, row.action = texts["cause"], texts["action"]
        row.written_at, row.written_by = act.now, actor.label[:200]
        row.save()
        subject = {"equipment": equipment.code, "hour": hour.isoformat()}
        act.record("analytics.board_entry_written", subject=row, site=site.code, before=before, after=texts | subject)
        tell(site.code, "figures", f"board:{equipment.pk}", row.version)
        return row


def note_write(actor: Actor, site: Site, day: date, shift: str, text: str) -> ShiftNote:
    """Leave a note on a shift of the plan, for its report and for the next shift. Raises: NotAllowed, InvalidInput."""
    text = _fitting("text", text, LONGEST_NOTE)
    if not text:
        raise InvalidInput({"text": [_("Write something.")]})
    with use_case(actor) as act:
        act.require(permissions.KEEP_BOARD, site.code)
        _check_shift(site, day, shift, act.now)
        row = ShiftNote(site=site, day=day, shift=shift, text=text, written_at=act.now, written_by=actor.label[:200])
        row.save(force_insert=True)
        after = {"day": day.isoformat(), "shift": shift, "text": text}
        act.record("analytics.shift_note_written", subject=row, site=site.code, after=after)
        tell(site.code, "figures", f"shift:{day.isoformat()}:{shift}", row.pk)
        return row


def _fitting(name: str, text: str, longest: int) -> str:
    text = " ".join(text.split())
    if len(text) > longest or "\0" in text:
        raise InvalidInput({name: [_("At most %(longest)d characters.") % {"longest": longest}]})
    return text


def _check_hour(equipment: Equipment, site: Site, hour: datetime, now: datetime) -> None:
    """Raises: InvalidInput for an instant that begins no hour of the plant's clock, or lies too far away."""
    calendar = nearest_calendar(equipment)
    named = calendar.time_zone if calendar is not None else ""
    if clock_hour(hour, zone(named) if named else site.zone) != hour:
        raise InvalidInput({"hour": [_("Give the first instant of an hour.")]})
    if not now - OLDEST <= hour <= now + timedelta(days=2):
        raise InvalidInput({"hour": [_("This hour is too far away.")]})


def _check_shift(site: Site, day: date, shift: str, now: datetime) -> None:
    """Raises: InvalidInput for a day too far away, or a shift that its report would not find."""
    today = now.astimezone(site.zone).date()
    if not today - OLDEST <= day <= today + timedelta(days=2):
        raise InvalidInput({"day": [_("This day is too far away.")]})
    plan = site_plan(site, reach_of(day, now, site.zone))
    if not shift or shown_shift(plan, day, shift, now) is None:
        raise InvalidInput({"shift": [_("This site has no such shift on that day.")]})
