"""Stretches of machines whose facts changed, and who says so: the marks that workers take away."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from analytics.models import DirtyStretch
from analytics.selectors.redefined_time import Touched
from mom.accounts.models import Site
from mom.core.bell import ring_after_commit
from mom.core.use_case import UseCase
from mom.floor.models import StateInterval
from mom.plant.models import Equipment
from mom.work.models import QuantityReport

BELL = "analytics.tasks.rebuild_machines"
MOMENT = timedelta(microseconds=1)
RECENT = timedelta(days=31)


def mark_stretch(act: UseCase, site: Site, equipment_id: int, start: datetime, end: datetime) -> None:
    """Say that facts of a machine changed in [start, end): a worker makes its buckets and its running shift again.

    Joins the caller's transaction.
    """
    mark_stretches(act, site, {equipment_id: (start, end)})


def mark_stretches(act: UseCase, site: Site, stretches: Mapping[int, tuple[datetime, datetime]]) -> None:
    """The same for many machines. Joins the caller's transaction."""
    if not stretches:
        return
    DirtyStretch.objects.bulk_create(
        DirtyStretch(site=site, equipment_id=machine, started_at=start, ended_at=max(end, start), marked_at=act.now)
        for machine, (start, end) in sorted(stretches.items())
    )
    ring_after_commit(BELL, queue="kpi")


def mark_machines(act: UseCase, site: Site, machines: Iterable[int], start: datetime, end: datetime) -> None:
    """Work of several machines in one stretch. Joins the caller's transaction.

    Old work of a machine that never had a timeline (a history of reports) makes no figures of machine time.
    """
    wanted = list(machines)
    if end < act.now - RECENT:
        wanted = list(StateInterval.objects.filter(equipment__in=wanted).values_list("equipment", flat=True).distinct())
    mark_stretches(act, site, dict.fromkeys(wanted, (start, max(end, start + MOMENT))))


def mark_report(act: UseCase, site: Site, report_id: int) -> None:
    """A quantity was reported: the shift of its machine in which it was made. Joins the caller's transaction."""
    report = QuantityReport.objects.filter(pk=report_id).values(
        "occurred_at", "job_response__equipment_id", "output__job_order__equipment_id"
    )
    for row in report:
        machine = row["job_response__equipment_id"] or row["output__job_order__equipment_id"]
        if machine is not None:
            mark_machines(act, site, [machine], row["occurred_at"], row["occurred_at"])


_JOB_AT = """
SELECT machine, min(since) FROM (
    SELECT equipment_id AS machine, %(at)s::timestamptz AS since FROM work_joborder WHERE id = %(job)s
    UNION ALL
    SELECT equipment_id, max(coalesce(ended_at, started_at)) FROM work_jobresponse
    WHERE job_order_id = %(job)s AND started_at < %(at)s
      AND coalesce(ended_at, started_at) > %(at)s - interval '14 days'
    GROUP BY equipment_id
) AS places WHERE machine IS NOT NULL GROUP BY machine
"""


def mark_job(act: UseCase, site: Site, job_order_id: int, at: datetime) -> None:
    """A job moved: from its last work on, its machine has an order, or has none. Joins the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_JOB_AT, {"job": job_order_id, "at": at})
        spans = {machine: (min(since, at), at + MOMENT) for machine, since in cursor.fetchall()}
    mark_stretches(act, site, spans)


def mark_touched(act: UseCase, touched: Iterable[Touched]) -> None:
    """Stretches of machines, whatever their site; the same twice is marked once. Joins the caller's transaction."""
    wanted = sorted(set(touched))
    if not wanted:
        return
    sites = dict(Equipment.objects.filter(pk__in={each.equipment_id for each in wanted}).values_list("pk", "site_id"))
    DirtyStretch.objects.bulk_create(
        (
            DirtyStretch(
                site_id=sites[machine], equipment_id=machine, started_at=start, ended_at=end, marked_at=act.now
            )
            for machine, start, end in wanted
        ),
        batch_size=5000,
    )
    ring_after_commit(BELL, queue="kpi")
