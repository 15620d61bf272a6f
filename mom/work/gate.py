"""The can-start gate: every app may say what stands in the way of a job, and the answer holds all of it at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mom.work.engine.terms import JobOrderStatus
from mom.work.models import JobOrder


@dataclass(frozen=True)
class Blocker:
    """One thing in the way of a start: what, which object, who can clear it, when it clears at the earliest."""

    code: str  # stable, snake_case
    sentence: str  # translated, says what and what to do
    subject: str = ""
    cleared_by: str = ""
    clears_at: datetime | None = None


BlockerSource = Callable[[JobOrder, datetime], list[Blocker]]
"""Asked with the job (locked where it is about to start) and the instant; reads only, constant statements."""

_sources: dict[str, BlockerSource] = {}


def register_blockers(name: str, source: BlockerSource) -> None:
    """Add a source, once, from an app's `ready()`. Raises: ValueError for a name that is taken."""
    if name in _sources:
        raise ValueError(f"The gate has a source called {name} already.")
    _sources[name] = source


def blockers(job_order: JobOrder, at: datetime) -> list[Blocker]:
    """Everything that stands in the way of starting `job_order` at `at`, by source, in the order they registered."""
    return [blocker for source in _sources.values() for blocker in source(job_order, at)]


def previous_jobs_open(job_order: JobOrder, at: datetime) -> list[Blocker]:
    """The spine's own source: jobs that must end (or start) first and have not."""
    waiting_for_end = {JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED}
    found = []
    links = job_order.predecessor_links.select_related("predecessor").order_by("predecessor__sequence")
    for link in links:
        before = link.predecessor
        if link.kind == "after_end" and before.status not in waiting_for_end:
            sentence = _("Job %(job)s must be finished first.") % {"job": before.code}
        elif link.kind in {"after_start", "at_start"} and before.status in {
            JobOrderStatus.WAITING,
            JobOrderStatus.READY,
        }:
            sentence = _("Job %(job)s must be started first.") % {"job": before.code}
        elif link.kind == "not_in_parallel" and before.status == JobOrderStatus.RUNNING:
            sentence = _("Job %(job)s must not run at the same time.") % {"job": before.code}
        else:
            continue
        found.append(Blocker(code="previous_job_open", sentence=sentence, subject=before.code))
    return found
