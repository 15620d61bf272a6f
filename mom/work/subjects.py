"""Orders and jobs, made known to the ground: jobs have properties, both have aliases, orders are numbered."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from mom.core import nouns
from mom.core.properties import registry
from mom.work import permissions
from mom.work.models import JobOrder, WorkRequest


def _order_page(order: Any) -> str:
    """The domain's page of an order; the spine stands without the domain too."""
    try:
        return reverse("production:order_detail", args=[order.code])
    except NoReverseMatch:
        return reverse("web:property_subject", args=["order", order.code])


def _job_page(job: Any) -> str:
    return reverse("work:job_detail", args=[job.code])


def register() -> None:
    """Make orders and jobs known; called when the app is ready."""
    view, plan = permissions.VIEW, permissions.PLAN_WORK_REQUEST
    nouns.register(
        nouns.Noun("order", WorkRequest, _("Order"), view, plan, address=_order_page, pattern="WO-{yy}{seq:05}")
    )
    nouns.register(nouns.Noun("job", JobOrder, _("Job"), view, permissions.DISPATCH_JOB_ORDER, address=_job_page))
    registry.register("job")
