"""What an act leaves beside its rows: audit entries, events, changes that open pages hear of. One statement for all.

They are gathered while the act goes on and written when it closes, so a command costs one round trip for all of them
instead of one for each. What was gathered inside a savepoint that is undone is forgotten with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mom.core.bell import ring_after_commit
from mom.core.db.statements import Statement
from mom.core.db.transactions import require_transaction

DRAIN_TASK = "mom.core.tasks.drain_outbox"
CHANNEL = "mom_live"
MOST = 1_000  # gathered; what is more is written in between


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An audit entry; `before` and `after` as JSON text."""

    recorded_at: datetime
    chain: str
    actor_kind: str
    actor_id: str
    actor_label: str
    action: str
    subject_type: str
    subject_id: str
    subject_label: str
    before: str
    after: str
    reason: str

    def __call__(self) -> None:
        """Nothing is left to do after the commit: see `Closing.add`."""


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """An event for the outbox; `payload` as JSON text."""

    topic: str
    key: str
    payload: str
    actor: str
    created_at: datetime

    def __call__(self) -> None:
        """As above."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A change that open pages hear of."""

    payload: str

    def __call__(self) -> None:
        """As above."""


Item = Entry | Announced | Told
_current: ContextVar["Closing | None"] = ContextVar("closing", default=None)


def tell_at_close(payload: str) -> None:
    """Tell open pages when the act at hand closes; where none is open, when the caller's transaction commits."""
    closing = _current.get()
    if closing is None:
        _write([Told(payload)], "")
    else:
        closing.add(Told(payload))


class Closing:
    """What one act has gathered so far."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self._items: list[Item] = []
        self._depth = 0
        self._before: Token[Closing | None] | None = None

    def begin(self) -> None:
        """Be the act at hand, whose changes `tell` tells."""
        self._depth = len(connection.savepoint_ids)
        self._before = _current.set(self)

    def add(self, item: Item) -> None:
        """Gather it. Hanging among the hooks of the commit it is forgotten as they are where a savepoint is undone."""
        require_transaction()
        transaction.on_commit(item)
        self._items.append(item)
        if len(self._items) >= MOST and len(connection.savepoint_ids) <= self._depth:
            self.write()

    def write(self, beside: "Beside | None" = None, values: Mapping[str, Any] | None = None) -> bool:
        """Write what was gathered and still stands, and `beside` it something else; say whether that was written."""
        if not self._items:
            return False
        standing = {id(waiting[1]) for waiting in connection.run_on_commit}
        items, self._items = [item for item in self._items if id(item) in standing], []
        return bool(items) and _write(items, self.request_id, beside, values or {})

    def end(self) -> None:
        """The act is over, well or not."""
        if self._before is not None:
            _current.reset(self._before)


# The sequences in one order for all, so that nobody waits in a ring; numbers in the order of the announcements.
_GATHERED = """entries AS (
    INSERT INTO core_auditentry (recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type,
                                 subject_id, subject_label, before, after, reason, request_id)
    SELECT at, chain, kind, id, label, action, subject_type, subject_id, subject, before, after, reason, %(request)s
    FROM unnest(%(recorded_at)s::timestamptz[], %(chain)s::text[], %(actor_kind)s::text[], %(actor_id)s::text[],
                %(actor_label)s::text[], %(action)s::text[], %(subject_type)s::text[], %(subject_id)s::text[],
                %(subject_label)s::text[], %(before)s::text[]::jsonb[], %(after)s::text[]::jsonb[], %(reason)s::text[])
         WITH ORDINALITY AS e (at, chain, kind, id, label, action, subject_type, subject_id, subject, before, after,
                               reason, place)
    ORDER BY place
), numbered AS (
    INSERT INTO core_outboxsequence AS s (topic, key, last)
    SELECT topic, key, many
    FROM unnest(%(lane_topic)s::text[], %(lane_key)s::text[], %(lane_many)s::int[]) AS l (topic, key, many)
    ORDER BY topic, key
    ON CONFLICT (topic, key) DO UPDATE SET last = s.last + excluded.last RETURNING topic, key, last
), announced AS (
    INSERT INTO core_outboxevent (topic, key, seq, payload, actor, request_id, created_at, available_at, attempts,
                                  error)
    SELECT e.topic, e.key, n.last - e.behind, e.payload, e.actor, %(request)s, e.at, now(), 0, ''
    FROM unnest(%(topic)s::text[], %(key)s::text[], %(behind)s::int[], %(payload)s::text[]::jsonb[], %(actor)s::text[],
                %(created_at)s::timestamptz[]) WITH ORDINALITY AS e (topic, key, behind, payload, actor, at, place)
    JOIN numbered n ON n.topic = e.topic AND n.key = e.key ORDER BY e.place
)
SELECT pg_notify(%(channel)s, told) FROM unnest(%(told)s::text[]) AS told
"""


class Beside(Statement):
    """A statement that can be written along with what an act has gathered. Its parameters have names of their own."""

    def __init__(self, sql: str, name: str) -> None:
        super().__init__(sql, name)
        self.with_act = Statement(f"WITH beside AS ({sql}), {_GATHERED}", f"close_and_{name}")


_WRITE = Statement(f"WITH {_GATHERED}", "close_act")
_ENTRY = tuple(Entry.__dataclass_fields__)
_EVENT = tuple(Announced.__dataclass_fields__)


def _write(
    items: Sequence[Item], request: str, beside: Beside | None = None, more: Mapping[str, Any] | None = None
) -> bool:
    """Write them, `beside` them something else with values `more`; say whether that was written too."""
    entries = [item for item in items if isinstance(item, Entry)]
    events = [item for item in items if isinstance(item, Announced)]
    told = [item.payload for item in items if isinstance(item, Told)]
    if not entries and not events:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, told) FROM unnest(%s::text[]) AS told", [CHANNEL, told])
        return False
    lanes = Counter((event.topic, event.key) for event in events)
    values: dict[str, Any] = {name: [getattr(entry, name) for entry in entries] for name in _ENTRY}
    values |= {
        name: [getattr(event, name) for event in events] for name in ("topic", "key", "payload", "actor", "created_at")
    }
    values |= {"lane_topic": [topic for topic, _ in lanes], "lane_key": [key for _, key in lanes]}
    values |= {"lane_many": list(lanes.values()), "behind": _behind(events, lanes)}
    values |= {"told": told, "channel": CHANNEL, "request": request}
    with connection.cursor() as cursor:
        if beside is None:
            _WRITE.execute(cursor, values)
        else:
            beside.with_act.execute(cursor, {**values, **(more or {})})
    if events:
        ring_after_commit(DRAIN_TASK, queue="outbox")
    return beside is not None


def _behind(events: Iterable[Announced], lanes: Counter[tuple[str, str]]) -> list[int]:
    """How many events of its name and key come after each."""
    left, found = Counter(lanes), []
    for event in events:
        left[event.topic, event.key] -= 1
        found.append(left[event.topic, event.key])
    return found
