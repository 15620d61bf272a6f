"""The statements of taking messages in: sources, sessions, machines, what is known already, what is stored.

Everything joins the caller's transaction, in which `source_of` came first: its row lock makes batches of one source
wait for each other, so what was asked about the source's messages holds until the commit.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from mom.accounts.models import Site
from mom.core.canonical import to_json
from mom.core.db.bulk import array, copy_lines
from mom.core.use_case import UseCase
from mom.floor.engine.message import Parsed, Refused, Said, storable
from mom.floor.engine.message_numbers import Numbers
from mom.floor.models import Source
from mom.floor.services.ingest_words import sentence_of

NEARBY = timedelta(hours=72)
"""The same id at two times is noticed where these lie this near to each other; the same number always."""

_open_days: set[tuple[str, int]] = set()
_COLUMNS = (
    "site_id, source_id, equipment_id, kind, occurred_at, received_at, key, session_id, sequence, name, code, mode,"
    " reason, value, unit, text"
)
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it was before this batch."""

    id: int
    numbers: Numbers | None


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits in quarantine, or did."""

    raw: Any
    is_waiting: bool
    problem: str
    detail: str


def open_days(days: Iterable[Any]) -> None:
    """Make sure that there is a place for messages of these days (UTC), before the transaction that stores them."""
    database = str(connection.settings_dict["NAME"])
    missing = sorted(day for day in days if (database, day.toordinal()) not in _open_days)
    if not missing:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT floor_open_day(day) FROM unnest(%s::date[]) AS day", [missing])
        transaction.on_commit(lambda: _open_days.update((database, day.toordinal()) for day in missing))


def forget_open_days() -> None:
    """Ask the database again: a day has left it since."""
    _open_days.clear()


def source_of(act: UseCase, site: Site, code: str, now: datetime) -> int:
    """The source's key; it is made by its first batch. Locks its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_source (site_id, code, first_seen_at, last_seen_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (site_id, code) DO UPDATE"
            " SET last_seen_at = greatest(floor_source.last_seen_at, excluded.last_seen_at)"
            " RETURNING id, xmax = 0",
            [site.pk, code, now, now],
        )
        key, is_new = cursor.fetchone()
    if is_new:
        act.record("floor.source_seen", subject=Source(pk=key, code=code), site=site.code, after={"code": code})
    return int(key)


def find_machines(site: Site, source_code: str, messages: Sequence[Parsed]) -> list[Parsed]:
    """Set the machine of each message, by its code or an alias; the messages that have none."""
    with connection.cursor() as cursor:
        cursor.execute(_MACHINES, [site.pk, array({each.machine for each in messages})])
        known = dict(cursor.fetchall())
    unknown = []
    for each in messages:
        each.equipment_id = machine = known.get(each.machine, 0)
        if not machine:
            unknown.append(each)
    if unknown:
        _by_alias(site, source_code, unknown)
    return [each for each in unknown if not each.equipment_id]


_MACHINES = "SELECT code, id FROM plant_equipment WHERE site_id = %s AND code = ANY(%s::text[])"
_ALIASES = """
SELECT external_id, system, subject_id, valid_from, valid_until FROM core_alias
WHERE site = %s AND noun = 'equipment' AND external_id = ANY(%s)
"""


def _by_alias(site: Site, source_code: str, unknown: Sequence[Parsed]) -> None:
    """Set the machine of messages that call it by an alias that held when they happened.

    An alias in the source's own system goes first; else the one thing that any system calls so.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALIASES, [site.code, list({each.machine for each in unknown})])
        rows = cursor.fetchall()
    for each in unknown:
        held = [
            (system, subject)
            for name, system, subject, since, until in rows
            if name == each.machine and since <= each.at and (until is None or each.at < until)
        ]
        own = {subject for system, subject in held if system == source_code.upper()}
        named = own or {subject for _system, subject in held}
        each.equipment_id = named.pop() if len(named) == 1 else 0


def session_of(source_id: int, site: Site, code: str, numbers: Collection[int], now: datetime) -> Session:
    """The session with what is known of it around these numbers. It is made by the first of them."""
    low, high = min(numbers), max(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, first_sequence, last_sequence FROM floor_sourcesession WHERE source_id = %s AND code = %s",
            [source_id, code],
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "INSERT INTO floor_sourcesession (site_id, source_id, code, first_sequence, last_sequence, started_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                [site.pk, source_id, code, low, high, now],
            )
            return Session(int(cursor.fetchone()[0]), None)
        if low > row[2]:
            return Session(row[0], Numbers(row[1], row[2]))
        cursor.execute(
            "SELECT first_sequence, last_sequence FROM floor_messagegap WHERE session_id = %s"
            " AND last_sequence >= %s AND first_sequence <= %s ORDER BY first_sequence",
            [row[0], low, high],
        )
        return Session(row[0], Numbers(row[1], row[2], tuple(cursor.fetchall())))


def keep_numbers(site: Site, session: Session, after: Numbers, now: datetime) -> None:
    """Store what is known of the session after the batch: its range and its gaps."""
    before = session.numbers or Numbers(after.first, after.last)
    old, new = set(before.gaps), set(after.gaps)
    with connection.cursor() as cursor:
        if (before.first, before.last) != (after.first, after.last):
            cursor.execute(
                "UPDATE floor_sourcesession SET first_sequence = %s, last_sequence = %s WHERE id = %s",
                [after.first, after.last, session.id],
            )
        if old - new:
            cursor.execute(
                "DELETE FROM floor_messagegap WHERE session_id = %s AND first_sequence = ANY(%s)",
                [session.id, [low for low, _high in old - new]],
            )
        if new - old:
            added = sorted(new - old)
            cursor.execute(
                "INSERT INTO floor_messagegap (site_id, session_id, first_sequence, last_sequence, found_at)"
                " SELECT %s, %s, low, high, %s FROM unnest(%s::bigint[], %s::bigint[]) AS gap (low, high)",
                [site.pk, session.id, now, [low for low, _ in added], [high for _, high in added]],
            )


_KNOWN = """
SELECT key::text, equipment_id, kind, occurred_at, name, code, mode, reason, value, unit, text FROM floor_floormessage
WHERE source_id = %s AND key = ANY(%s::uuid[])
"""


def stored(
    source_id: int, keys: Sequence[str], between: tuple[datetime, datetime] | None
) -> dict[str, tuple[Any, ...]]:
    """The content of the source's messages with these keys, between two instants or ever."""
    if not keys:
        return {}
    when, bounds = (" AND occurred_at BETWEEN %s AND %s", list(between)) if between else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN + when, [source_id, list(keys), *bounds])
        return {row[0].replace("-", ""): tuple(row[1:]) for row in cursor.fetchall()}


