"""Small live parts in the head of every page: registered by address, fetched by the page itself after it has loaded.

    topbar.register("work:alert_bell", permissions.VIEW)      # in `AppConfig.ready()`

The address answers with one element whose id is the name of the address, written `alert-bell`. A page pays no statement
for it.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Part:
    """A part as the head draws its place: where it is fetched, the id that it fills, what it waits for."""

    url: str
    id: str
    topics: str


_parts: dict[str, tuple[str, str]] = {}


def register(url_name: str, permission: str, *, topics: str = "alert") -> None:
    """Add a part; registering the same address again replaces it."""
    _parts[url_name] = (permission, topics)


def parts(actor: Any, site_code: str) -> list[Part]:
    """The parts that this actor may see at the site."""
    found = []
    for url_name, (permission, topics) in _parts.items():
        if not actor.may(permission, site_code):
            continue
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue  # the app is installed and its addresses are not mounted
        found.append(Part(url, url_name.partition(":")[2].replace("_", "-"), topics))
    return found
