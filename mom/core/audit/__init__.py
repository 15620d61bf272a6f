"""Proves that the audit trail is what was written: its chains, their anchors outside, its guards, the row versions."""

from mom.core.audit.chain import FINDINGS, Finding, Head, heads, read_heads, verify, verify_against, write_heads
from mom.core.audit.guards import verify_guards
from mom.core.audit.rows import verify_rows

__all__ = [
    "FINDINGS",
    "Finding",
    "Head",
    "heads",
    "read_heads",
    "verify",
    "verify_against",
    "verify_guards",
    "verify_rows",
    "write_heads",
]
