"""A site by the code that a body or an address names."""

from mom.accounts.models import Site
from mom.core.db.prepared import Prepared

_ACTIVE = Prepared(lambda code: Site.objects.filter(code=code, is_active=True).order_by("pk"))


def active_site(code: str) -> Site | None:
    """The site of that code, where it works."""
    return _ACTIVE.first(code=code)
