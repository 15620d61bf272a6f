"""Whether the triggers and functions that guard the trail are in place, switched on and as we wrote them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pgtrigger
from django.db import connection

from mom.core.audit.chain import Finding
from mom.core.db import ground_functions

SEAL = ("core_auditentry", "core_auditentry_seal")
_BODY = re.compile(r"FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", re.DOTALL)


def verify_guards() -> list[Finding]:
    """Every guard that is missing, switched off, or another one than this release wrote. `chain` names its table."""
    wanted = [(model._meta.db_table, trigger.get_pgid(model)) for model, trigger in pgtrigger.registered()]
    return [*_switched_off([*wanted, SEAL]), *_rewritten(_written())]


def _switched_off(wanted: Iterable[tuple[str, str]]) -> list[Finding]:
    """Enabled is `O` (origin): `D` is off, and `R` fires only for replicas, which is as good as off."""
    pairs = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.t FROM unnest(%s::text[], %s::text[]) AS w (t, name)"
            " JOIN pg_class c ON c.oid = to_regclass(quote_ident(w.t))"
            " LEFT JOIN pg_trigger g ON g.tgrelid = c.oid AND g.tgname = w.name"
            " WHERE g.tgenabled IS NULL OR g.tgenabled NOT IN ('O', 'A') GROUP BY w.t ORDER BY w.t",
            [[table for table, _ in pairs], [name for _, name in pairs]],
        )
        return [Finding(table, None, None, "guard_off") for (table,) in cursor.fetchall()]


def _written() -> dict[str, str]:
    """Name and text of every function of ours: those of the ground, and those of guards with a body of their own."""
    texts = [*ground_functions.BEFORE_TABLES, *ground_functions.AFTER_TABLES]
    texts += [_sql_of(model, trigger) for model, trigger in pgtrigger.registered()]
    return {name: _plain(body) for text in texts for name, body in _BODY.findall(text)}


def _sql_of(model: Any, trigger: pgtrigger.Trigger) -> str:
    compiled = trigger.compile(model)
    return str(compiled.install_sql) if "core_" not in str(compiled.sql.kwargs.get("execute", "")) else ""


def _rewritten(wanted: Mapping[str, str]) -> list[Finding]:
    """A function with another text could let anything through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s) AND pronamespace = 'public'::regnamespace",
            [list(wanted)],
        )
        stored = {name: _plain(text) for name, text in cursor.fetchall()}
    return [
        Finding(name, None, None, "guard_changed") for name, text in sorted(wanted.items()) if stored.get(name) != text
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())
