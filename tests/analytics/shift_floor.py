"""A small plant with shifts, machines and what their buckets say, worked by hand."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from analytics.models import DayBucket, HourBucket, LossBucket, LossDay, ShiftBucket
from mom.accounts.models import Site
from mom.core.testing import acting
from mom.floor.models import Stop
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment, MaterialDefinition, Reason, Shift, WorkCalendar
from tests.factories.plant import make_equipment, make_material, make_reason

DAY = date(2026, 4, 16)
MINUTE = 60_000_000
HOURS = {"early": (6, 14), "late": (14, 22), "night": (22, 6)}


@dataclass(frozen=True)
class Floor:
    """The plant: an area with two machines and another with one; three shifts a day."""

    site: Site
    calendar: WorkCalendar
    area: Equipment
    machines: tuple[Equipment, ...]
    part: MaterialDefinition
    reason: Reason

    @classmethod
    def make(cls, site: Site) -> "Floor":
        """Build it."""
        with acting():
            calendar = WorkCalendar.objects.create(site=site, code="3S")
            for code, (start, end) in HOURS.items():
                Shift.objects.create(
                    site=site, calendar=calendar, code=code, name=f"{code.title()} shift", starts_at=time(start),
                    ends_at=time(end), weekdays=[1, 2, 3, 4, 5, 6, 7],
                )  # fmt: skip
        top = make_equipment(site, "PLANT", level=EquipmentLevel.SITE, calendar=calendar)
        area = make_equipment(site, "MACH", name="Machining", level=EquipmentLevel.AREA, parent=top)
        other = make_equipment(site, "ASSY", name="Assembly", level=EquipmentLevel.AREA, parent=top)
        machines = (
            make_equipment(site, "CNC-01", parent=area),
            make_equipment(site, "CNC-02", parent=area),
            make_equipment(site, "ASM-01", parent=other),
        )
        return cls(
            site, calendar, area, machines, make_material(site, "P-1"), make_reason(site, "COOL", name="Coolant")
        )

    def start(self, shift: str, day: date = DAY) -> datetime:
        """The first instant of a shift."""
        return datetime.combine(day, time(HOURS[shift][0]), self.site.zone)

    def shift(self, machine: Equipment, shift: str = "early", day: date = DAY, **parts: Any) -> ShiftBucket:
        """What a machine's shift adds up to; times in minutes."""
        start = self.start(shift, day)
        times = {name: value * MINUTE for name, value in parts.items() if name in TIMES}
        amounts = {name: value for name, value in parts.items() if name not in TIMES}
        with acting():
            made = ShiftBucket.objects.create(
                site=self.site, equipment=machine, day=day, shift=shift, started_at=start,
                ended_at=start + timedelta(hours=8), definition=self.part, unit="C62", **times, **amounts,
            )  # fmt: skip
            whole, _new = DayBucket.objects.get_or_create(site=self.site, equipment=machine, day=day)
            DayBucket.objects.filter(pk=whole.pk).update(
                **{name: F(name) + value for name, value in {**times, **amounts}.items()}
            )
        return made

    def hour(self, machine: Equipment, number: int, *, good: int, scrap: int = 0, shift: str = "early") -> HourBucket:
        """Pieces of the hour with that number of the shift."""
        with acting():
            return HourBucket.objects.create(
                site=self.site, equipment=machine, day=DAY, shift=shift, definition=self.part, unit="C62",
                hour=self.start(shift) + timedelta(hours=number), started_at=self.start(shift), good=good, scrap=scrap,
            )  # fmt: skip

    def lost(
        self, machine: Equipment, minutes: int, *, count: int = 1, reason: Reason | None = None, number: int = 0,
        loss_class: str = "breakdown",
    ) -> LossBucket:  # fmt: skip
        """Stopped time of an hour of the early shift; without a reason it is uncoded."""
        lost: dict[str, Any] = {
            "site": self.site, "equipment": machine, "day": DAY, "state": "down", "time_class": "down",
            "loss_class": loss_class, "reason": reason, "duration": minutes * MINUTE, "stop_count": count,
        }  # fmt: skip
        with acting():
            LossDay.objects.create(**lost)
            start = self.start("early")
            return LossBucket.objects.create(
                **lost, shift="early", definition=self.part, hour=start + timedelta(hours=number), started_at=start
            )

    def stop(self, machine: Equipment, minute: int, length: int, **fields: Any) -> Stop:
        """A stop of the early shift."""
        start = self.start("early") + timedelta(minutes=minute)
        with acting():
            return Stop.objects.create(
                site=self.site, equipment=machine, started_at=start, ended_at=start + timedelta(minutes=length),
                state="down", **fields,
            )  # fmt: skip


TIMES = frozenset(
    {"production", "setup", "delay", "down", "planned_maintenance", "planned_stop", "off_shift", "unknown",
     "minor_stop", "unplanned", "uncoded", "breakdown", "ideal", "ideal_good"}
)  # fmt: skip


def vorne(scale: Decimal = Decimal(1)) -> dict[str, Any]:
    """Vorne's published shift: 480 min, 60 of breaks, 47 down, 19,271 made, 423 rejected at 60 a minute: 74.79 %."""
    total, rejects = 19_271 * scale, 423 * scale
    return {
        "production": 373, "down": 47, "breakdown": 47, "planned_stop": 60, "failure_count": 1, "stop_count": 1,
        "good": total - rejects, "scrap": rejects, "ideal": total / 60, "ideal_good": (total - rejects) / 60,
    }  # fmt: skip
