"""An import that one process does from beginning to end while somebody looks on: the command line."""

from functools import partial
from typing import BinaryIO

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.use_case import use_case
from mom.erp.engine.status import ImportStatus
from mom.erp.models import ImportRun
from mom.erp.services import running
from mom.erp.services.import_run import HowToRun, NamedMapping, begin, locked, request_here


def import_here(
    actor: Actor,
    site: Site,
    file: BinaryIO,
    *,
    file_name: str,
    mapping: NamedMapping,
    is_dry_run: bool = False,
    tell: running.Tell = running.tell_nobody,
) -> ImportRun:
    """Check a file and, unless it is only a check, bring it in; the import as it ended. The file may have any size.

    Where this process dies while rows go in, a worker goes on. Raises: NotAllowed, InvalidInput for the mapping.
    """
    with use_case(actor) as act:
        how = HowToRun(is_dry_run=is_dry_run, waits_for_start=True)
        run = request_here(act, site, file_name=file_name, mapping=mapping, how=how)
        held = long_work.claim(run.check_task_id)
    long_work.work(run.check_task_id, partial(running.check, file=file, tell=tell), held=held)
    if _reread(run).status == ImportStatus.CHECKED:
        with use_case(actor) as act:
            run = locked(run.pk)
            task = begin(act, run)
            held = long_work.claim(task.pk)
        long_work.work(task.pk, partial(running.apply, tell=tell), held=held)
    return _reread(run)


def _reread(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_related("site", "check_task", "apply_task").get(pk=run.pk)
