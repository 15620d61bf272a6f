"""What a wall shows of its area: machines now, the shift so far, open calls by impact, the job that is behind most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.oee import oee_iso
from analytics.permissions import VIEW as VIEW_FIGURES
from analytics.selectors.live import LiveMachine, live_machines
from analytics.selectors.targets import targets_at
from mom.accounts.models import Device, Site
from mom.core.actor import Actor
from mom.floor.models.labels import MACHINE_STATE
from mom.floor.permissions import VIEW as VIEW_FLOOR
from mom.plant.engine.calendar import ShiftOccurrence
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment
from mom.plant.models.labels import TIME_CLASS
from mom.plant.permissions import VIEW as VIEW_PLANT
from mom.plant.selectors.calendar import current_shift
from mom.plant.selectors.equipment import equipment_get, within
from mom.terminal.engine.wall import Look, columns, look, packed
from mom.terminal.selectors import station
from mom.work.engine.alert import is_muted
from mom.work.models import Alert
from mom.work.permissions import VIEW as VIEW_WORK
from mom.work.selectors.alert import AlertView, alert_views, open_alerts

MOST_MACHINES = 60
MOST_CALLS = 12
RIGHTS = frozenset({VIEW_PLANT, VIEW_WORK, VIEW_FLOOR, VIEW_FIGURES})
TARGETED = ("oee_index", "quality_ratio")
BEHIND = Decimal("0.05")  # of what is expected: less than that is no news


def viewer_of(device: Device) -> Actor:
    """The wall as a reader: it sees machines, jobs, states and figures of its site, and writes nothing."""
    reader = station.viewer_of(device)
    return Actor(kind=reader.kind, id=reader.id, label=reader.label, permissions={device.site.code: RIGHTS})


def may_look(actor: Actor, site: Site) -> bool:
    """Whether a person who is signed in may look at walls."""
    return all(actor.may(right, site.code) for right in RIGHTS)


def area_of_wall(viewer: Actor, site: Site, code: str) -> Equipment:
    """The area of a wall. Raises: NotFound."""
    return equipment_get(viewer, site, code)


@dataclass(frozen=True)
class Cell:
    """One machine as the wall draws it."""

    machine: LiveMachine
    look: Look
    word: str | Promise

    @property
    def is_abnormal(self) -> bool:
        """It stands against the plan: filled, with a timer."""
        return self.look in {Look.DOWN, Look.IDLE}

    @property
    def since(self) -> int | None:
        """Since when, as a timer counts."""
        at = self.machine.state_since
        return int(at.timestamp()) if at is not None else None

    @property
    def is_behind(self) -> bool:
        """Clearly behind what should be good by now."""
        ahead, expected = self.machine.ahead, self.machine.expected
        return ahead is not None and expected is not None and -ahead > expected * BEHIND


@dataclass(frozen=True)
class Group:
    """The cells of one area, line or cell."""

    name: str
    cells: tuple[Cell, ...]
    columns: int


@dataclass(frozen=True)
class Wall:
    """Everything that one look shows."""

    area: Equipment
    shift: ShiftOccurrence | None
    rows: tuple[tuple[Group, ...], ...]
    calls: tuple[AlertView, ...]
    call_count: int
    oee: Decimal | None
    oee_target: Decimal | None
    quality: Decimal | None
    quality_target: Decimal | None
    down: int | None
    """Microseconds of breakdowns and waiting in this shift, minor stops left out."""
    behind: LiveMachine | None
    machine_count: int

    @property
    def down_time(self) -> timedelta | None:
        """The same as a length of time."""
        return timedelta(microseconds=self.down) if self.down is not None else None

    @property
    def lacking(self) -> Decimal:
        """How many pieces the job shown lacks."""
        ahead = self.behind.ahead if self.behind is not None else None
        return max(Decimal(0), -(ahead or Decimal(0)))

    @property
    def is_behind(self) -> bool:
        """Whether that is clearly behind."""
        expected = self.behind.expected if self.behind is not None else None
        return bool(expected) and self.lacking > (expected or Decimal(0)) * BEHIND


def wall(viewer: Actor, site: Site, area: Equipment, now: datetime) -> Wall:
    """The area as it stands now. Statements do not depend on how many machines and calls there are."""
    rows = Equipment.objects.filter(within(area), site=site, level__in=WORK_UNIT_LEVELS, is_active=True)
    parents = dict(rows.values_list("pk", "parent__name"))
    codes = dict(rows.values_list("pk", "parent__code")) if any(not name for name in parents.values()) else {}
    machines = [each for each in live_machines(site, now) if each.equipment_id in parents][:MOST_MACHINES]
    groups = _groups(machines, {pk: name or codes.get(pk) or "" for pk, name in parents.items()})
    calls = _calls(viewer, site, area, set(parents), now)
    shown = [each.totals for each in machines if each.day is not None]
    whole = total(shown)
    targets = targets_at(site, now, TARGETED) if shown else None
    oee = oee_iso(whole)
    return Wall(
        area=area,
        shift=current_shift(site, now),
        rows=tuple(tuple(groups[number] for number in row) for row in packed([len(each.cells) for each in groups])),
        calls=tuple(calls[:MOST_CALLS]),
        call_count=len(calls),
        oee=oee.value,
        oee_target=_target(targets, "oee_index", area),
        quality=oee.quality.value,
        quality_target=_target(targets, "quality_ratio", area),
        down=_stood(whole) if shown else None,
        behind=_most_behind(machines),
        machine_count=len(machines),
    )


def _target(targets: Any, kpi: str, area: Equipment) -> Decimal | None:
    found = targets.of(kpi, area.pk) if targets is not None else None
    return found.value if found is not None else None


def _stood(totals: MachineTotals) -> int:
    return totals.down + totals.delay - totals.minor_stop


def _groups(machines: Sequence[LiveMachine], names: dict[int, str]) -> list[Group]:
    """Machines by what they stand in, in the order of the plant."""
    found: defaultdict[int | None, list[Cell]] = defaultdict(list)
    for machine in machines:
        found[machine.parent_id].append(_cell(machine))
    return [
        Group(names[cells[0].machine.equipment_id], tuple(cells), columns(len(cells), len(machines)))
        for cells in found.values()
    ]


def _cell(machine: LiveMachine) -> Cell:
    drawn = look(machine.state, machine.time_class)
    if drawn == Look.PLAN and machine.state == Look.IDLE:
        return Cell(machine, drawn, TIME_CLASS.label(machine.time_class))
    return Cell(machine, drawn, MACHINE_STATE.label(machine.state))


def _calls(viewer: Actor, site: Site, area: Equipment, machines: set[int], now: datetime) -> list[AlertView]:
    """What is open in the area, the biggest impact first; what is muted is silent here too."""
    here = machines | {area.pk}

    def is_here(alert: Alert) -> bool:
        place = alert.equipment_id is None or alert.equipment_id in here
        return place and not is_muted(alert.muted_until, now)

    return alert_views(viewer, site, [alert for alert in open_alerts(site, now) if is_here(alert)], now)


def _most_behind(machines: Sequence[LiveMachine]) -> LiveMachine | None:
    """The job that lacks most of what it should have by now; the first one that runs where none is behind."""
    known = [each for each in machines if each.job and each.ahead is not None and each.expected]
    return min(known, key=lambda each: (each.ahead or Decimal(0)) / (each.expected or Decimal(1)), default=None)
