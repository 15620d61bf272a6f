"""A tour through the pages for each role: four to six stops, what is where and what for. Short; help has the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Stop:
    """One stop: what stands there in a few words, and the part of the page that it points at."""

    title: Any
    text: Any
    target: str


def _group(key: str) -> str:
    return f'.nav-item[data-group="{key}"]'


LIVE = Stop(
    _("What happens now"),
    _("Figures against the days before, every machine with its job, and what needs somebody."),
    _group("live"),
)
ATTENTION = Stop(
    _("What needs you"),
    _("Late orders, held jobs, refused imports. Each line has its one button."),
    "#attention",
)
LOG_WORK = Stop(
    _("Log work"),
    _("Under Production: choose your machine, start the order, then log good, scrap and stops with a tap."),
    _group("production"),
)
ORDERS = Stop(
    _("Orders"),
    _("Under Production: add an order by hand. A number, a material, a quantity and a machine are enough."),
    _group("production"),
)
WATCH = Stop(
    _("Orders and jobs"),
    _("Under Production: where each order stands, who worked on it, and the log of every act."),
    _group("production"),
)
STOCK = Stop(_("Materials and lots"), _("What there is, in which unit, and where a lot went."), _group("inventory"))
WHY = Stop(
    _("Why the figures are what they are"),
    _("Flow and losses shows where time goes; the KPI book how each figure is made."),
    _group("improve"),
)
IMPORTS = Stop(
    _("Bring your data in"),
    _("Under Connections: Excel or CSV with a preview. Nothing takes effect before you say so."),
    _group("connections"),
)
SETUP = Stop(
    _("Your plant"),
    _("Machines, people, shifts, reasons, documents. Every change says from when, by whom and why."),
    _group("setup"),
)
TRAIL = Stop(
    _("Who did what"),
    _("Under Setup: the audit log. Nothing in it can be changed, and a check proves that nothing was."),
    _group("setup"),
)
FIND = Stop(
    _("Find anything"),
    _("Press / and type or scan an order, a machine, a person, a badge."),
    ".omni, .omni-link",
)
HELP = Stop(
    _("Help for this page"),
    _("Press ? on any page: what it is for and what to do next. This tour waits there too."),
    "[popovertarget=page-help]",
)
YOU = Stop(_("You"), _("Your language, light or dark, your password, and the way out."), ".menu--end > summary")

TOURS: dict[str, tuple[Stop, ...]] = {
    "admin": (LIVE, LOG_WORK, IMPORTS, SETUP, FIND, HELP),
    "planner": (LIVE, ORDERS, WHY, IMPORTS, FIND, HELP),
    "supervisor": (LIVE, ATTENTION, LOG_WORK, WHY, FIND, HELP),
    "quality_engineer": (LIVE, WATCH, WHY, TRAIL, FIND, HELP),
    "maintenance": (LIVE, WATCH, WHY, FIND, HELP),
    "inventory_clerk": (LIVE, STOCK, WATCH, FIND, HELP),
    "integrator": (LIVE, IMPORTS, SETUP, FIND, HELP),
    "auditor": (TRAIL, WATCH, WHY, FIND, HELP),
    "operator": (LOG_WORK, WATCH, FIND, HELP, YOU),
}
"""By role; who has several sees the first of them."""


def tour_for(roles: Iterable[str]) -> str:
    """The tour of somebody with these roles; "" for who has none of the built-in ones."""
    held = set(roles)
    return next((role for role in TOURS if role in held), "")
