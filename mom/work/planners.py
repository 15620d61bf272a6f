"""Planners: who gives the jobs of an order their planned times when it is released, one per operations type."""

from collections.abc import Callable, Sequence

from mom.core.use_case import UseCase
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder, WorkRequest

Planner = Callable[[UseCase, WorkRequest, Sequence[JobOrder]], None]
"""Called with the order and all its jobs, locked, after they were released. Joins the caller's transaction."""

_planners: dict[OperationsType, Planner] = {}


def register_planner(operations_type: OperationsType, planner: Planner) -> None:
    """Say who plans the jobs of an operations type, from `ready()`. Raises: ValueError for a second one."""
    if operations_type in _planners:
        raise ValueError(f"{operations_type} jobs have a planner already.")
    _planners[operations_type] = planner


def plan_released(act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder]) -> None:
    """Let the planner in charge give planned times; without one there are none."""
    planner = _planners.get(OperationsType(order.operations_type))
    if planner is not None:
        planner(act, order, jobs)
