"""What quality adds to other pages: the inspections and nonconformances of a job."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mom.plant.public import Panel, register_panel
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, OperationsType
from quality import permissions
from quality.models import Inspection, Nonconformance
from quality.subjects import nonconformance_url
from quality.views.inspection import inspection_url, status_tag
from quality.views.nonconformance import status_tag as ncr_tag

MOST = 20


def job_panel(request: HttpRequest, job: Any) -> Panel | None:
    """The inspections of a job, newest first; of an inspection's own job the way to its page. Two statements."""
    if job.operations_type == OperationsType.QUALITY:
        own = Inspection.objects.select_related("job_order").filter(pk=job.pk).first()
        return Panel("quality/panels/inspection.html", {"url": inspection_url(own)}) if own else None
    if job.operations_type != OperationsType.PRODUCTION:
        return None
    rows = Inspection.objects.filter(inspected_job=job).select_related("job_order").order_by("-due_at")[:MOST]
    found = [(each, inspection_url(each), status_tag(each)) for each in rows]
    ncrs = Nonconformance.objects.filter(job_order=job).order_by("-found_at")[:MOST]
    may_ask = (
        job.status in BEGUN_JOB_ORDER_STATUSES and request.actor.may(permissions.RECORD_SAMPLE, job.site.code)  # type: ignore[attr-defined]
    )
    shown = {
        "rows": found,
        "ncrs": [(each, nonconformance_url(each), ncr_tag(each)) for each in ncrs],
        "ask_url": reverse("quality:inspection_ask", args=[job.code]) if may_ask else "",
    }
    return Panel("quality/panels/job.html", shown) if found or shown["ncrs"] or may_ask else None


def register() -> None:
    """Called when the app is ready."""
    register_panel("job", "quality", order=20, permission=permissions.VIEW, render=job_panel)
