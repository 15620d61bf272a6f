"""What a worker does for an import: check the whole file, then bring it in piece by piece."""

import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.long_work import Cancelled, Progress
from mom.core.models import TaskRun
from mom.core.use_case import UseCase, use_case
from mom.erp.engine import mapping as mappings
from mom.erp.engine.mapping import ExecutionMapping
from mom.erp.engine.problems import BrokenFile
from mom.erp.models import ImportRun
from mom.erp.services import applying, staging
from mom.erp.services.import_run import begin, forget_staged, locked, summary
from mom.erp.words import sentence
from mom.events.erp import ImportCompleted

LANES = 2

Tell = Callable[[int, int | None], None]
"""Hears how many rows are done, and of how many."""


def tell_nobody(done: int, total: int | None) -> None:
    """The row of the long work says it already."""


def on_behalf_of(task: TaskRun) -> Actor:
    """The person or program that asked for the work, without rights: those were asked for at its start."""
    kind, _colon, key = task.requested_by.partition(":")
    return Actor(kind=kind, id=key, label=task.requested_by_label)


def check(progress: Progress, file: BinaryIO | None = None, tell: Tell = tell_nobody) -> dict[str, Any]:
    """Read and check the whole file; nothing takes effect. The stored file, unless another one is given.

    Raises: InvalidInput with one sentence for a file that is broken as a whole; Cancelled.
    """
    run = ImportRun.objects.select_related("site", "blob", "check_task").get(check_task=progress.run_id)
    if run.checked_at is not None:
        return summary(run)  # a worker died between the last commit and its report
    mapping = mappings.load(run.mapping_text)
    if file is None:
        file = io.BytesIO(run.blob.content if run.blob else b"")

    def tick(lines: int) -> None:
        progress.advance(lines)
        tell(lines, None)
        progress.check_cancelled()

    try:
        counted = staging.read_into_session(run, mapping, file, tick)
        return _settle(progress, run.pk, counted)
    except BrokenFile as broken:
        raise InvalidInput(sentence=sentence(broken.problem), code=broken.problem.code.value) from None
    finally:
        staging.drop_tables()


def _settle(progress: Progress, run_id: int, counted: staging.Counted) -> dict[str, Any]:
    """Keep what was found and, unless a person decides or it was only a check, queue the bringing in."""
    with use_case(on_behalf_of(progress.run)) as act:
        progress.advance(counted.total, total=counted.total)
        run = locked(run_id)
        staging.settle(run, counted)
        run.rows_total, run.rows_new, run.rows_known = counted.total, counted.new, counted.known
        run.rows_refused, run.rows_changed = counted.refused, counted.changed
        run.header, run.file_digest, run.checked_at = counted.header, counted.file_digest, act.now
        run.save()
        act.record("erp.import_checked", subject=run, site=run.site.code, after=summary(run))
        if run.is_dry_run:
            forget_staged(run.pk)
        elif not run.waits_for_start:
            begin(act, run)
        return summary(run)


def apply(
    progress: Progress, size: int = applying.PIECE, tell: Tell = tell_nobody, lanes: int = LANES
) -> dict[str, Any]:
    """Bring the staged rows in, piece by piece, from where the committed pieces end; `lanes` pieces at a time.

    Raises: Cancelled between pieces; what is in stays in, and importing the file again completes it.
    """
    task = progress.run
    run = ImportRun.objects.get(apply_task=task)
    lane = _Lanes(progress, on_behalf_of(task), mappings.load(run.mapping_text), lanes)
    try:
        for piece in applying.pieces(run, size):
            progress.check_cancelled()
            lane.begin(piece)
            tell(progress.done, task.total)
        lane.join()
    except Cancelled:
        lane.join()
        forget_staged(run.pk)
        raise
    finally:
        lane.close()
    with use_case(on_behalf_of(task)) as act:
        progress.advance()
        run = locked(run.pk)
        _complete(act, run)
        return summary(run)


class _Lanes:
    """Pieces side by side, each on a connection of its own; with one lane, in this thread on this connection.

    The database checks and writes one piece while another is being prepared, which is what two cores are for.
    """

    def __init__(self, progress: Progress, actor: Actor, mapping: ExecutionMapping, count: int) -> None:
        self._progress, self._actor, self._mapping, self._count = progress, actor, mapping, count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="import") if count > 1 else None
        self._open: deque[tuple[applying.Piece, Future[None]]] = deque()
        self._connections: list[BaseDatabaseWrapper] = []

    def begin(self, piece: applying.Piece) -> None:
        """Start a piece as soon as a lane is free."""
        if self._pool is None:
            self._apply(piece)
            self._count_in(piece)
            return
        if len(self._open) == self._count:
            self._settle_first()
        self._open.append((piece, self._pool.submit(self._apply_on_own_connection, piece)))

    def join(self) -> None:
        """Wait for the pieces under way. Raises what one of them raised."""
        while self._open:
            self._settle_first()

    def close(self) -> None:
        """Let the lanes end; nothing more is begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        for own in self._connections:
            own.close()

    def _settle_first(self) -> None:
        piece, future = self._open.popleft()
        future.result()
        self._count_in(piece)

    def _count_in(self, piece: applying.Piece) -> None:
        """The pieces up to this one are in: a worker that takes over begins behind it."""
        with use_case(self._actor):
            ImportRun.objects.filter(pk=piece.run_id).update(applied_through=piece.through)
            self._progress.advance(self._progress.done + piece.rows)

    def _apply_on_own_connection(self, piece: applying.Piece) -> None:
        own = connections[DEFAULT_DB_ALIAS]  # this thread's; kept, because a new one begins with empty caches
        if own not in self._connections:
            own.inc_thread_sharing()  # so that it can be closed from outside when the lanes have ended
            self._connections.append(own)
        self._apply(piece)

    def _apply(self, piece: applying.Piece) -> None:
        applying.apply_piece(self._actor, piece, self._mapping, self._progress.advance)


def _complete(act: UseCase, run: ImportRun) -> None:
    """Nothing is left to bring in: say so, once."""
    forget_staged(run.pk)
    if run.completed_at is not None:
        return
    run.completed_at = act.now
    run.save(update_fields=["completed_at"])
    act.record("erp.import_completed", subject=run, site=run.site.code, after=summary(run))
    done = ImportCompleted(run.site.code, run.pk, run.source, run.rows_applied, run.rows_refused)
    act.publish(done, key=f"import:{run.pk}")


def cancelled_sentence(run: ImportRun) -> str:
    """What a cancelled import says of itself."""
    words = {"rows": run.rows_applied, "all": run.rows_new}
    return _("%(rows)s of %(all)s new rows are in. Import the file again to complete it.") % words
