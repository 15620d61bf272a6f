"""A shift of the growing plant: what machines made and lost in it, its stops, and what people wrote beside it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from analytics.models import BoardEntry, HourBucket, LossBucket, ShiftBucket, ShiftNote
from mom.accounts.models import Site
from mom.core.testing import acting
from mom.floor.models import Stop
from tests.accounts.matrix import Route

DAY, SHIFT = date(2026, 4, 13), "N-001"  # a Monday: the shifts of the growing plant are on Mondays
QUERY = f"?day={DAY.isoformat()}&shift={SHIFT}"
LOSSES = f"?first={DAY.isoformat()}&last={DAY.isoformat()}"
MINUTE = 60_000_000


class GrownShift:
    """`grow` adds a machine to the shift, and a second hour, stop, word and note."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.start = datetime.combine(DAY, time(6), site.zone)

    def grow(self, machine: Any, material: Any, reason: Any) -> None:
        """One machine's part of the shift."""
        of = {"site": self.site, "equipment": machine, "day": DAY, "shift": SHIFT, "definition": material}
        made = {"unit": "C62", "production": 60 * MINUTE, "good": 60, "ideal": 60 * MINUTE, "ideal_good": 60 * MINUTE}
        end = self.start + timedelta(hours=8)
        with acting():
            ShiftBucket.objects.create(**of, **made, started_at=self.start, ended_at=end)
            HourBucket.objects.create(**of, **made, hour=self.start, started_at=self.start)
            for why in (reason, None):
                LossBucket.objects.create(
                    **of, hour=self.start, started_at=self.start, state="down", time_class="down",
                    loss_class="breakdown", reason=why, duration=9 * MINUTE, stop_count=1,
                )  # fmt: skip
            Stop.objects.create(
                site=self.site, equipment=machine, state="down", started_at=self.start + timedelta(minutes=9),
                ended_at=self.start + timedelta(minutes=18),
            )  # fmt: skip
            written = {"site": self.site, "written_at": end, "written_by": "Erik"}
            self.entry = BoardEntry.objects.create(**written, equipment=machine, hour=self.start, cause="Coolant")
            self.note = ShiftNote.objects.create(**written, day=DAY, shift=SHIFT, text="Watch it")

    def address_of(self, route: Route, machine: Any) -> str | None:
        """The address of what is read of a shift; None for other routes."""
        of_shift = f"{QUERY}&site={self.site.code}"
        if route.path.startswith("/api/v1/analytics/boards/"):
            return route.address(machine.code) + of_shift
        if route.path.startswith("/api/v1/analytics/shift-reports/"):
            return route.path + of_shift
        return None
