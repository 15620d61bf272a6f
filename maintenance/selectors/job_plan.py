"""Job plans and the version that holds."""

from django.db.models import Max, QuerySet

from maintenance import permissions
from maintenance.models import JobPlan, JobPlanVersion
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor


def job_plan_list(actor: Actor, site: Site) -> QuerySet[JobPlan]:
    """The site's job plans, each with the `number` of its version that holds."""
    rows = JobPlan.objects.filter(site=site).select_related("site").annotate(number=Max("versions__number"))
    return for_actor(rows, actor, permissions.VIEW).order_by("code")


def job_plan_get(actor: Actor, site: Site, code: str) -> JobPlan:
    """One of them. Raises: NotFound."""
    found = job_plan_list(actor, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def current_version(job_plan_id: int) -> JobPlanVersion | None:
    """The version that holds, with its job plan. One statement."""
    rows = JobPlanVersion.objects.filter(job_plan=job_plan_id).select_related("job_plan", "site")
    return rows.order_by("-number").first()
