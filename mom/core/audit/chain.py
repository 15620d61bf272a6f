"""Recomputes each chain of the audit trail, and compares it with heads that were kept outside."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

PIECE = 20_000  # entries; one piece is verified in a third of a second


@dataclass(frozen=True)
class Finding:
    """One place where the trail is not what was written."""

    chain: str
    """The site of the chain; for a guard its table, for an anchor its file."""
    seq: int | None
    entry_id: int | None
    kind: str
    """`edited`, `unsealed`, `deleted`, `gap`, `broken_link`, `moved`; against an anchor `cut` and `rewritten`;
    `guard_off`, `guard_changed`; `anchor_edited`, `anchor_missing`, `anchor_unreadable`; of row versions
    `version_edited`, `row_edited`, `row_unversioned`, `row_gone`."""
    since: int | None = None
    """Against an anchor: the last number that an earlier anchor still vouches for."""

    def __str__(self) -> str:
        place = f"{self.chain}" + (f" no. {self.seq}" if self.seq is not None else "")
        after = f", after no. {self.since}" if self.since is not None else ""
        return f"{self.kind}: {place}" + (f", entry {self.entry_id}" if self.entry_id is not None else "") + after


@dataclass(frozen=True)
class Head:
    """The end of a chain at some moment. Kept outside the database it shows a cut tail or a rewritten chain."""

    chain: str
    seq: int
    hash: str


# What is wrong with a seal `l` and its entry `e`: the first rule that they break, or NULL.
_RULES = """
    CASE
        WHEN l.entry_id IS NULL THEN 'unsealed'
        WHEN e.id IS NULL THEN 'deleted'
        WHEN e.chain <> l.chain THEN 'moved'
        WHEN l.seq <> coalesce(l.before_seq, 0) + 1 THEN 'gap'
        WHEN l.prev_hash <> coalesce(l.before_hash, core_audit_genesis(l.chain)) THEN 'broken_link'
        WHEN l.hash <> sha256(l.prev_hash || core_audit_canon(e)) THEN 'edited'
    END AS kind
"""
# FULL JOIN: an entry without seal was put in past the trigger, a seal without entry lost its entry.
FINDINGS = f"""
WITH linked AS (
    SELECT s.*, lag(s.hash) OVER w AS before_hash, lag(s.seq) OVER w AS before_seq
    FROM core_auditseal s WINDOW w AS (PARTITION BY s.chain ORDER BY s.seq)
)
SELECT chain, seq, entry_id, kind FROM (
    SELECT coalesce(l.chain, e.chain) AS chain, l.seq, coalesce(l.entry_id, e.id) AS entry_id, {_RULES}
    FROM linked l FULL JOIN core_auditentry e ON e.id = l.entry_id
) AS checked WHERE kind IS NOT NULL ORDER BY chain, seq NULLS LAST, entry_id
"""  # noqa: S608 - made of constants
# One stretch of one chain; the seal before it is read along, and not judged.
_STRETCH = f"""
WITH linked AS (
    SELECT s.*, lag(s.hash) OVER w AS before_hash, lag(s.seq) OVER w AS before_seq
    FROM core_auditseal s WHERE s.chain = %(chain)s AND s.seq BETWEEN %(first)s - 1 AND %(last)s
    WINDOW w AS (ORDER BY s.seq)
)
SELECT chain, seq, entry_id, kind FROM (
    SELECT l.chain, l.seq, l.entry_id, {_RULES} FROM linked l LEFT JOIN core_auditentry e ON e.id = l.entry_id
    WHERE l.seq >= %(first)s
) AS checked WHERE kind IS NOT NULL ORDER BY seq
"""  # noqa: S608 - made of constants
_UNSEALED = """
SELECT e.chain, NULL, e.id, 'unsealed' FROM core_auditentry e
WHERE NOT EXISTS (SELECT 1 FROM core_auditseal s WHERE s.entry_id = e.id) ORDER BY e.id
"""
_ANCHORED = """
SELECT a.chain, a.seq, s.entry_id, CASE WHEN s.hash IS NULL THEN 'cut' WHEN encode(s.hash, 'hex') <> a.hash
    THEN 'rewritten' END
FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS a (chain, seq, hash)
LEFT JOIN core_auditseal s ON s.chain = a.chain AND s.seq = a.seq ORDER BY a.chain, a.seq
"""


def verify(anchor: Iterable[Head] = ()) -> list[Finding]:
    """Every place where a chain is broken, or differs from the heads of an earlier `anchor`; empty means whole."""
    with without_time_limit():
        return _found(FINDINGS) + verify_against(anchor)


def verify_in_pieces(tell: Callable[[int, int], None], piece: int = PIECE) -> tuple[list[Finding], int]:
    """The same for long chains: after each piece `tell(done, total)`, which may raise to stop. Gives what was found and
    how many entries were verified. What is written meanwhile is verified the next time.
    """
    ends = [(head.chain, head.seq) for head in heads()]
    total, done, found = sum(last for _, last in ends), 0, []
    for chain, last in ends:
        for first in range(1, last + 1, piece):
            end = min(first + piece - 1, last)
            with without_time_limit():
                found += _found(_STRETCH, {"chain": chain, "first": first, "last": end})
            done += end - first + 1
            tell(done, total)
    with without_time_limit():
        found += _found(_UNSEALED)
    return found, done


def verify_against(anchored: Iterable[Head]) -> list[Finding]:
    """Where the chains differ from heads kept outside: the first of each chain, and what still stood before it."""
    wanted = list(anchored)
    if not wanted:
        return []
    columns = [[getattr(head, name) for head in wanted] for name in ("chain", "seq", "hash")]
    good: dict[str, int] = {}
    found: dict[str, Finding] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ANCHORED, columns)
        for chain, seq, entry_id, kind in cursor.fetchall():
            if kind is None:
                good[chain] = max(seq, good.get(chain, 0))
            elif chain not in found:
                found[chain] = Finding(chain, seq, entry_id, kind, good.get(chain, 0))
    return list(found.values())


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
    """The heads from such lines, past the first one of an anchor file. Raises: ValueError for anything else."""
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        return [Head(**line) for line in lines if "anchor" not in line]
    except (TypeError, ValueError) as error:
        raise ValueError("This is no anchor file: each line is an object with chain, seq and hash.") from error


@contextmanager
def without_time_limit() -> Iterator[None]:
    """Statements as long as they take; the limit of the connection comes back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0" if connection.in_atomic_block else "SET statement_timeout = 0")
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")


def _found(sql: str, parameters: Any = None) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Finding(*row) for row in cursor.fetchall()]
