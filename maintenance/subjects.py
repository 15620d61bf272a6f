"""Requests, jobs and plans, made known to the ground: they are numbered, and take files and notes."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from maintenance import permissions
from maintenance.models import MaintenanceJob, MaintenanceRequest
from mom.core import nouns
from mom.core.files import subjects


def request_url(request: Any) -> str:
    """The page of a request."""
    return reverse("maintenance:request_detail", args=[request.code])


def job_url(job: Any) -> str:
    """The page of a maintenance job."""
    return reverse("maintenance:job_detail", args=[job.code])


def register() -> None:
    """Make them known; called when the app is ready."""
    view, change = permissions.VIEW, permissions.EXECUTE_JOB
    nouns.register(
        nouns.Noun(
            "maintenance_request", MaintenanceRequest, _("Maintenance request"), view, change, address=request_url,
            pattern="MR-{yy}{seq:05}",
        )
    )  # fmt: skip
    nouns.register(
        nouns.Noun(
            "maintenance_job", MaintenanceJob, _("Maintenance job"), view, change, address=job_url,
            pattern="MJ-{yy}{seq:05}",
        )
    )  # fmt: skip
    for model, label, address in (
        (MaintenanceRequest, _("Maintenance request"), request_url),
        (MaintenanceJob, _("Maintenance job"), job_url),
    ):
        find = subjects.by_key(model, address)
        subjects.register(subjects.SubjectKind(model._meta.label_lower, label, permissions.VIEW, find))
