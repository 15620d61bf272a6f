"""What jobs add to the pages of machines: a column with the jobs in work, a card with what runs and what is next."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core import clock
from mom.core.files import subjects
from mom.core.web.tables import Column
from mom.plant.models import Equipment
from mom.plant.panels import Panel, register_column, register_panel
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder
from mom.work.selectors.job_order import job_views, jobs_at

MOST_CODES = 2
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
    find = subjects.by_key(JobOrder, lambda job: reverse("work:job_detail", args=[job.code]))  # type: ignore[attr-defined]
    subjects.register(subjects.SubjectKind(JobOrder._meta.label_lower, _("Job"), permissions.VIEW, find))


def register() -> None:
    """Put column and card in their places; called when the app is ready."""
    words = _("Running, suspended or held.")
    column = Column("jobs", _("Jobs in work"), codes_shown, sort="job_count", link=job_address, help=words)
    register_column("equipment", column, permission=permissions.VIEW, annotate=with_jobs, order=10)
    register_panel("equipment", "jobs", order=5, permission=permissions.VIEW, render=jobs_of_machine)
