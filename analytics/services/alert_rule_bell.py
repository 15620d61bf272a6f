"""Rings for the alert rules when machines said something: at most every two seconds a site, from each process.

Only a bell: beat judges every rule every few seconds anyway. It costs the ingest transaction no statement.
"""

import time

from mom.core.bell import ring_after_commit
from mom.core.use_case import UseCase
from mom.floor.public import Applied, register_fold

TASK = "analytics.tasks.judge_alert_rules"
REST = 2.0

_rung_at: dict[int, float] = {}


def ring_rules(_act: UseCase, applied: Applied) -> None:
    """Ring after the commit, where a state changed or a reading came. Joins the caller's transaction."""
    has_reading = any(each.has_readings for each in applied.heard.values())
    if not applied.changes and not has_reading:
        return
    now = time.monotonic()
    if now - _rung_at.get(applied.site.pk, -REST) < REST:
        return
    _rung_at[applied.site.pk] = now
    ring_after_commit(TASK, applied.site.pk, queue="kpi")


def register() -> None:
    """Put it behind the folds; called when the app is ready."""
    register_fold("analytics.alert_rules", ring_rules)
