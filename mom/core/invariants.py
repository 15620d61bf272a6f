"""What must hold at every commit, as queries whose rows are violations. Each app has its own `invariants.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mom.core import audit

MOST_SHOWN = 20


@dataclass(frozen=True)
class Invariant:
    """A rule with its promise's number, its sentence and the query that finds what breaks it."""

    name: str
    promise: str
    sentence: str
    sql: str


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold: how often, and the first rows."""

    invariant: Invariant
    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


_registered: dict[str, Invariant] = {}


def register(name: str, *, promise: str, sentence: str, sql: str) -> None:
    """Add a rule, as in `work.no_quantity_without_job`; `sql` returns one row per violation."""
    _registered[name] = Invariant(name, promise, sentence, sql)


def registered() -> list[Invariant]:
    """Every rule, by name."""
    return sorted(_registered.values(), key=lambda invariant: invariant.name)


def violations() -> Iterator[Violation]:
    """The rules that do not hold now."""
    for invariant in registered():
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            rows = cursor.fetchmany(MOST_SHOWN)
            if rows:
                columns = tuple(column[0] for column in cursor.description)
                yield Violation(invariant, cursor.rowcount, columns, tuple(tuple(row) for row in rows))


register(
    "core.audit_chain",
    promise="P21",
    sentence="Every audit entry is sealed, and every chain is whole from its first entry to its last.",
    sql=audit.FINDINGS,
)
register(
    "core.outbox_order",
    promise="P26",
    sentence="No event was delivered before an earlier one of its key.",
    sql="""
        SELECT p.topic, p.key, p.seq AS waiting, min(o.seq) AS delivered FROM core_outboxevent p
        JOIN core_outboxevent o ON o.topic = p.topic AND o.key = p.key AND o.seq > p.seq AND o.done_at IS NOT NULL
        WHERE p.done_at IS NULL GROUP BY p.topic, p.key, p.seq
    """,
)
register(
    "core.outbox_numbers",
    promise="P26",
    sentence="The events of a key are numbered up to its sequence without a gap, apart from old ones let go.",
    sql="""
        SELECT s.topic, s.key, s.last, max(o.seq) AS highest, count(o.id) AS stored FROM core_outboxsequence s
        JOIN core_outboxevent o ON o.topic = s.topic AND o.key = s.key
        GROUP BY s.topic, s.key, s.last HAVING max(o.seq) <> s.last OR count(o.id) <> max(o.seq) - min(o.seq) + 1
    """,
)
register(
    "core.receipts",
    promise="P26",
    sentence="A receipt belongs to an event that exists.",
    sql="""
        SELECT r.event_id, r.subscriber FROM core_eventreceipt r
        LEFT JOIN core_outboxevent o ON o.id = r.event_id WHERE o.id IS NULL
    """,
)
register(
    "core.delivery_order",
    promise="P26",
    sentence="No message was sent before an earlier one of its key; labels wait for no label that was given up.",
    sql="""
        SELECT p.key, p.seq AS waiting, min(o.seq) AS sent FROM core_delivery p
        JOIN core_delivery o ON o.key = p.key AND o.seq > p.seq AND o.state = 'sent'
        WHERE p.state IN ('waiting', 'sending', 'dead') AND p.channel <> 'printer' GROUP BY p.key, p.seq
    """,
)
register(
    "core.delivery_numbers",
    promise="P27",
    sentence="The messages of a key are numbered up to its sequence without a gap, apart from old ones let go.",
    sql="""
        SELECT s.key, s.last, max(o.seq) AS highest, count(o.id) AS stored FROM core_deliverysequence s
        JOIN core_delivery o ON o.key = s.key
        GROUP BY s.key, s.last HAVING max(o.seq) <> s.last OR count(o.id) <> max(o.seq) - min(o.seq) + 1
    """,
)
