"""Kept views of a list as tabs. Accounts keeps them; it says how when it is ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

SHARE = "accounts.share_view"  # the right to show a view to others; accounts declares it
ASKED = "kept"  # the parameter that names the open view
DENSITIES = ("dense", "roomy")
OWN = frozenset({"q", "view", "sort", "col", "page", "export", "density", ASKED})
"""The parameters of a list besides those of its filters."""


@dataclass(frozen=True)
class KeptView:
    """A view that somebody kept: `query` stands behind the question mark."""

    key: int
    name: str
    query: str
    is_shared: bool
    is_own: bool
    is_default: bool
    may_change: bool

    @property
    def url(self) -> str:
        """The address of the view; its key only says which tab is open."""
        query = QueryDict(self.query, mutable=True)
        query[ASKED] = str(self.key)
        return f"?{query.urlencode()}"


Store = Callable[[Any, Any, str], Iterable[KeptView]]
_store: list[Store] = []


def register_store(store: Store) -> None:
    """Say how views are read: actor, site and the list's name give the person's and the shared ones."""
    _store[:] = [store]


def kept_views(actor: Any, site: Any, page: str) -> list[KeptView]:
    """The views of a list that a person may open."""
    return list(_store[0](actor, site, page)) if _store and page else []


def plain_query(query: QueryDict) -> str:
    """What of an address makes the view: without the page, the export and the tab."""
    kept = query.copy()
    for name in ("page", "export", ASKED):
        kept.pop(name, None)
    return kept.urlencode()


def lost_parts(query: QueryDict, columns: set[str], sortable: set[str], filters: set[str], tabs: set[str]) -> list[str]:
    """What a kept view names that the list has no more: a column, a sort, a filter, a tab."""
    lost = [name for name in query.getlist("col") if name not in columns]
    sort = query.get("sort", "").removeprefix("-")
    lost += [sort] if sort and sort not in sortable else []
    view = str(query.get("view", ""))
    lost += [view] if view and view not in tabs else []
    return lost + [name for name in query if name not in OWN | filters]


def note_of(lost: list[str]) -> str:
    """The sentence about it; "" where the view is whole."""
    if not lost:
        return ""
    names = ", ".join(dict.fromkeys(name[:40] for name in lost))
    return _("This view asks for what the list has no more: %(names)s. The rest of it holds; keep it again.") % {
        "names": names
    }
