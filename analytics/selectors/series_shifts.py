"""The plant's shifts of a window of days: which shift an instant belongs to."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import ShiftOccurrence, day_interval, local_day
from mom.plant.models import Shift
from mom.plant.selectors.calendar import site_plan

ONE_DAY = timedelta(days=1)
NO_SHIFT = ""


@dataclass(frozen=True)
class Shifts:
    """The shifts around a window by their start, those of the days just before and after too."""

    site: Site
    window: Window
    occurrences: tuple[ShiftOccurrence, ...]

    def of(self, at: datetime) -> tuple[date, str] | None:
        """Day and code of the shift that runs then, the one that began last where two do; None outside of the window.

        Between shifts it is the calendar's day and no code.
        """
        begun = bisect_right(self._starts, at)
        for each in reversed(self.occurrences[max(0, begun - self._at_once) : begun]):
            if each.interval.end is not None and at < each.interval.end:
                return self._inside(each.day, each.code)
        return self._inside(local_day(at, self.site.zone), NO_SHIFT)

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """From the first instant of the days or of their shifts to the last: a night shift ends a day later."""
        first, last = self.window.first, self.window.last
        ours = [each.interval for each in self.occurrences if first <= each.day <= last]
        start, end = day_interval(first, self.site.zone).start, day_interval(last + ONE_DAY, self.site.zone).start
        return (
            min([start, *(each.start for each in ours)]),
            max([end, *(each.end for each in ours if each.end is not None)]),
        )

    @cached_property
    def _starts(self) -> list[datetime]:
        return [each.interval.start for each in self.occurrences]

    @cached_property
    def _at_once(self) -> int:
        """How many may run at an instant: a shift is over before it starts again."""
        return len({each.code for each in self.occurrences})

    def _inside(self, day: date, code: str) -> tuple[date, str] | None:
        return (day, code) if self.window.first <= day <= self.window.last else None


def shifts_of(site: Site, window: Window) -> Shifts:
    """The shifts of the site's own calendar; none where it has no calendar. Four statements at most."""
    start = day_interval(window.first, site.zone).start
    around = Interval(start - ONE_DAY, day_interval(window.last + 2 * ONE_DAY, site.zone).start)
    plan = site_plan(site, around)
    return Shifts(site, window, tuple(plan.shifts(around)) if plan is not None else ())


def shift_names(site: Site) -> dict[str, str]:
    """What the site's shifts are called, by code; of several of one code the first calendar's. One statement."""
    rows = Shift.objects.filter(site=site).order_by("-calendar_id", "-pk").values_list("code", "name")
    return dict(rows)
