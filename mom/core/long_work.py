"""Long work that people can watch and cancel, in pieces that a restarted worker continues.

    run = long_work.start(act, "core.rebuild", site, _("Rebuild figures"), parameters={...})

    @shared_task
    def rebuild(run_id):
        long_work.work(run_id, _rebuild)

    def _rebuild(progress):
        for piece in pieces_after(progress.done):
            with use_case(progress.actor) as act:      # the piece and the progress commit together
                ...
                progress.advance(piece.end)
            progress.check_cancelled()
        return {"rows": progress.done}

The worker holds the row by a lease that each `advance` renews. When it dies, the lease runs out, the sweeper rings for
the row, and the next worker begins behind what was committed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.bell import ring, ring_after_commit
from mom.core.canonical import to_plain
from mom.core.db.yielding import has_yielded
from mom.core.engine.task_run import TaskRunStatus
from mom.core.errors import Conflict, MomError, NotFound
from mom.core.models import TaskRun, TaskRunIssue
from mom.core.permissions_declared import CANCEL_TASK_RUN
from mom.core.use_case import UseCase

log = structlog.get_logger(__name__)

LEASE = 120  # seconds; a piece of work lasts at most 60
MOST_ATTEMPTS = 5  # claims without any progress between them

_UNFINISHED = (TaskRunStatus.QUEUED.value, TaskRunStatus.RUNNING.value)


class Cancelled(Exception):
    """Somebody asked for the end of this work: what is committed stays, nothing more is begun."""


class LeaseLost(Exception):
    """Another worker has taken this work over, or it has ended: stop at once and write nothing."""


@dataclass(frozen=True)
class _Kind:
    task: str
    queue: str


_kinds: dict[str, _Kind] = {}


def declare(kind: str, *, task: str, queue: str = "default") -> str:
    """Name the Celery task that does work of this kind; it gets the row's id. `start` and the sweeper ring for it."""
    _kinds[kind] = _Kind(task, queue)
    return kind


def start(
    act: UseCase,
    kind: str,
    site: str,
    title: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    total: int | None = None,
) -> TaskRun:
    """Queue long work and ring for it after the commit. Joins the caller's transaction."""
    run = TaskRun.objects.create(
        kind=kind,
        site=site,
        title=str(title)[:200],
        parameters=to_plain(dict(parameters or {})),
        total=total,
        requested_by=act.actor.reference,
        requested_by_label=act.actor.label,
        created_at=act.now,
    )
    act.record("core.task_run_started", subject=run, site=site, after={"kind": kind, "title": run.title})
    if kind in _kinds:
        ring_after_commit(_kinds[kind].task, run.pk, queue=_kinds[kind].queue)
    return run


def request_cancel(act: UseCase, run_id: int) -> None:
    """Ask for the end of long work; the worker stops after its present piece. Joins the caller's transaction.

    Who asked for the work may always cancel it. Raises: NotFound, NotAllowed, Conflict.
    """
    run = TaskRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if run.requested_by != act.actor.reference:
        act.require(CANCEL_TASK_RUN, run.site)
    if run.is_finished:
        raise Conflict(_("%(title)s has already ended; there is nothing to cancel.") % {"title": run.title})
    changes: dict[str, Any] = {"cancel_requested_at": act.now}
    if run.status == TaskRunStatus.QUEUED:
        changes |= {"status": TaskRunStatus.CANCELLED.value, "finished_at": act.now}
    TaskRun.objects.filter(pk=run_id).update(**changes)
    act.record("core.task_run_cancelled", subject=run, site=run.site, before={"status": run.status})


_CLAIM = """
UPDATE core_taskrun SET status = 'running', claims = claims + 1, attempts = attempts + 1,
    started_at = coalesce(started_at, now()), heartbeat_at = now(), lease_until = now() + make_interval(secs => %s)
WHERE id = %s AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < now())
RETURNING claims, attempts, done
"""


