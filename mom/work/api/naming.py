"""From the codes in a body to the rows they name, within the job's site; every wrong one is told at its field."""

from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from mom.core.errors import InvalidInput

M = TypeVar("M", bound=Model)


def named(model: type[M], site_id: int, code: str, field: str, **more: Any) -> M:
    """The row of that code at the site. Raises: InvalidInput at `field`."""
    row = model._default_manager.filter(site_id=site_id, code=code, **more).first()
    if row is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return row
