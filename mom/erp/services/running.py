"""What a worker does for an import: check the whole file, then bring it in piece by piece."""

import io
from typing import Any, BinaryIO

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


def on_behalf_of(task: TaskRun) -> Actor:
    """The person or program that asked for the work, without rights: those were asked for at its start."""
    kind, _colon, key = task.requested_by.partition(":")
    return Actor(kind=kind, id=key, label=task.requested_by_label)


def check(progress: Progress, file: BinaryIO | None = None) -> dict[str, Any]:
    """Read and check the whole file; nothing takes effect. The stored file, unless another one is given.

    Raises: InvalidInput with one sentence for a file that is broken as a whole; Cancelled.
    """
    run = ImportRun.objects.select_related("site", "blob", "check_task").get(check_task=progress.run_id)
    if run.checked_at is not None:
        return summary(run)  # a worker died between the last commit and its report
    mapping = mappings.load(run.mapping_text)
    if file is None:
        assert run.blob is not None
        file = io.BytesIO(run.blob.content)

    def tick(lines: int) -> None:
        progress.advance(lines)
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


def apply(progress: Progress, size: int = applying.PIECE) -> dict[str, Any]:
    """Bring the staged rows in, a piece a transaction, from where the last committed piece ended.

    Raises: Cancelled between two pieces; what is in stays in, and importing the file again completes it.
    """
    run_id: int = ImportRun.objects.values_list("pk", flat=True).get(apply_task=progress.run_id)
    mapping: ExecutionMapping | None = None
    try:
        while True:
            progress.check_cancelled()
            with use_case(on_behalf_of(progress.run)) as act:
                run = locked(run_id)
                mapping = mapping or mappings.load(run.mapping_text)
                rows = applying.apply_piece(act, run, mapping, size)
                progress.advance(progress.done + rows)
                if not rows:
                    _complete(act, run)
                    return summary(run)
    except Cancelled:
        forget_staged(run_id)
        raise


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
