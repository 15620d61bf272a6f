"""Messages that came late for days which only the archive has, laid beside its files by a worker (ADR 0032).

One machine's day of one source is one transaction; the files that it needs are copied here before it begins. A new
message goes into the tables of its day, which the archive then unites with the file. Killed at any point, the messages
still wait, or are settled; done twice, they are repeats.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection

from mom.core.actor import system_actor
from mom.core.db.retry import retrying
from mom.core.live.change import tell
from mom.core.use_case import use_case
from mom.floor.archive.damage import ArchiveDamaged
from mom.floor.archive.day_file import day_bounds
from mom.floor.engine.message import Parsed, Refused, Why, Window, key_of_content
from mom.floor.engine.message_reading import read_again
from mom.floor.engine.terms import MessageKind, QuarantineStatus
from mom.floor.models import QuarantinedMessage, Source
from mom.floor.selectors import record
from mom.floor.services import ingest
from mom.floor.services import ingest_rows as rows

log = structlog.get_logger(__name__)

AT_ONCE = 20_000  # messages settled in one transaction
_FAILURES = 3  # in a row: the store is away, not a file

_DELETED = """
DELETE FROM floor_latemessage WHERE id IN (
    SELECT id FROM floor_latemessage WHERE source_id = %s AND equipment_id = %s AND day = %s ORDER BY id LIMIT %s)
RETURNING id, key, sequence, session_id, is_known, raw::text, received_at
"""


@dataclass(frozen=True, slots=True)
class Place:
    """What is settled together."""

    source_id: int
    equipment_id: int
    day: date


@dataclass(slots=True)
class _Late:
    """A late message as it was read again."""

    read: Parsed
    session_id: int | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of late messages; `failed` counts machine days whose file could not be read."""

    new: int = 0
    repeated: int = 0
    conflicting: int = 0
    failed: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(
            self.new + other.new,
            self.repeated + other.repeated,
            self.conflicting + other.conflicting,
            self.failed + other.failed,
        )


def merge_waiting() -> Merged:
    """Settle every late message whose files can be read. A store that fails three times in a row is left alone."""
    total, away = Merged(), 0
    for place in waiting():
        try:
            while (done := _merge(place)) is not None:
                total, away = total + done, 0
        except ArchiveDamaged as error:
            log.error("late_messages_wait", machine=place.equipment_id, day=str(place.day), error=str(error))  # noqa: TRY400
            total += Merged(failed=1)
        except OSError as error:
            log.error("late_messages_wait", machine=place.equipment_id, day=str(place.day), error=str(error))  # noqa: TRY400
            total, away = total + Merged(failed=1), away + 1
            if away == _FAILURES:
                break
    return total


def waiting() -> list[Place]:
    """The machine days with late messages, oldest message first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id, equipment_id, day FROM floor_latemessage GROUP BY 1, 2, 3 ORDER BY min(id)")
        return [Place(*row) for row in cursor.fetchall()]


def _merge(place: Place) -> Merged | None:
    """Settle the late messages of one place; None: there is none left."""
    try:
        rows.open_days([place.day])
        return retrying()(_settle)(place)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", "") != ingest.NO_PLACE:
            raise
        rows.forget_open_days()
        rows.open_days([place.day])
        return retrying()(_settle)(place)


def _settle(place: Place) -> Merged | None:
    with use_case(system_actor("archive")) as act:
        source = Source.objects.select_related("site").select_for_update(of=("self",)).get(pk=place.source_id)
        late, refused = _taken(place)
        if not late and not refused:
            return None
        new, repeated, conflicting = _told_apart(place, late)
        refused += conflicting
        for session_id, group in groupby(sorted(new, key=_session), key=_session):
            rows.Storing(source.site, source.pk, session_id or None, [each.read for each in group], act.now)()
        if refused and rows.keep_in_quarantine(source.site, source.pk, "", refused, act.now):
            tell(source.site.code, "quarantine", source.pk)
        if new:
            ingest.apply(act, source.site, [each.read for each in new])
    log.info("late_messages_merged", machine=place.equipment_id, day=str(place.day), new=len(new), repeated=repeated)
    return Merged(len(new), repeated, len(refused))


def _session(each: _Late) -> int:
    return each.session_id or 0


def _taken(place: Place) -> tuple[list[_Late], list[Refused]]:
    """Take the messages out of waiting, in the order in which they came; what a later version can't read is refused."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETED, [place.source_id, place.equipment_id, place.day, AT_ONCE])
        found = sorted(cursor.fetchall())
    read = [_read(place, *row[1:]) for row in found]
    return [each for each in read if isinstance(each, _Late)], [each for each in read if isinstance(each, Refused)]


def _read(
    place: Place,
    key: UUID,
    sequence: int | None,
    session_id: int | None,
    is_known: bool,
    raw: str,
    received_at: datetime,
) -> _Late | Refused:
    read = read_again(json.loads(raw), key.hex, sequence, Window.history(received_at))
    if isinstance(read, Refused):
        return read
    read.equipment_id, read.received_at = place.equipment_id, received_at
    return _Late(read, session_id, is_known)


def _told_apart(place: Place, late: Sequence[_Late]) -> tuple[list[_Late], int, list[Refused]]:
    """Which are new, how many came before, and which say something else than the message of their identity."""
    before = _known(place, late)
    aside = _aside(place, late)
    new: list[_Late] = []
    refused: list[Refused] = []
    repeated = 0
    for each in late:
        read = each.read
        content = before.get(read.key)
        if content is not None:
            is_same = content == read.content()
        elif read.key in aside and aside[read.key] == read.raw:
            is_same = True
        elif each.is_known:
            is_same = False  # its number came with another time or of another machine
        else:
            before[read.key] = read.content()
            new.append(each)
            continue
        if is_same:
            repeated += 1
        else:
            key = key_of_content(read.raw, read.key)
            refused.append(Refused(0, key, read.sequence, Why.OTHER_CONTENT, "machine", "", read.raw))
    return new, repeated, refused


def _aside(place: Place, late: Sequence[_Late]) -> dict[str, Any]:
    """What waits for a person under these identities, or was left out by one."""
    found = QuarantinedMessage.objects.filter(source=place.source_id, key__in=[each.read.key for each in late])
    rest = found.exclude(status=QuarantineStatus.RELEASED)
    return {key.hex: raw for key, raw in rest.values_list("key", "raw")}


def _known(place: Place, late: Sequence[_Late]) -> dict[str, tuple[Any, ...]]:
    """What tables and archive hold under these identities: of this machine's day, and near it in the tables."""
    keys = {each.read.key for each in late}
    start, end = day_bounds(place.day)
    known = rows.stored(place.source_id, sorted(keys), (start - rows.NEARBY, end + rows.NEARBY))
    table = record.message_rows(place.equipment_id, start, end)
    for row in table.select(_FIELDS).to_pylist():
        key = row["key"].hex
        if row["source_id"] == place.source_id and key in keys:
            known.setdefault(key, _content(place, row))
    return known


_FIELDS = ["key", "source_id", "occurred_at", "kind", "name", "code", "mode", "reason", "value", "unit", "text"]


def _content(place: Place, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """As `Parsed.content` has it."""
    at = row["occurred_at"].astimezone(UTC)
    said = (row["name"], row["code"], row["mode"], row["reason"], row["value"], row["unit"], row["text"])
    return (place.equipment_id, MessageKind(row["kind"]), at, *said)
