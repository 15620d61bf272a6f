"""What inventory adds to other pages: where a lot or material lies and how much of it; what a job needs."""

from typing import Any

from django.http import HttpRequest

from inventory import permissions
from inventory.selectors.stock import stock_of
from inventory.views.inventory_job import home_panel, inventory_panel
from inventory.views.job_material import material_panel
from inventory.views.trace import trace_panel
from mom.plant.public import Panel, register_panel


def stock_panel(_request: HttpRequest, subject: Any) -> Panel | None:
    """What lies where of a lot or material; nothing where nothing was ever booked."""
    rows = stock_of(subject)
    return Panel("inventory/panels/stock.html", {"rows": rows, "unit": rows[0].definition.unit}) if rows else None


def register() -> None:
    """Called when the app is ready."""
    for kind in ("lot", "material"):
        register_panel(kind, "stock", order=15, permission=permissions.VIEW, render=stock_panel)
    register_panel("lot", "trace", order=16, permission=permissions.VIEW, render=trace_panel)
    register_panel("material", "home", order=16, permission=permissions.VIEW, render=home_panel)
    register_panel("job", "inventory", order=5, permission=permissions.VIEW, render=inventory_panel)
    register_panel("job", "material", order=10, permission=permissions.VIEW, render=material_panel)
