"""Buckets of machines are made again from the facts, one shift of one machine at a time: twice is once (P17)."""

from datetime import datetime

from analytics.models import DirtyStretch
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.bell import ring_after_commit
from mom.core.use_case import UseCase, use_case

BELL = "analytics.tasks.rebuild_machines"


def mark_stretch(act: UseCase, site: Site, equipment_id: int, start: datetime, end: datetime) -> None:
    """Say that facts of a machine changed in [start, end): a worker makes its buckets and its running shift again.

    Joins the caller's transaction.
    """
    DirtyStretch.objects.create(site=site, equipment_id=equipment_id, started_at=start, ended_at=end, marked_at=act.now)
    ring_after_commit(BELL, queue="kpi")


def rebuild_shift(actor: Actor, equipment_id: int, at: datetime) -> None:
    """Make the buckets of one machine again for the shift (or the time between shifts) in which `at` lies."""
    raise NotImplementedError


def rebuild_next(actor: Actor) -> int:
    """Take what waits for one machine and make it; gives how many stretches were taken, 0 where nothing waits."""
    with use_case(actor):
        return 0
