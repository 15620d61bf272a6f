"""Other ways to fill an empty list, offered by storeys above the page. Registered in `AppConfig.ready()`.

    from mom.core.web import first_use
    first_use.register("plant:machine_list", "erp.run_import", _("Bring in a list"), lambda: reverse("erp:table_add"))

The page's own act stays the first; a way shows to those who hold its permission.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from mom.core.web.views import Action


@dataclass(frozen=True)
class Way:
    """One way: who may go it, what its button says and where it leads."""

    permission: str
    label: str | Promise
    address: Callable[[], str]


_ways: dict[tuple[str, str], Way] = {}


def register(page: str, permission: str, label: str | Promise, address: Callable[[], str]) -> None:
    """Add a way to the page with that address name; the same permission at the same page replaces it."""
    _ways[page, permission] = Way(permission, label, address)


def ways(page: str, may: Callable[[str], bool]) -> list[Action]:
    """The buttons that an empty page shows to somebody who may do what `may` says."""
    found = (way for (name, _permission), way in sorted(_ways.items(), key=lambda each: each[0]) if name == page)
    return [Action(way.label, way.address()) for way in found if may(way.permission)]
