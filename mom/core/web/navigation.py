"""The main navigation: every app registers its pages in `AppConfig.ready()`; only what exists and is allowed shows.

    from mom.core.web import navigation
    navigation.register(
        navigation.NavItem("production", _("Orders"), "production:order_list", "production.view_order", order=20)
    )

A group without a visible page is not shown. A group's own link leads to its first visible page. Pages of one section
share one entry; they stand side by side above the title of each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Group:
    """One entry of the navigation: an operations domain, or what cuts across them."""

    key: str
    label: Text
    icon: str
    place: str = "main"  # "main" | "foot"


GROUPS = (
    Group("live", _("Live"), "live"),
    Group("production", _("Production"), "prod"),
    Group("quality", _("Quality"), "qual"),
    Group("maintenance", _("Maintenance"), "maint"),
    Group("inventory", _("Inventory"), "inv"),
    Group("improve", _("Improve"), "improve"),
    Group("connections", _("Connections"), "connect", "foot"),
    Group("setup", _("Setup"), "admin", "foot"),
)


SECTIONS: dict[str, Text] = {
    "plant": _("Plant model"),
    "people": _("People and skills"),
    "documents": _("Documents"),
    "devices": _("Devices and badges"),
    "rules": _("Rules"),
    "audit": _("Audit log"),
    "status": _("Status"),
    "messages": _("Messages"),
    "printing": _("Printing"),
}


@dataclass(frozen=True)
class NavItem:
    """One page in the navigation. `order` sorts within the group; a lower number stands higher.

    `also`: beginnings of the addresses of pages that stand under it and are not in the navigation themselves.
    `section`: a key of `SECTIONS`; its pages share one entry, which stands where the first of them would.
    """

    group: str
    label: Text
    url_name: str
    permission: str
    order: int = 50
    also: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Link:
    """A page or a section as it is shown: `current` is the one that is open or the one above it.

    `pages` are those of a section where the actor may open more than one; its `url` is that of the first.
    """

    label: Text
    url: str
    current: bool
    pages: tuple["Link", ...] = ()


@dataclass(frozen=True)
class MenuGroup:
    """A group as it is shown, with the pages that this actor may open at this site."""

    key: str
    label: Text
    icon: str
    place: str
    url: str
    current: bool
    links: tuple[Link, ...]


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Adds a page; registering the same address again replaces it, so `ready()` may run twice.

    Raises: ValueError for a group that is not in `GROUPS` or a section that is not in `SECTIONS`.
    """
    if item.group not in {group.key for group in GROUPS}:
        raise ValueError(f"No navigation group {item.group!r}.")
    if item.section and item.section not in SECTIONS:
        raise ValueError(f"No navigation section {item.section!r}.")
    _items[item.url_name] = item


def registered() -> list[NavItem]:
    """Every registered page, in the order of the navigation."""
    rank = {group.key: index for index, group in enumerate(GROUPS)}
    return sorted(_items.values(), key=lambda item: (rank[item.group], item.order, str(item.label)))


def menu(actor: Any, site_code: str, path: str) -> list[MenuGroup]:
    """The navigation of one actor at one site; the longest registered address above `path` is where they are."""
    visible = [(item, url) for item in registered() if actor.may(item.permission, site_code) and (url := _url(item))]
    above = (url for item, url in visible if any(_leads_to(each, path) for each in (url, *item.also)))
    current = max(above, key=len, default=None)
    shown = []
    for group in GROUPS:
        links = _entries([(item, url) for item, url in visible if item.group == group.key], current)
        if links:
            here = any(link.current for link in links)
            shown.append(MenuGroup(group.key, group.label, group.icon, group.place, links[0].url, here, links))
    return shown


def _entries(visible: Sequence[tuple[NavItem, str]], current: str | None) -> tuple[Link, ...]:
    """The entries of a group: a page without section is one, and so are all visible pages of a section together."""
    entries: dict[str, list[tuple[NavItem, Link]]] = {}
    for item, url in visible:
        entries.setdefault(item.section or item.url_name, []).append((item, Link(item.label, url, url == current)))
    return tuple(_entry(pages[0][0].section, tuple(link for _item, link in pages)) for pages in entries.values())


def _entry(section: str, pages: tuple[Link, ...]) -> Link:
    if len(pages) == 1:
        return pages[0]  # under its own name: the section's would promise more than this actor may open
    return Link(SECTIONS[section], pages[0].url, any(page.current for page in pages), pages)


def above(path: str) -> str:
    """The name of the registered address that `path` stands at or under, whoever asks; "" for none."""
    found = [(url, item.url_name) for item in registered() if (url := _url(item))]
    under = [(root, name) for url, name in found for root in (url, *_items[name].also) if _leads_to(root, path)]
    return max(under, key=lambda pair: len(pair[0]), default=("", ""))[1]


def current_group(groups: Sequence[MenuGroup]) -> MenuGroup | None:
    """The group that holds the open page."""
    return next((group for group in groups if group.current), None)


def _url(item: NavItem) -> str | None:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return None  # the app is installed and its addresses are not mounted


def _leads_to(url: str, path: str) -> bool:
    return path == url if url == "/" else path == url or path.startswith(url.rstrip("/") + "/")
