"""Work in progress and throughput over time, and the machines that break down most."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from analytics.engine.kpi import ratio
from analytics.models import OrderFlow
from analytics.selectors.slices import FINISHED, By, Only, Slice, Window, slice_list
from mom.accounts.models import Site
from mom.work.engine.terms import WorkRequestStatus

GIVEN_UP = (WorkRequestStatus.ABORTED, WorkRequestStatus.CANCELLED)
IS_FINISHED = Q(work_request__status__in=FINISHED)


@dataclass(frozen=True)
class WorkInProgress:
    """Orders begun by the end of a day and not finished by then; and how many finished on it."""

    day: date
    in_work: int
    finished: int


def work_in_progress(site: Site, window: Window) -> list[WorkInProgress]:
    """One row per day of `window`, in order. Three statements, whatever the number of orders.

    An order is in work from the day of its first report until, and not including, the day of its last one, if it is
    finished or was given up; else until today. Given up is not finished.
    """
    flows = OrderFlow.objects.filter(site=site).order_by()
    ended = Q(work_request__status__in=(*FINISHED, *GIVEN_UP))
    begun_before = flows.filter(first_day__lt=window.first)
    in_work = begun_before.exclude(ended & Q(last_day__lt=window.first)).count()
    within = (window.first, window.last)
    begun = dict(flows.filter(first_day__range=within).values_list("first_day").annotate(Count("pk")))
    ends = flows.filter(ended, last_day__range=within).values_list("last_day")
    counted = ends.annotate(gone=Count("pk"), done=Count("pk", filter=IS_FINISHED))
    left = {last: (gone, done) for last, gone, done in counted}
    rows = []
    day = window.first
    while day <= window.last:
        gone, finished = left.get(day, (0, 0))
        in_work += begun.get(day, 0) - gone
        rows.append(WorkInProgress(day, in_work, finished))
        day += timedelta(days=1)
    return rows


@dataclass(frozen=True)
class ParetoRow:
    """One bar: its slice, its share of the whole and the share of all bars up to it, as fractions of one."""

    slice: Slice
    breakdown: timedelta
    count: int
    share: Decimal
    cumulative: Decimal


def breakdown_pareto(site: Site, window: Window, only: Only | None = None) -> list[ParetoRow]:
    """Machines by breakdown time, most first, those without left out. Two statements."""
    slices = [each for each in slice_list(site, window, By.MACHINE, only) if each.parts.times.breakdown]
    slices.sort(key=lambda each: (-each.parts.times.breakdown, each.key))
    whole = sum((each.parts.times.breakdown for each in slices), timedelta(0))
    rows, so_far = [], timedelta(0)
    for each in slices:
        spent = each.parts.times.breakdown
        so_far += spent
        share, cumulative = ratio(spent, whole), ratio(so_far, whole)
        rows.append(ParetoRow(each, spent, each.parts.counts.breakdown, share or Decimal(0), cumulative or Decimal(0)))
    return rows
