"""What is left where a process died: staged rows that nobody will bring in, checks that only that process could do."""

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.db.locks import Lock, try_advisory_lock
from mom.core.engine.task_run import ENDED, TaskRunStatus
from mom.core.models import TaskRun
from mom.erp.models import ImportRun
from mom.erp.services.import_run import CHECK_HERE, forget_staged


def sweep() -> int:
    """End orphaned checks and drop staged rows of imports that are over; how many imports were cleared."""
    with transaction.atomic():
        if not try_advisory_lock(Lock.IMPORT):
            return 0
        is_held = Q(lease_until__gte=clock.now())
        orphans = TaskRun.objects.filter(~is_held, kind=CHECK_HERE).exclude(status__in=sorted(ENDED))
        orphans.update(
            status=TaskRunStatus.FAILED.value,
            finished_at=clock.now(),
            lease_until=None,
            error=_("The command that read the file was stopped. Nothing took effect; run it again."),
        )
        over = [run for run in _with_staged_rows() if run.is_ended]
        for run in over:
            forget_staged(run.pk)
    return len(over)


def _with_staged_rows() -> list[ImportRun]:
    """The imports that have staged rows, found by one step of the index each."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH RECURSIVE runs(id) AS (
                (SELECT run_id FROM erp_stagedrow ORDER BY run_id LIMIT 1)
                UNION ALL
                SELECT (SELECT run_id FROM erp_stagedrow WHERE run_id > runs.id ORDER BY run_id LIMIT 1)
                FROM runs WHERE runs.id IS NOT NULL)
            SELECT id FROM runs WHERE id IS NOT NULL
        """)
        ids = [row[0] for row in cursor.fetchall()]
    return list(ImportRun.objects.select_related("check_task", "apply_task").filter(pk__in=ids))
