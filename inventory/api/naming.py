"""From the codes in a body to the rows they name; every wrong one is told at its field."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from inventory.models import StorageLocation
from mom.accounts.models import Site
from mom.accounts.selectors.site import active_site
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared, one_of
from mom.core.errors import InvalidInput
from mom.work import permissions as work_permissions
from mom.work.models import JobOrder

M = TypeVar("M", bound=Model)


def site_named(actor: Actor, code: str, permission: str) -> Site:
    """A site at which the asker has the right. Raises: InvalidInput at `site`."""
    site = active_site(code)
    if site is None or not actor.may(permission, site.code):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    return site


def site_asked(actor: Actor, code: str, permission: str) -> Site:
    """The same for the parameter of a question. Raises: ValidationError at `site`."""
    try:
        return site_named(actor, code, permission)
    except InvalidInput as wrong:
        raise ValidationError({name: [str(each) for each in said] for name, said in wrong.fields.items()}) from None


_JOB = Prepared(lambda pk: JobOrder.objects.select_related("site").filter(pk=pk).order_by("pk"))


def job_named(actor: Actor, pk: int) -> JobOrder:
    """A job that the asker may see. Raises: InvalidInput at `job_order`."""
    job = _JOB.first(pk=pk)
    if job is None or not actor.may(work_permissions.VIEW, job.site.code):
        raise InvalidInput({"job_order": [_("There is no such job.")]})
    return job


def places_named(site_id: int, codes: Iterable[str], field: str = "place") -> dict[str, StorageLocation]:
    """Places that hold stock, by code. One statement. Raises: InvalidInput at `field`."""
    wanted = set(codes)
    found = {place.equipment.code: place for place in _PLACES.rows(site=site_id, codes=list(wanted))}
    return _none_missing(found, wanted, field)


_PLACES = Prepared(
    lambda site, codes: (
        StorageLocation.objects.filter(site=site, equipment__code__in=one_of(codes, "text"))
        .select_related("site", "equipment")
        .order_by()
    )
)


def by_code(rows: QuerySet[M], path: str, codes: Iterable[str], field: str) -> dict[str, M]:
    """The rows of these codes. One statement. Raises: InvalidInput at `field` for those that are none."""
    wanted = set(codes)
    return _none_missing(
        {_at(row, path): row for row in rows.filter(**{f"{path}__in": wanted}).order_by()}, wanted, field
    )


def _none_missing(found: dict[str, M], wanted: set[str], field: str) -> dict[str, M]:
    missing = sorted(wanted - set(found))
    if missing:
        names = ", ".join(missing[:10])
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": names}]})
    return found


def _at(row: Model, path: str) -> str:
    value: object = row
    for step in path.split("__"):
        value = getattr(value, step)
    return str(value)
