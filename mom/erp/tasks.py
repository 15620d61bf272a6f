"""The import's entry points for workers and beat: thin, may run twice, late or never."""

from celery import shared_task

from mom.core import long_work
from mom.erp.services import running, sweeping, table_import


@shared_task(name="mom.erp.tasks.check_import", max_retries=3)
def check_import(task_run_id: int) -> None:
    """Read and check the stored file of an import."""
    long_work.work(task_run_id, running.check)


@shared_task(name="mom.erp.tasks.apply_import", max_retries=3)
def apply_import(task_run_id: int) -> None:
    """Bring the checked rows of an import in, or go on where a worker stopped."""
    long_work.work(task_run_id, running.apply)


@shared_task(name="mom.erp.tasks.sweep_imports", max_retries=3)
def sweep_imports() -> None:
    """Clear away what ended without its worker: staged rows of imports that are over, checks whose process is gone."""
    sweeping.sweep()


@shared_task(name="mom.erp.tasks.apply_table_import", max_retries=3)
def apply_table_import(task_run_id: int) -> None:
    """Bring a checked list in, or go on where a worker stopped."""
    long_work.work(task_run_id, table_import.apply)
