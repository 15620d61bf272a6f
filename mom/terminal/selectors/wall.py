"""What a wall shows of its area."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from mom.accounts.models import Device
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import equipment_get, within
from mom.terminal.selectors.station import viewer_of
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES
from mom.work.selectors.job_order import JobView, job_order_list, job_views

MOST_MACHINES = 60


@dataclass(frozen=True)
class Cell:
    """A machine and the jobs that are begun on it."""

    machine: Equipment
    jobs: tuple[JobView, ...]

    @property
    def main(self) -> JobView | None:
        """The one that deviates, else the first."""
        bad = [view for view in self.jobs if view.job.status == "held" or view.pace == "bad"]
        return next(iter(bad or self.jobs), None)


def area_of_wall(device: Device) -> Equipment:
    """The area of a wall. Raises: NotFound."""
    return equipment_get(viewer_of(device), device.site, device.station)


def cells(device: Device, area: Equipment, now: datetime) -> list[Cell]:
    """The machines of the area in the plant's order. Statements do not depend on how many."""
    viewer = viewer_of(device)
    machines = Equipment.objects.filter(within(area), site=device.site, level__in=WORK_UNIT_LEVELS, is_active=True)
    shown = list(machines.order_by("parent__position", "parent__code", "position", "code")[:MOST_MACHINES])
    begun = job_order_list(viewer, device.site).filter(equipment__in=shown, status__in=BEGUN_JOB_ORDER_STATUSES)
    views: defaultdict[int | None, list[JobView]] = defaultdict(list)
    for view in job_views(viewer, list(begun.order_by("code")), now):
        views[view.job.equipment_id].append(view)
    return [Cell(machine, tuple(views[machine.pk])) for machine in shown]
