"""Proves that the audit trail is what was written: recomputes each chain, compares it with heads kept outside."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import connection


@dataclass(frozen=True)
class Finding:
    """One place where the trail is not what was written."""

    chain: str
    seq: int | None
    entry_id: int | None
    kind: str
    """`edited`, `unsealed`, `deleted`, `gap`, `broken_link`, `moved`, or against an anchor `cut` and `rewritten`."""


@dataclass(frozen=True)
class Head:
    """The end of a chain at some moment. Kept outside the database it shows a cut tail or a rewritten chain."""

    chain: str
    seq: int
    hash: str


# Each row names the first rule that it breaks. FULL JOIN: an entry without seal was put in past the trigger,
# a seal without entry lost its entry.
FINDINGS = """
WITH linked AS (
    SELECT s.*, lag(s.hash) OVER w AS before_hash, lag(s.seq) OVER w AS before_seq
    FROM core_auditseal s WINDOW w AS (PARTITION BY s.chain ORDER BY s.seq)
)
SELECT chain, seq, entry_id, kind FROM (
    SELECT coalesce(l.chain, e.chain) AS chain, l.seq, coalesce(l.entry_id, e.id) AS entry_id,
        CASE
            WHEN l.entry_id IS NULL THEN 'unsealed'
            WHEN e.id IS NULL THEN 'deleted'
            WHEN e.chain <> l.chain THEN 'moved'
            WHEN l.seq <> coalesce(l.before_seq, 0) + 1 THEN 'gap'
            WHEN l.prev_hash <> coalesce(l.before_hash, core_audit_genesis(l.chain)) THEN 'broken_link'
            WHEN l.hash <> sha256(l.prev_hash || core_audit_canon(e)) THEN 'edited'
        END AS kind
    FROM linked l FULL JOIN core_auditentry e ON e.id = l.entry_id
) AS checked WHERE kind IS NOT NULL ORDER BY chain, seq NULLS LAST, entry_id
"""


def verify(anchor: Iterable[Head] = ()) -> list[Finding]:
    """Every place where a chain is broken, or differs from the heads of an earlier `anchor`; empty means whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0" if connection.in_atomic_block else "SET statement_timeout = 0")
        try:
            cursor.execute(FINDINGS)
            found = [Finding(*row) for row in cursor.fetchall()]
        finally:
            if not connection.in_atomic_block:
                cursor.execute("RESET statement_timeout")
    return found + verify_against(anchor)


def verify_against(anchor: Iterable[Head]) -> list[Finding]:
    """Where a chain no longer holds an end that it had: its tail was cut, or it was written anew."""
    return [finding for head in anchor if (finding := _against(head))]


def _against(head: Head) -> Finding | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, encode(hash, 'hex') FROM core_auditseal WHERE chain = %s AND seq = %s",
            [head.chain, head.seq],
        )
        row = cursor.fetchone()
    if row is None:
        return Finding(head.chain, head.seq, None, "cut")
    return Finding(head.chain, head.seq, row[0], "rewritten") if row[1] != head.hash else None


def heads() -> list[Head]:
    """The present end of every chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (chain) chain, seq, encode(hash, 'hex') FROM core_auditseal ORDER BY chain, seq DESC"
        )
        return [Head(*row) for row in cursor.fetchall()]


def write_heads(found: Iterable[Head]) -> str:
    """The heads as one JSON object a line."""
    return "".join(json.dumps(asdict(head), ensure_ascii=False) + "\n" for head in found)


def read_heads(text: str) -> list[Head]:
    """The heads from such lines. Raises: ValueError for anything else."""
    try:
        return [Head(**json.loads(line)) for line in text.splitlines() if line.strip()]
    except (TypeError, ValueError) as error:
        raise ValueError("This is no anchor file: each line is an object with chain, seq and hash.") from error
