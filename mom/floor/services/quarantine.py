"""What a person decides about messages that could not be taken: released, as they came or corrected, or discarded.

A released message is the message that it was: it keeps its identity, its number and when it was received. What was
sent stays as it came beside what a person made of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.retry import retrying
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.floor.engine.message import FIELDS, Parsed, Refused, Why, Window, days_of
from mom.floor.engine.message_reading import read_again
from mom.floor.engine.terms import QuarantineStatus
from mom.floor.models import QuarantinedMessage, Source, SourceSession
from mom.floor.permissions import SETTLE_QUARANTINE
from mom.floor.selectors.quarantine import waiting_for_machine, waiting_keys
from mom.floor.services import ingest, late_rows
from mom.floor.services import ingest_rows as rows
from mom.floor.services.ingest_words import sentence_of

AT_ONCE = 1_000  # messages released in one transaction
IDENTITY = frozenset({"id", "sequence", "session"})
"""What tells the message from others is no field that a person may change."""


@dataclass(frozen=True, slots=True)
class Released:
    """How many of the messages went in, and how many of the machine wait on."""

    released: int
    left: int


@dataclass(slots=True)
class _Waiting:
    """A message on its way out of quarantine."""

    row: QuarantinedMessage
    content: dict[str, Any]
    read: Parsed | Refused


def release(
    actor: Actor, site: str, pk: int, corrected: Mapping[str, Any] | None = None, *, reason: str = ""
) -> QuarantinedMessage:
    """Take a message in after all, with `corrected` fields in place of its own (an empty one is taken away).

    Raises: NotAllowed, NotFound, Conflict where it is settled, InvalidInput where it can't be taken like this.
    """
    for name, value in (corrected or {}).items():
        if name in IDENTITY or (name not in FIELDS and value not in (None, "")):
            raise InvalidInput({name: [_("This can't be corrected.")]})
    row = _row(site, pk)
    waiting = _release(actor, row.site, row.source, [row.pk], dict(corrected or {}), reason)
    row.refresh_from_db()
    if not waiting:
        raise _settled(row)
    refused = waiting[0].read
    if isinstance(refused, Refused):
        raise InvalidInput({refused.field or "": [sentence_of(refused)]}, sentence_of(refused))
    return row


def release_machine(actor: Actor, site: Site, machine: str, *, pieces: int = 100, reason: str = "") -> Released:
    """Take in what waits because nothing was called `machine`: now something is. Raises: NotAllowed.

    The oldest first, at most `pieces` of `AT_ONCE`, each in a transaction of its own. What can't be taken waits on, and
    what somebody settled meanwhile stays as it is. Inside another transaction all pieces are one: ask for one alone.
    """
    released = 0
    keys = waiting_keys(site.code, machine, pieces * AT_ONCE)
    by_source: dict[int, list[int]] = {}
    for pk, source_id in QuarantinedMessage.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "source_id"):
        by_source.setdefault(source_id, []).append(pk)
    for source in Source.objects.filter(pk__in=by_source).order_by("pk"):
        of_source = by_source[source.pk]
        for start in range(0, len(of_source), AT_ONCE):
            piece = of_source[start : start + AT_ONCE]
            waiting = _release(actor, site, source, piece, {}, reason)
            released += sum(isinstance(each.read, Parsed) for each in waiting)
    return Released(released, waiting_for_machine(site.code, machine))


def discard(actor: Actor, site: str, pk: int, *, reason: str) -> QuarantinedMessage:
    """Leave a message out for good; it stays readable. Raises: NotAllowed, NotFound, Conflict, InvalidInput."""
    if len(reason.strip()) < 2 or len(reason) > 200:
        raise InvalidInput({"reason": [_("Say why, in 2 to 200 characters.")]})
    with use_case(actor, reason) as act:
        row = _locked([_row(site, pk).pk])[0]
        act.require(SETTLE_QUARANTINE, row.site.code)
        if row.status != QuarantineStatus.WAITING:
            raise _settled(row)
        _settle(act, row, QuarantineStatus.DISCARDED, reason)
        act.record("floor.message_discarded", subject=row, site=row.site.code, after={"raw": row.raw})
        tell(row.site.code, "quarantine", row.source_id)
    return row


@retrying()
def _release(
    actor: Actor, site: Site, source: Source, keys: Sequence[int], corrected: Mapping[str, Any], reason: str
) -> list[_Waiting]:
    """Release those messages of one source that wait, in one transaction; what can't be taken (`Refused`) waits on."""
    planned = [_read(row, corrected) for row in QuarantinedMessage.objects.filter(pk__in=keys)]
    rows.open_days(days_of(each.read for each in planned if isinstance(each.read, Parsed)))
    try:
        return _released(actor, site, source, keys, corrected, reason)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", "") != ingest.NO_PLACE:
            raise
        rows.forget_open_days()
        rows.open_days(days_of(each.read for each in planned if isinstance(each.read, Parsed)))
        return _released(actor, site, source, keys, corrected, reason)


