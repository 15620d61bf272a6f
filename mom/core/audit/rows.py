"""Row versions as evidence: each version begins where the one before ended, and the row is what the last one says.

Under the audit trail every table with `History` keeps its versions. They are not hashed; they vouch for each other and
for the row: who changes one of the three past the guards leaves a place where they differ.
"""

from collections.abc import Callable
from typing import Any

import pgtrigger
from django.db import connection

from mom.core.audit.chain import Finding, without_time_limit
from mom.core.db.triggers import History

# Columns that both know and that hold different values; redacted ones say only that they changed.
_DIFFER = """
EXISTS (SELECT 1 FROM jsonb_each({a}) x JOIN jsonb_each({b}) y USING (key)
        WHERE x.value IS DISTINCT FROM y.value AND key <> ALL (%(blind)s))
"""
_CONTINUOUS = f"""
SELECT v.table_name, NULL, v.id, 'version_edited' FROM (
    SELECT id, table_name, operation, old, lag(new) OVER w AS before, lag(id) OVER w AS before_id
    FROM core_rowversion WHERE table_name = %(table)s WINDOW w AS (PARTITION BY row_id ORDER BY id)
) v WHERE (v.before_id IS NOT NULL AND v.operation = 'INSERT')
    OR (v.before_id IS NULL AND v.operation <> 'INSERT')
    OR (v.before_id IS NOT NULL AND (v.before IS NULL OR {_DIFFER.format(a="v.old", b="v.before")}))
ORDER BY v.id
"""  # noqa: S608 - made of constants
_PRESENT = """
SELECT %(table)s, NULL, v.id, CASE WHEN r.key IS NULL THEN 'row_gone'
    WHEN v.id IS NULL OR v.new IS NULL THEN 'row_unversioned' ELSE 'row_edited' END
FROM (SELECT {key}::text AS key, to_jsonb(t) AS row FROM {table} t) r
FULL JOIN (
    SELECT DISTINCT ON (row_id) row_id, id, new FROM core_rowversion
    WHERE table_name = %(table)s ORDER BY row_id, id DESC
) v ON v.row_id = r.key
WHERE (r.key IS NULL AND v.new IS NOT NULL) OR (r.key IS NOT NULL AND v.new IS NULL) OR {differ}
ORDER BY v.id
"""


def verify_rows(tell: Callable[[int, int], None] = lambda _done, _total: None) -> list[Finding]:
    """Every row, and every version of a row, that does not fit its neighbours; `chain` names the table, `entry_id` the
    version. After each table `tell(done, total)`, which may raise to stop.

    A row that was there before its table kept versions is reported as `row_unversioned`.
    """
    tables = sorted(_tables().items())
    found: list[Finding] = []
    for done, (table, (key, blind)) in enumerate(tables, start=1):
        found += _verify_table(table, key, blind)
        tell(done, len(tables))
    return found


def _tables() -> dict[str, tuple[str, list[str]]]:
    """Each table that keeps versions, with its key and the columns that they leave out or hide."""
    found: dict[str, tuple[str, list[str]]] = {}
    for model, trigger in pgtrigger.registered():
        if isinstance(trigger, History):
            key, ignored, redacted, _reason = trigger.arguments(model)  # type: ignore[arg-type]
            found[model._meta.db_table] = (key, [name for name in f"{ignored},{redacted}".split(",") if name])
    return found


def _verify_table(table: str, key: str, blind: list[str]) -> list[Finding]:
    quote = connection.ops.quote_name
    parameters: dict[str, Any] = {"table": table, "blind": blind}
    differ = _DIFFER.format(a="r.row", b="v.new")
    present = _PRESENT.format(key=f"t.{quote(key)}", table=quote(table), differ=differ)
    found = []
    with without_time_limit(), connection.cursor() as cursor:
        for sql in (_CONTINUOUS, present):
            cursor.execute(sql, parameters)
            found += [Finding(*row) for row in cursor.fetchall()]
    return found
