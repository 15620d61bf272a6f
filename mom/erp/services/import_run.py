"""Imports asked for, started, cancelled and discarded. One function, one use case."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound, TooLarge
from mom.core.models import StoredBlob, TaskRun
from mom.core.use_case import UseCase, use_case
from mom.erp.engine import mapping as mappings
from mom.erp.engine.mapping import ExecutionMapping
from mom.erp.engine.problems import BadMapping
from mom.erp.engine.status import ImportStatus
from mom.erp.models import ImportRun, StagedRow
from mom.erp.permissions import RUN_IMPORT
from mom.erp.words import sentence

CHECK = long_work.declare("erp.check_import", task="mom.erp.tasks.check_import", queue="imports")
APPLY = long_work.declare("erp.apply_import", task="mom.erp.tasks.apply_import", queue="imports")
CHECK_HERE = "erp.check_import_here"
"""A check whose file only one process can reach: no worker is rung for it."""

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class NamedMapping:
    """A mapping's text under the name by which people know it."""

    name: str
    text: str

    def checked(self) -> ExecutionMapping:
        """The mapping. Raises: InvalidInput with a sentence for each of its problems."""
        try:
            return mappings.load(self.text)
        except BadMapping as bad:
            raise InvalidInput(
                {"mapping": [sentence(problem) for problem in bad.problems]}, code="bad_mapping"
            ) from None


@dataclass(frozen=True)
class HowToRun:
    """What is to happen after the check: nothing (`is_dry_run`), a person's decision, or the bringing in at once."""

    is_dry_run: bool = False
    waits_for_start: bool = False


def request(
    actor: Actor, site: Site, *, file_name: str, content: bytes, mapping: NamedMapping, how: HowToRun | None = None
) -> ImportRun:
    """Take a file in and have it checked by a worker.

    Raises: NotAllowed; InvalidInput for a mapping that cannot be used or an empty file; TooLarge above 20 MB.
    """
    checked = mapping.checked()
    if not content:
        raise InvalidInput({"file": [_("The file is empty.")]})
    if len(content) > MOST_BYTES:
        limit = {"limit": MOST_BYTES // 1024 // 1024}
        raise TooLarge(
            _("The file is larger than %(limit)s MB. Export a shorter period.") % limit, code="file_too_large"
        )
    with use_case(actor) as act:
        act.require(RUN_IMPORT, site.code)
        return _create(
            act, site, CHECK, file_name, mapping, checked.source, how or HowToRun(), blob=_store(act, content)
        )


def request_here(
    act: UseCase, site: Site, *, file_name: str, mapping: NamedMapping, how: HowToRun | None = None
) -> ImportRun:
    """The same for a file that this process reads itself, of any size. Joins the caller's transaction.

    Raises: NotAllowed, InvalidInput.
    """
    act.require(RUN_IMPORT, site.code)
    return _create(act, site, CHECK_HERE, file_name, mapping, mapping.checked().source, how or HowToRun(), blob=None)


def _create(
    act: UseCase,
    site: Site,
    kind: str,
    file_name: str,
    mapping: NamedMapping,
    source: str,
    how: HowToRun,
    *,
    blob: StoredBlob | None,
) -> ImportRun:
    title = _("Check of %(file)s") % {"file": file_name[:150]}
    run = ImportRun.objects.create(
        site=site,
        check_task=long_work.start(act, kind, site.code, title),
        blob=blob,
        file_name=file_name[:200],
        mapping_name=mapping.name[:200],
        mapping_text=mapping.text,
        mapping_digest=hashlib.sha256(mapping.text.encode()).hexdigest(),
        source=source,
        is_dry_run=how.is_dry_run,
        waits_for_start=how.waits_for_start,
        requested_by=act.actor.label[:200],
        created_at=act.now,
    )
    after = {"file": run.file_name, "mapping": run.mapping_name, "source": source, "dry_run": how.is_dry_run}
    act.record("erp.import_requested", subject=run, site=site.code, after=after)
    return run


def _store(act: UseCase, content: bytes) -> StoredBlob:
    digest = hashlib.sha256(content).hexdigest()
    values = {"size": len(content), "content": content, "created_at": act.now}
    return StoredBlob.objects.get_or_create(sha256=digest, defaults=values)[0]


def locked(pk: int) -> ImportRun:
    """The import, locked for the rest of the transaction. Raises: NotFound.

    Its tasks are read after the lock is held: joined in the same statement they would be those of before the wait.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("site").filter(pk=pk).first()
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def start(actor: Actor, run_id: int) -> ImportRun:
    """Bring a checked file in. Raises: NotAllowed, NotFound; Conflict where it is not waiting for that."""
    with use_case(actor) as act:
        run = locked(run_id)
        act.require(RUN_IMPORT, run.site.code)
        if run.status != ImportStatus.CHECKED:
            state = {"status": run.get_status_display()}
            raise Conflict(_("This import can't be started: it is %(status)s.") % state, code="import_not_checked")
        begin(act, run)
        return run


def begin(act: UseCase, run: ImportRun) -> TaskRun:
    """Queue the bringing in of a locked import whose check is done; the long work. Joins the caller's transaction."""
    title = _("Import of %(file)s") % {"file": run.file_name[:150]}
    run.apply_task = task = long_work.start(act, APPLY, run.site.code, title, total=run.rows_new)
    run.save(update_fields=["apply_task"])
    act.record("erp.import_started", subject=run, site=run.site.code, after={"rows": run.rows_new})
    return task


def cancel(actor: Actor, run_id: int) -> ImportRun:
    """Stop an import after its present piece, or discard one that waits. What is in stays in.

    Raises: NotAllowed, NotFound; Conflict where it has ended already.
    """
    with use_case(actor) as act:
        run = locked(run_id)
        act.require(RUN_IMPORT, run.site.code)
        if run.is_ended:
            raise Conflict(_("This import has ended already; there is nothing to cancel."), code="import_ended")
        if run.status == ImportStatus.CHECKED:
            run.discarded_at = act.now
            run.save(update_fields=["discarded_at"])
            forget_staged(run.pk)
        else:
            long_work.request_cancel(act, run.task.pk)
        act.record("erp.import_cancelled", subject=run, site=run.site.code, after={"rows_in": run.rows_applied})
    return ImportRun.objects.select_related("site", "check_task", "apply_task").get(pk=run_id)


def forget_staged(run_id: int) -> None:
    """Drop the staged rows of an import that has ended or been cancelled."""
    StagedRow.objects.filter(run_id=run_id).delete()


def summary(run: ImportRun) -> dict[str, Any]:
    """The counts of an import, for the result of its long work."""
    names = ("rows_total", "rows_new", "rows_known", "rows_refused", "rows_changed", "rows_applied")
    return {name: getattr(run, name) for name in names}