def claim(run_id: int, lease: float = LEASE) -> "Progress | None":
    """Take the work, if it has not ended and nobody holds it. Work that got nowhere five times is ended as failed."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [lease, run_id])
        row = cursor.fetchone()
    if row is None:
        return None
    claims, attempts, done = row
    progress = Progress(run_id, fence=claims, done=done, lease=lease)
    if attempts > MOST_ATTEMPTS:
        progress.fail(_("The worker died %(many)d times at the same place. Look at its log.") % {"many": MOST_ATTEMPTS})
        return None
    return progress


class Progress:
    """The hold of one worker on long work: it tells how far it is and hears whether it should stop."""

    def __init__(self, run_id: int, *, fence: int, done: int, lease: float = LEASE) -> None:
        self.run_id, self.done = run_id, done
        """`done` is what is committed: the place where a worker that took over begins."""
        self._fence, self._lease = fence, lease

    @property
    def run(self) -> TaskRun:
        """The row as it is now."""
        return TaskRun.objects.get(pk=self.run_id)

    @property
    def actor(self) -> Actor:
        """The system part that does the work; who asked for it stands in the row and in its audit entry."""
        return system_actor(f"long_work:{self.run_id}")

    def advance(self, done: int | None = None, total: int | None = None, note: str | None = None) -> None:
        """Say how far it is and keep the hold; inside the piece's use case both commit together. Raises: LeaseLost."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_taskrun SET heartbeat_at = now(),"
                " lease_until = clock_timestamp() + make_interval(secs => %s),"
                " attempts = CASE WHEN %s > done THEN 0 ELSE attempts END,"
                " done = coalesce(%s, done), total = coalesce(%s, total), note = coalesce(%s, note)"
                " WHERE id = %s AND claims = %s AND status = 'running'",
                [self._lease, done, done, total, note if note is None else note[:200], self.run_id, self._fence],
            )
            if cursor.rowcount == 0:
                raise LeaseLost
        if done is not None:
            self.done = done

    def check_cancelled(self) -> None:
        """Go on only where nobody asked for the end. Raises: Cancelled."""
        if TaskRun.objects.filter(pk=self.run_id, cancel_requested_at__isnull=False).exists():
            raise Cancelled

    def issue(self, line: int | None, column: str, value: object, code: str, message: str) -> None:
        """Note one thing that was refused or changed."""
        self.issues([(line, column, value, code, message)])

    def issues(self, found: Iterable[tuple[int | None, str, object, str, str]]) -> None:
        """Note many things that were refused or changed, as line, column, value, code and message."""
        TaskRunIssue.objects.bulk_create(
            [
                TaskRunIssue(
                    run_id=self.run_id,
                    line=line,
                    column=column[:200],
                    value=str(value)[:500].replace("\x00", "\ufffd"),
                    code=code,
                    message=message,
                )
                for line, column, value, code, message in found
            ],
            batch_size=1000,
        )

    def finish(self, result: Mapping[str, Any] | None = None) -> None:
        """End it well. Raises: LeaseLost."""
        self._end(TaskRunStatus.SUCCEEDED, result=to_plain(dict(result or {})))

    def fail(self, error: str) -> None:
        """End it with a sentence for people. Raises: LeaseLost."""
        self._end(TaskRunStatus.FAILED, error=error)

    def cancelled(self, result: Mapping[str, Any] | None = None) -> None:
        """End it as cancelled; `result` says what is in. Raises: LeaseLost."""
        self._end(TaskRunStatus.CANCELLED, result=to_plain(dict(result or {})))

    def let_go(self) -> None:
        """Give the hold back unfinished, so that another worker goes on at once: before a time limit ends this one."""
        self._held().update(lease_until=None)

    def _held(self) -> Any:
        return TaskRun.objects.filter(pk=self.run_id, claims=self._fence, status=TaskRunStatus.RUNNING)

    def _end(self, status: TaskRunStatus, **values: Any) -> None:
        if not self._held().update(status=status.value, finished_at=clock.now(), lease_until=None, **values):
            raise LeaseLost


def work(run_id: int, body: Callable[[Progress], Mapping[str, Any] | None], *, held: Progress | None = None) -> None:
    """Do long work if nobody else does, and write down how it ended. For the one line of a Celery task.

    `held` is the hold of a process that claimed the work before: a command that does its own work at once.
    """
    from celery.exceptions import SoftTimeLimitExceeded  # only workers need it

    progress = held or claim(run_id)
    if progress is None:
        return
    try:
        progress.check_cancelled()
        progress.finish(body(progress))
    except Cancelled:
        progress.cancelled({"done": progress.done})
    except LeaseLost:
        log.warning("long_work_taken_over", run=run_id)
    except SoftTimeLimitExceeded:
        progress.let_go()
        raise
    except MomError as refusal:
        progress.fail(refusal.sentence)
    except Exception as error:
        if isinstance(error, DatabaseError) and has_yielded(error):
            progress.let_go()  # others were in the way: the sweeper rings for it again
            raise
        progress.fail(_("It stopped at a fault of the software. What is done stays; start it again to go on."))
        raise


def sweep() -> int:
    """Ring for all work that waits or whose worker died; say how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind FROM core_taskrun WHERE status = ANY(%s) AND kind = ANY(%s)"
            " AND (lease_until IS NULL OR lease_until < now()) ORDER BY id LIMIT 100",
            [list(_UNFINISHED), list(_kinds)],
        )
        waiting = cursor.fetchall()
    for run_id, kind in waiting:
        ring(_kinds[kind].task, run_id, queue=_kinds[kind].queue)
    return len(waiting)
