"""Keeping messages that need the archive: their batch is answered, and a worker reads the files (ADR 0032).

Joins the transaction of the batch, which reads no file.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from mom.accounts.models import Site
from mom.core.bell import ring_after_commit
from mom.core.canonical import to_json
from mom.floor.engine.message import Parsed, storable
from mom.floor.services.ingest_rows import Session

NEVER_DROPPED = timedelta(hours=20)
"""A day leaves the database a whole day after its end at the earliest: messages as young as this are not asked for."""

_DROPPED = """
SELECT d.equipment_id, d.day FROM unnest(%s::bigint[], %s::date[]) AS w(equipment_id, day)
JOIN floor_archivedday d ON d.equipment_id = w.equipment_id AND d.day = w.day WHERE d.dropped_at IS NOT NULL
"""
_KEEP = """
INSERT INTO floor_latemessage (site_id, source_id, session_id, received_at, equipment_id, day, key, sequence, is_known,
                               raw)
SELECT %s, %s, %s, came.received_at, came.equipment_id, came.day, came.key, came.sequence, came.is_known, came.raw
FROM unnest(%s::timestamptz[], %s::bigint[], %s::date[], %s::uuid[], %s::bigint[], %s::bool[], %s::jsonb[])
     WITH ORDINALITY AS came(received_at, equipment_id, day, key, sequence, is_known, raw, place) ORDER BY came.place
"""


def set_aside(
    site: Site,
    source_id: int,
    session: Session | None,
    messages: Sequence[Parsed],
    machines: Collection[int],
    received_at: datetime,
) -> list[Parsed]:
    """Keep the messages of days that only the archive has, and all of `machines`, for a worker; gives the others."""
    dropped = _dropped(messages, received_at)
    if not dropped and not machines:
        return list(messages)
    late = [each for each in messages if each.equipment_id in machines or _place(each) in dropped]
    if late:
        _keep(site, source_id, session, late, received_at)
        ring_after_commit("mom.floor.tasks.merge_late_messages", queue="floor")
    kept = {id(each) for each in late}
    return [each for each in messages if id(each) not in kept]


def _place(message: Parsed) -> tuple[int, date]:
    return message.equipment_id, message.at.date()


def _dropped(messages: Sequence[Parsed], received_at: datetime) -> set[tuple[int, date]]:
    """The machine days among those of old messages that the database no longer has. One statement, or none."""
    since = received_at - NEVER_DROPPED
    asked = sorted({_place(each) for each in messages if each.at < since})
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_DROPPED, [list(column) for column in zip(*asked, strict=True)])
        return set(cursor.fetchall())


def _keep(site: Site, source_id: int, session: Session | None, late: Sequence[Parsed], received_at: datetime) -> None:
    known = session.numbers if session is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [
                site.pk, source_id, session.id if session is not None else None,
                [each.received_at or received_at for each in late], [each.equipment_id for each in late],
                [each.at.date() for each in late], [each.key for each in late], [each.sequence for each in late],
                [each.is_numbered and known is not None and known.has(each.sequence or 0) for each in late],
                [to_json(storable(each.raw)) for each in late],
            ],
        )  # fmt: skip
