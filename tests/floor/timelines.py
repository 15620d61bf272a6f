"""Messages laid into timelines as the ingest does it, and timelines read back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mom.core.testing import acting
from mom.floor.applied import Change
from mom.floor.engine.heard import by_machine
from mom.floor.engine.message import Parsed, Said
from mom.floor.engine.terms import MessageKind
from mom.floor.engine.timeline_piece import Piece
from mom.floor.models import StateInterval, Stop
from mom.floor.services import timeline
from mom.floor.services.timeline_rows import stored_interval
from mom.plant.models import Equipment
from tests.floor.messages import DAY, message, store

MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    """So many minutes into the day of the tests."""
    return DAY + minutes * MINUTE


def said(machine: Equipment, minutes: float, code: str, mode: str = "", reason: str = "") -> Parsed:
    """A state message."""
    return _new(machine, at(minutes), Said(MessageKind.STATE, code=code, mode=mode, reason=reason))


def alive(machine: Equipment, minutes: float) -> Parsed:
    """A sign of life."""
    return _new(machine, at(minutes), Said(MessageKind.HEARTBEAT))


def _new(machine: Equipment, moment: datetime, words: Said) -> Parsed:
    return Parsed(0, "", None, machine.code, words, moment, None, "", None, equipment_id=machine.pk)


def lay(site_machine: Equipment, messages: Sequence[Parsed], *, now: datetime) -> list[Change]:
    """Store messages and apply them, as one batch that came at `now`."""
    machines = {each.pk: each for each in Equipment.objects.filter(pk__in={a.equipment_id for a in messages})}
    store(
        message(machines[each.equipment_id], each.at, (words := each.said).kind.value, code=words.code, mode=words.mode,
                reason=words.reason)
        for each in messages
    )  # fmt: skip
    with acting() as act:
        act.now = now
        return list(timeline.apply(act, site_machine.site, by_machine(messages)).changes)


def pieces_of(machine: Equipment) -> list[Piece]:
    """The stored timeline."""
    columns = ("id", "started_at", "ended_at", "state", "code", "mode", "reason_id", "origin", "stop_id")
    rows = StateInterval.objects.filter(equipment=machine).order_by("started_at").values_list(*columns)
    return [stored_interval(row).piece for row in rows]


def in_words(pieces: Iterable[Piece]) -> str:
    """A timeline as `run 0-10, idle 10-`: minutes into the day of the tests."""

    def minutes(instant: datetime | None) -> str:
        return "" if instant is None else f"{(instant - DAY) / MINUTE:g}"

    return ", ".join(f"{piece.state} {minutes(piece.start)}-{minutes(piece.end)}" for piece in pieces)


def stops_of(machine: Equipment) -> list[Stop]:
    """The stops that stand, in order."""
    return list(Stop.objects.filter(equipment=machine, withdrawn_at=None).order_by("started_at"))