def _released(
    actor: Actor, site: Site, source: Source, keys: Sequence[int], corrected: Mapping[str, Any], reason: str
) -> list[_Waiting]:
    with use_case(actor, reason) as act:
        act.require(SETTLE_QUARANTINE, site.code)
        Source.objects.select_for_update().get(pk=source.pk)  # as batches of the source do
        locked = [row for row in _locked(keys) if row.status == QuarantineStatus.WAITING]
        waiting = [_read(row, corrected) for row in locked]
        if not waiting:
            return []
        _find_machines(site, source, waiting)
        new = _new(source, waiting)
        _store(act, site, source, new)
        for each in waiting:
            if isinstance(each.read, Parsed):
                _settle(act, each.row, QuarantineStatus.RELEASED, reason, each.content)
        _record(act, site, waiting)
        tell(site.code, "quarantine", source.pk)
    return waiting


def _row(site: str, pk: int) -> QuarantinedMessage:
    row = QuarantinedMessage.objects.select_related("site", "source").filter(site__code=site, pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _locked(keys: Collection[int]) -> list[QuarantinedMessage]:
    """The rows, locked in the order of their keys."""
    found = QuarantinedMessage.objects.select_for_update(of=("self",)).select_related("site", "source")
    return list(found.filter(pk__in=keys).order_by("pk"))


def _settled(row: QuarantinedMessage) -> Conflict:
    return Conflict(_("It is settled already: %(status)s.") % {"status": row.get_status_display()}, code="settled")


def _read(row: QuarantinedMessage, corrected: Mapping[str, Any]) -> _Waiting:
    """The message with what a person corrected. It may be old: whoever releases it has looked at it."""
    content = {**row.content, **corrected}
    content = {name: value for name, value in content.items() if value not in (None, "") or name not in corrected}
    fields = {name: value for name, value in content.items() if name != "session"}
    sequence = content.get("sequence")
    number = sequence if type(sequence) is int and content.get("session") else None
    read = read_again(fields, row.key.hex, number, Window.history(row.received_at))
    if isinstance(read, Parsed):
        read.received_at = row.received_at
    return _Waiting(row, content, read)


def _find_machines(site: Site, source: Source, waiting: Sequence[_Waiting]) -> None:
    parsed = {id(each.read): each for each in waiting if isinstance(each.read, Parsed)}
    messages = [each.read for each in parsed.values() if isinstance(each.read, Parsed)]
    for unknown in rows.find_machines(site, source.code, messages):
        _refuse(parsed[id(unknown)], Why.UNKNOWN_MACHINE, unknown.machine[:80])


def _refuse(each: _Waiting, why: Why, value: str = "") -> None:
    each.read = Refused(0, each.read.key, each.read.sequence, why, "machine", value, each.content)


def _new(source: Source, waiting: Sequence[_Waiting]) -> list[_Waiting]:
    """Those that the record doesn't hold yet; one that it holds with other content waits on."""
    known = rows.stored(source.pk, [each.read.key for each in waiting if isinstance(each.read, Parsed)], None)
    new = []
    for each in waiting:
        if not isinstance(each.read, Parsed):
            continue
        before = known.get(each.read.key)
        if before is None:
            new.append(each)
        elif before != each.read.content():
            _refuse(each, Why.OTHER_CONTENT)
    return new


def _store(act: UseCase, site: Site, source: Source, new: Sequence[_Waiting]) -> None:
    """Into the record and the timeline, session by session; of days that only the archive has, a worker does it."""
    if not new:
        return
    codes = sorted({str(each.content.get("session", "")) for each in new})
    sessions = dict(SourceSession.objects.filter(source=source, code__in=codes).values_list("code", "pk"))
    by_session = sorted(new, key=lambda each: str(each.content.get("session", "")))
    laid_in: list[Parsed] = []
    for code, group in groupby(by_session, key=lambda each: str(each.content.get("session", ""))):
        messages = [each.read for each in group if isinstance(each.read, Parsed)]
        session = rows.Session(sessions[code], None) if code in sessions else None
        messages = late_rows.set_aside(site, source.pk, session, messages, (), act.now)
        rows.Storing(site, source.pk, sessions.get(code), messages, clock.now())()
        laid_in += messages
    ingest.apply(act, site, laid_in)


def _settle(
    act: UseCase, row: QuarantinedMessage, status: QuarantineStatus, reason: str, content: dict[str, Any] | None = None
) -> None:
    row.status, row.settled_at, row.settled_by, row.settled_because = status.value, act.now, act.actor.label, reason
    if content is not None:
        row.content = content
    row.save(update_fields=["status", "settled_at", "settled_by", "settled_because", "content"])


def _record(act: UseCase, site: Site, waiting: Sequence[_Waiting]) -> None:
    """One entry for one message, and one for many."""
    released = [each for each in waiting if isinstance(each.read, Parsed)]
    if len(released) == 1:
        row = released[0].row
        act.record(
            "floor.message_released", subject=row, site=site.code,
            before={"raw": row.raw}, after={"content": released[0].content},
        )  # fmt: skip
    elif released:
        first, last = released[0].row, released[-1].row
        act.record(
            "floor.messages_released", subject=first.source, site=site.code,
            after={"messages": len(released), "first": first.pk, "last": last.pk},
        )  # fmt: skip
