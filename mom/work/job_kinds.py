"""Job kinds: what each operations type does when a job starts, reports, finishes, or is asked for by another domain."""

from collections.abc import Mapping
from typing import Any, Protocol

from mom.core.use_case import UseCase
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder, QuantityReport


class JobKind(Protocol):
    """A domain's part in the life of a job. Every method joins the caller's transaction."""

    def started(self, act: UseCase, job_order: JobOrder) -> None:
        """After the job went to running."""

    def reported(self, act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
        """After quantities were added to the ledger; the place for backflush."""

    def finished(self, act: UseCase, job_order: JobOrder) -> None:
        """After the job went to completed."""

    def request(self, act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
        """Make a job that another domain asks for (rework, repair, count)."""


_kinds: dict[OperationsType, JobKind] = {}


def register_job_kind(operations_type: OperationsType, kind: JobKind) -> None:
    """Say who is in charge of an operations type, from an app's `ready()`. Raises: ValueError for a second one."""
    if operations_type in _kinds:
        raise ValueError(f"{operations_type} jobs have a kind already.")
    _kinds[operations_type] = kind


def job_kind(operations_type: str) -> JobKind | None:
    """The kind in charge, or None where no app has registered one."""
    return _kinds.get(OperationsType(operations_type))
