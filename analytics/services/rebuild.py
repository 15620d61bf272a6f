"""Days are marked when their facts change and made again by workers: twice is once, and any order gives the same."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from analytics import permissions
from analytics.models import DirtyDay, LabourBucket, OrderFlow, WorkBucket
from analytics.services import rebuild_sql
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.locks import Lock, try_advisory_lock
from mom.core.db.transactions import require_transaction
from mom.core.errors import InvalidInput
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.calendar import day_interval

DAYS_PER_PIECE = 31
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""The days that facts may have. Beyond them a day has no midnight that every time zone can name."""


def mark_dirty(act: UseCase, site: Site, days: Iterable[date]) -> None:
    """Say that the facts of these local days changed. Joins the caller's transaction.

    The row of a day that is being made just now is gone from sight but locked: the insert waits for that worker and
    then marks the day anew, so no change is missed.
    """
    marks = [DirtyDay(site=site, day=day, marked_at=act.now) for day in sorted(set(days))]
    DirtyDay.objects.bulk_create(marks, ignore_conflicts=True)


def mark_range(actor: Actor, site: Site, first: date, last: date) -> int:
    """Have every day from `first` to `last` made again; gives how many. Raises: NotAllowed, InvalidInput."""
    refuse_strange(first, last)
    with use_case(actor) as act:
        act.require(permissions.RECOMPUTE, site.code)
        days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
        mark_dirty(act, site, days)
        act.record("analytics.days_marked", subject=site, site=site.code, after={"first": first, "last": last})
        return len(days)


def refuse_strange(first: date, last: date) -> None:
    """Raises: InvalidInput for days the wrong way round, or beyond those that facts may have."""
    if last < first:
        raise InvalidInput({"last": [_("The last day is before the first.")]})
    wrong = {
        name: [_("Give a year from 1970 to 2199.")] for name, day in (("first", first), ("last", last)) if _out(day)
    }
    if wrong:
        raise InvalidInput(wrong)


def _out(day: date) -> bool:
    return not EARLIEST <= day <= LATEST


def rebuild_next(actor: Actor) -> int:
    """Take up to a month of one site's dirty days and make them; gives how many, 0 where nothing waits.

    Days of a site are made one worker at a time (the lock), so that an order that spans several of them is summed
    from facts that both see.
    """
    with use_case(actor):
        waiting = DirtyDay.objects.order_by("site_id", "day").values_list("site_id", flat=True).first()
        if waiting is None:
            return 0
        site = Site.objects.get(pk=waiting)
        if not try_advisory_lock(Lock.KPI_REBUILD, site.pk):
            return 0  # another worker is at this site and takes what waits
        rows = DirtyDay.objects.select_for_update(skip_locked=True).filter(site=site).order_by("day")
        taken = list(rows[:DAYS_PER_PIECE])
        DirtyDay.objects.filter(pk__in=[row.pk for row in taken]).delete()
        if taken:
            rebuild_days(site, [row.day for row in taken])
            tell(site.code, "figures", "site")  # open pages fetch what changed once this has committed
        return len(taken)


def rebuild_days(site: Site, days: list[date]) -> None:
    """Make the buckets of these days, and the flows of every order they touch. Joins the caller's transaction."""
    require_transaction()
    touched = _orders_in(site, days)
    for model in (WorkBucket, LabourBucket):
        model.objects.filter(site=site, day__in=days).delete()
    bounds = [day_interval(day, site.zone) for day in days]
    values: dict[str, Any] = {
        "site": site.pk,
        "days": days,
        "starts": [bound.start for bound in bounds],
        "stops": [bound.end for bound in bounds],
    }
    with connection.cursor() as cursor:
        cursor.execute(rebuild_sql.WORK_BUCKETS, values)
        cursor.execute(rebuild_sql.LABOUR_BUCKETS, values)
        cursor.execute(rebuild_sql.ORDERS_BEGUN_ON, values)  # work that still goes on is in no bucket yet
        begun = {order for (order,) in cursor.fetchall()}
    _rebuild_flows(site, touched | begun | _orders_in(site, days))


def _orders_in(site: Site, days: list[date]) -> set[int]:
    found = WorkBucket.objects.filter(site=site, day__in=days, work_request__isnull=False)
    return set(found.values_list("work_request_id", flat=True).distinct())


def _rebuild_flows(site: Site, orders: set[int]) -> None:
    if not orders:
        return
    OrderFlow.objects.filter(work_request_id__in=orders).delete()
    with connection.cursor() as cursor:
        cursor.execute(rebuild_sql.ORDER_FLOWS, {"site": site.pk, "zone": site.time_zone, "orders": sorted(orders)})
