"""Where an import stands, as it follows from its two pieces of long work: the check and the bringing in."""

from enum import StrEnum

from mom.core.engine.task_run import TaskRunStatus


class ImportStatus(StrEnum):
    """What people see of an import."""

    CHECKING = "checking"  # the file is being read; nothing has taken effect
    CHECKED = "checked"  # every row is read; a person decides
    RUNNING = "running"  # rows are going in, piece by piece
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # what went in before stays in
    FAILED = "failed"


def import_status(check: str, apply: str | None, *, is_dry_run: bool, is_discarded: bool) -> ImportStatus:
    """The status, from the states of the check and, once it was started, of the bringing in."""
    if is_discarded:
        return ImportStatus.CANCELLED
    ended = {TaskRunStatus.FAILED: ImportStatus.FAILED, TaskRunStatus.CANCELLED: ImportStatus.CANCELLED}
    if apply is not None:
        if apply == TaskRunStatus.SUCCEEDED:
            return ImportStatus.COMPLETED
        return ended.get(TaskRunStatus(apply), ImportStatus.RUNNING)
    if check == TaskRunStatus.SUCCEEDED:
        return ImportStatus.COMPLETED if is_dry_run else ImportStatus.CHECKED
    return ended.get(TaskRunStatus(check), ImportStatus.CHECKING)
