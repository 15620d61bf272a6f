"""What of the plant the one search box finds: machines, people, materials, lots, serial numbers, assets, partners."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core import search
from mom.core.search import Entry
from mom.plant import permissions


def register() -> None:
    """Add our nouns to the box; their tables carry the trigger that keeps them findable."""
    for kind, label, order, address in (
        ("machine", _("Machines"), 20, _page("plant:machine_detail")),
        ("material", _("Materials"), 30, _page("plant:material_detail")),
        ("lot", _("Lots"), 35, _page("plant:lot_detail")),
        ("serial", _("Serial numbers"), 36, serial_address),
        ("person", _("People"), 40, _page("plant:person_detail")),
        ("asset", _("Assets"), 45, _page("plant:asset_detail")),
        ("partner", _("Partners"), 60, partner_address),
    ):
        retired = {"person": _("No longer here"), "lot": _("Closed")}.get(kind, _("Out of use"))
        search.register(
            kind,
            permission=permissions.VIEW,
            label=label,
            address=address,
            order=order,
            retired=retired,
            subject={"machine": "equipment", "serial": "sublot"}.get(kind, ""),
        )


def _page(url_name: str) -> Callable[[Entry], str]:
    return lambda entry: reverse(url_name, args=[entry.code])


def serial_address(entry: Entry) -> str:
    """A serial number leads to its lot or its material; two materials may have the same number, so by key."""
    return reverse("plant:serial", args=[entry.object_id])


def partner_address(entry: Entry) -> str:
    """A partner stands in the list of partners."""
    return f"{reverse('plant:partner_list')}?{urlencode({'q': entry.code})}"
