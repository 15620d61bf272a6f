"""Why a figure is what it is: the stretches, pieces and orders it is made of, beside the figure that pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max

from analytics.engine.kpi import Kpi, KpiValue
from analytics.engine.kpi_evidence import Machines
from analytics.engine.kpi_why import Explained, explain
from analytics.engine.machine_facts import Made, ShiftFacts
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.machine_stretch import microseconds
from analytics.models import LiveShift
from analytics.selectors.facts import Asked, Calendar, facts_of
from analytics.selectors.machine_parts import Only, parts_total
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.engine.calendar import instant, local_day
from mom.plant.models import Equipment, Reason
from mom.work.models import JobOrder

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class Why:
    """A figure of one machine with everything that makes it. `figure`: what buckets say; `value`: what the rows do.

    They differ only while facts wait to be computed. `units`: of the pieces.
    """

    kpi: Kpi
    machine: Equipment
    window: Window
    shift: str
    explained: Explained
    totals: MachineTotals
    value: KpiValue
    figure: KpiValue
    reasons: dict[int, str]
    jobs: dict[int, str]
    units: frozenset[str]

    @property
    def is_current(self) -> bool:
        """Whether the figure that pages show is what its rows add up to."""
        return self.value == self.figure

    def job_names(self, jobs: Iterable[Made]) -> list[str]:
        """The jobs' numbers."""
        return [self.jobs[made.job_order_id] for made in jobs if made.job_order_id in self.jobs]


def why(
    kpi: Kpi, site: Site, machine: Equipment, window: Window, now: datetime, *, shift: str = "", variant: str = ""
) -> Why:  # fmt: skip
    """What makes the figure of a machine over local days. Statements depend on none of the three."""
    stretches = facts_of(site, *_asked(site, machine, window, shift, now))
    explained = explain(each for each in stretches if _is_known(each))
    totals = explained.totals
    units = frozenset(row.made.unit for row in explained.pieces if row.made.unit)
    bucketed = parts_total(site, window.first, window.last, Only(equipment=machine.pk, shift=shift or None), now=now)
    return Why(
        kpi=kpi,
        machine=machine,
        window=window,
        shift=shift,
        explained=explained,
        totals=totals,
        value=kpi.of(Machines(totals, units), variant),
        figure=kpi.of(Machines(bucketed, units), variant),
        reasons=_reasons(explained),
        jobs=_jobs(explained),
        units=units,
    )


def _asked(site: Site, machine: Equipment, window: Window, shift: str, now: datetime) -> tuple[Calendar, list[Asked]]:
    """The machine's stretches of these days, the running one up to now, none of the future."""
    first = instant(window.first, time(0), site.zone)
    last = instant(window.last + timedelta(days=1), time(0), site.zone)
    calendar = Calendar(site, first, last)
    until = microseconds(now)
    asked = [
        Asked(machine.pk, each, min(each.end, until))
        for each in calendar.stretches(machine.pk)
        if window.first <= each.day <= window.last and each.start < until and (not shift or each.shift == shift)
    ]
    return calendar, asked


def _is_known(facts: ShiftFacts) -> bool:
    """Whether anything is known of a stretch; before a machine's first word there is nothing to make a bucket of."""
    at_work = any(each.start < facts.until for each in facts.spells) or any(
        each.start < facts.until for each in facts.work
    )
    told = [each.at for each in facts.readings] + [each.at for each in facts.reports]
    return at_work or any(facts.holds(at) for at in (*told, *(each.at for each in facts.energies)))


def _reasons(explained: Explained) -> dict[int, str]:
    keys = {row.reason_id for row in explained.times if row.reason_id is not None}
    rows: Any = Reason.objects.filter(pk__in=keys).order_by().values_list("pk", "code", "name")
    return {pk: name or code for pk, code, name in rows} if keys else {}


def _jobs(explained: Explained) -> dict[int, str]:
    every = [made.job_order_id for row in explained.times for made in row.jobs]
    every += [row.made.job_order_id for row in explained.pieces]
    keys = {key for key in every if key is not None}
    return dict(JobOrder.objects.filter(pk__in=keys).order_by().values_list("pk", "code")) if keys else {}


def running_day(site: Site, now: datetime) -> date:
    """The day of the shift that runs: before the morning's first shift the night's, which began yesterday."""
    running = LiveShift.objects.filter(site=site, shift_started_at__lte=now, shift_ended_at__gt=now).exclude(shift="")
    found: date | None = running.aggregate(day=Max("day"))["day"]
    return found or local_day(now, site.zone)
