"""From the codes in a body to the rows they name; every wrong one is told at its field."""

from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from maintenance.models import JobPlan, JobPlanVersion
from maintenance.selectors.job_plan import current_version
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput

M = TypeVar("M", bound=Model)


def site_named(actor: Actor, code: str, permission: str) -> Site:
    """A site at which the asker has the right. Raises: InvalidInput at `site`."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None or not actor.may(permission, site.code):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    return site


def named(model: type[M], site_id: int, code: str, field: str) -> M:
    """The row of that code at the site, with its site. Raises: InvalidInput at `field`."""
    rows = model._default_manager.filter(site_id=site_id, code=code).select_related("site")
    row = rows.order_by("pk").first()
    if row is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return row


def version_named(site_id: int, code: str) -> JobPlanVersion | None:
    """The version that holds of a job plan; none for no code. Raises: InvalidInput at `job_plan`."""
    return current_version(named(JobPlan, site_id, code, "job_plan").pk) if code else None