def held(source_id: int, keys: Sequence[str]) -> dict[str, Held]:
    """What stands in quarantine under these keys, settled or not."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key::text, raw, status, problem, detail FROM floor_quarantinedmessage WHERE source_id = %s"
            " AND key = ANY(%s::uuid[])",
            [source_id, list(keys)],
        )
        rows = cursor.fetchall()
    return {
        key.replace("-", ""): Held(json.loads(raw), status == "waiting", problem, detail)
        for key, raw, status, problem, detail in rows
    }


class Storing:
    """Puts new messages into the record, over COPY."""

    def __init__(
        self,
        site: Site,
        source_id: int,
        session_id: int | None,
        messages: Sequence[Parsed],
        received_at: datetime,
    ) -> None:
        self._lines: Iterable[str] = _lines(site, source_id, session_id, messages, received_at)

    def prepare(self) -> None:
        """Spell the messages, which needs no database. Else it is done on the way."""
        self._lines = list(self._lines)

    def __call__(self, beside: Iterable[None] = ()) -> None:
        """Store them; `beside` is done meanwhile. Joins the caller's transaction. To be done once."""
        copy_lines(f"COPY floor_floormessage ({_COLUMNS}) FROM STDIN", self._lines, beside)


def _lines(
    site: Site, source_id: int, session_id: int | None, messages: Iterable[Parsed], received_at: datetime
) -> Iterator[str]:
    """Messages as COPY reads them."""
    head, now, session = f"{site.pk}\t{source_id}\t", received_at.isoformat(), session_id or "\\N"
    cells: dict[int, tuple[str, str, str]] = {}  # of what many messages say alike
    instants: dict[int, str] = {}  # as text; messages of one instant share it
    for each in messages:
        said, at = each.said, each.at
        kind, words, unit = cells.get(id(said)) or cells.setdefault(id(said), _cells(said))
        sequence = each.sequence
        number = "\\N\t\\N" if sequence is None else f"{session}\t{sequence}"
        received = now if each.received_at is None else each.received_at.isoformat()
        happened = instants.get(id(at)) or instants.setdefault(id(at), at.isoformat())
        value = "\\N" if each.value is None else str(each.value)
        text = each.text.translate(_ESCAPES) if each.text else ""
        yield (
            f"{head}{each.equipment_id}\t{kind}\t{happened}\t{received}\t{each.key}\t{number}\t{words}\t"
            f"{value}\t{unit}\t{text}\n"
        )


def _cells(said: Said) -> tuple[str, str, str]:
    """Kind, words and unit as COPY reads them."""
    words = "\t".join(word.translate(_ESCAPES) for word in (said.name, said.code, said.mode, said.reason))
    return said.kind.value, words, said.unit


def keep_in_quarantine(
    site: Site, source_id: int, session: str, refused: Sequence[Refused], received_at: datetime
) -> int:
    """Put what needs a person aside, each content once; say how many are new there."""
    if not refused:
        return 0
    rows: Mapping[str, Refused] = {each.key: each for each in refused}
    raws = [storable(each.raw) for each in rows.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_quarantinedmessage (site_id, source_id, key, problem, detail, raw, content, received_at,"
            " status, settled_by, settled_because)"
            " SELECT %s, %s, key, problem, detail, raw, content, %s, 'waiting', '', ''"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[])"
            " AS sent (key, problem, detail, raw, content) ON CONFLICT (source_id, key) DO NOTHING",
            [
                site.pk, source_id, received_at, list(rows), [each.problem.value for each in rows.values()],
                [sentence_of(each) for each in rows.values()], [to_json(raw) for raw in raws],
                [to_json(_content(raw, session)) for raw in raws],
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


def _content(raw: Any, session: str) -> dict[str, Any]:
    """What a person begins to correct: the message's fields, with the session that its number belongs to."""
    fields = dict(raw) if isinstance(raw, Mapping) else {}
    return {**fields, "session": session} if session else fields
