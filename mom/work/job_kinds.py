"""Job kinds: what each operations type does when a job starts, reports, finishes, or is asked for by another domain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mom.core.use_case import UseCase
from mom.work.engine.terms import JobOrderCommand, OperationsType
from mom.work.models import JobOrder, JobRequirement, JobResponse, QuantityReport


class JobKind(Protocol):
    """A domain's part in the life of a job. Every method joins the caller's transaction.

    What the job made was read before `started` and `finished`: they report nothing on it.
    """

    def started(self, act: UseCase, job_order: JobOrder, at: datetime) -> None:
        """After the job went to running; it began `at`, told later perhaps."""

    def start_undone(self, act: UseCase, job_order: JobOrder) -> None:
        """Before the job goes back from running, its start a mistake. Raises: Conflict where what followed stays."""

    def reported(self, act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
        """After quantities were added to the ledger; the place for backflush."""

    def finished(self, act: UseCase, job_order: JobOrder) -> None:
        """After the job went to completed."""

    def request(self, act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
        """Make a job that another domain asks for (rework, repair, count)."""


ReportStep = Callable[[UseCase, JobOrder, list[QuantityReport]], None]
"""What follows from reports of any domain's job, in their transaction: backflush. Reversals come as reports too."""


@dataclass(frozen=True)
class PartedJob:
    """A locked job and the new job that took a part of it, with the lines of which the job now needs or makes less.

    Each line comes as what stays with the job and what went to the part, with the quantities that they have now.
    """

    job: JobOrder
    part: JobOrder
    lines: Sequence[tuple[JobRequirement, JobRequirement]]


PartStep = Callable[[UseCase, PartedJob], None]
"""What goes along when a part of a job becomes a job of its own, in that transaction: what is reserved for it."""

WithdrawalStep = Callable[[UseCase, JobResponse, JobOrderCommand], None]
"""What is withdrawn with a stretch of work whose start or resume is undone, in that transaction; of any domain's job.

Raises Conflict where something followed from the stretch that can't be taken back.
"""

_steps: dict[str, ReportStep] = {}
_parts: dict[str, PartStep] = {}
_withdrawals: dict[str, WithdrawalStep] = {}
_kinds: dict[OperationsType, JobKind] = {}


def register_job_kind(operations_type: OperationsType, kind: JobKind) -> None:
    """Say who is in charge of an operations type, from an app's `ready()`. Raises: ValueError for a second one."""
    if operations_type in _kinds:
        raise ValueError(f"{operations_type} jobs have a kind already.")
    _kinds[operations_type] = kind


def register_report_step(name: str, step: ReportStep) -> None:
    """Say what follows from every report, from an app's `ready()`. Raises: ValueError for a name that is taken."""
    if name in _steps:
        raise ValueError(f"A step after reports is called {name} already.")
    _steps[name] = step


def register_part_step(name: str, step: PartStep) -> None:
    """Say what goes along with a part of a job, from an app's `ready()`. Raises: ValueError for a taken name."""
    if name in _parts:
        raise ValueError(f"A step of parted jobs is called {name} already.")
    _parts[name] = step


def register_withdrawal_step(name: str, step: WithdrawalStep) -> None:
    """Say what stands against an undo or goes with it, from an app's `ready()`. Raises: ValueError for a taken name."""
    if name in _withdrawals:
        raise ValueError(f"A step of withdrawals is called {name} already.")
    _withdrawals[name] = step


def follow_withdrawal(act: UseCase, response: JobResponse, asked: JobOrderCommand) -> None:
    """Withdraw what came of a stretch that `asked` (start or resume) began. Joins the transaction. Raises: Conflict."""
    for step in _withdrawals.values():
        step(act, response, asked)


def follow_reports(act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
    """Do what follows from these reports, in the order of registration. Joins the caller's transaction."""
    for step in _steps.values():
        step(act, job_order, reports)


def follow_part(act: UseCase, parted: PartedJob) -> None:
    """Do what goes along with the part, in the order of registration. Joins the caller's transaction."""
    for step in _parts.values():
        step(act, parted)


def job_kind(operations_type: str) -> JobKind | None:
    """The kind in charge, or None where no app has registered one."""
    return _kinds.get(OperationsType(operations_type))
