"""What jobs add to the pages of machines: a column with the jobs in work, a card with what runs and what is next."""

from datetime import timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from mom.core import clock
from mom.core.files import subjects
from mom.core.web.tables import Column
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment
from mom.plant.panels import Panel, register_column, register_panel
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder, JobResponse
from mom.work.selectors.job_order import job_views, jobs_at, real_responses
from mom.work.selectors.stops import stop_sums

MOST_CODES = 2
STOP_DAYS = timedelta(days=6)
MOST_JOBS = 8
"""So many jobs stand on a machine's card; its queue has a page of its own later."""


def with_jobs(rows: QuerySet[Equipment]) -> QuerySet[Equipment]:
    """Machines with the jobs that are begun on them. Two sub-selects, no statement more."""
    begun = JobOrder.objects.filter(equipment=OuterRef("pk"), status__in=BEGUN_JOB_ORDER_STATUSES)
    grouped = begun.order_by().values("equipment")
    codes = grouped.annotate(found=ArrayAgg("code", order_by=["code"])).values("found")
    return rows.annotate(
        job_codes=Subquery(codes),
        job_count=Coalesce(Subquery(grouped.annotate(found=Count("id")).values("found")), 0),
    )


def codes_shown(machine: Any) -> str:
    """The numbers of the first jobs, and how many more there are."""
    codes = machine.job_codes or []
    more = len(codes) - MOST_CODES
    return ", ".join(codes[:MOST_CODES]) + (f" +{more}" if more > 0 else "")


def job_address(machine: Any) -> str | None:
    """The page of the one job that is in work; where there are more, the machine's page leads to each."""
    codes = machine.job_codes or []
    return reverse("work:job_detail", args=codes) if len(codes) == 1 else None


def jobs_of_machine(request: HttpRequest, machine: Equipment) -> Panel | None:
    """What runs here and what is next. None for an equipment that has no work of its own."""
    jobs = jobs_at(request.actor, machine)[: MOST_JOBS + 1]  # type: ignore[attr-defined]
    views = job_views(request.actor, list(jobs), clock.now())  # type: ignore[attr-defined]
    if not views and machine.children.exists():
        return None
    return Panel("work/panels/jobs.html", {"rows": views[:MOST_JOBS], "has_more": len(views) > MOST_JOBS}, is_wide=True)


def register_subjects() -> None:
    """Jobs take files and notes; called when the app is ready."""
    find = subjects.by_key(JobOrder, lambda job: reverse("work:job_detail", args=[job.code]))
    subjects.register(subjects.SubjectKind(JobOrder._meta.label_lower, _("Job"), permissions.VIEW, find))


def stops_of_machine(request: HttpRequest, machine: Equipment) -> Panel | None:
    """Stops of the last days by reason, and the ones that wait for a reason. None where it never stood."""
    site: Any = request.site
    now = clock.now()
    today = local_day(now, site.zone)
    sums = stop_sums(site, today - STOP_DAYS, today, now, machine)
    if not sums:
        return None
    open_ones = real_responses(JobResponse.objects.filter(equipment=machine, is_stop=True, reason=None))
    may_explain = request.actor.may(permissions.EXECUTE_JOB_ORDER, site.code)  # type: ignore[attr-defined]
    rows = list(open_ones.order_by("-started_at")[:MOST_JOBS]) if may_explain else []
    return Panel("work/panels/stops.html", {"sums": sums, "unexplained": rows, "days": STOP_DAYS.days + 1})


def log_work_at(_request: HttpRequest, machine: Equipment) -> Panel | None:
    """The way to log work at this machine, for who may."""
    try:
        address = reverse("production:log_work_at", args=[machine.code])
    except NoReverseMatch:
        return None  # the spine stands without the domain's pages too
    if machine.level not in WORK_UNIT_LEVELS:
        return None
    return Panel("work/panels/log_work.html", {"address": address}, is_wide=True)


def register() -> None:
    """Put column and card in their places; called when the app is ready."""
    words = _("Running, suspended or held.")
    column = Column("jobs", _("Jobs in work"), codes_shown, sort="job_count", link=job_address, help=words)
    register_column("equipment", column, permission=permissions.VIEW, annotate=with_jobs, order=10)
    register_panel("equipment", "log_work", order=4, permission=permissions.EXECUTE_JOB_ORDER, render=log_work_at)
    register_panel("equipment", "stops", order=15, permission=permissions.VIEW, render=stops_of_machine)
    register_panel("equipment", "jobs", order=5, permission=permissions.VIEW, render=jobs_of_machine)
