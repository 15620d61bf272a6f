"""Words of closed vocabularies in bodies, and the site that a body names."""

from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.errors import InvalidInput
from mom.floor.permissions import VIEW

E = TypeVar("E", bound=StrEnum)
M = TypeVar("M", bound=Model)


def chosen(enum: type[E], value: str, field: str) -> E:
    """The member of that value. Raises: InvalidInput at `field`."""
    try:
        return enum(value)
    except ValueError:
        words = ", ".join(member.value for member in enum)
        raise InvalidInput({field: [_("One of: %(words)s.") % {"words": words}]}) from None


def site_named(actor: Any, code: str) -> Site:
    """The site of that code that the actor may see. Raises: InvalidInput."""
    site = Site.objects.filter(code=code).first()
    if site is None or not actor.may(VIEW, site.code):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    return site


def named(model: type[M], site_id: int, code: str, field: str, **more: Any) -> M:
    """The row of that code at the site. Raises: InvalidInput at `field`."""
    row = model._default_manager.filter(site_id=site_id, code=code, **more).first()
    if row is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return row
