from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _asks_nothing(*_about: Any) -> list[Any]:
    """A start asks nothing here: the level counts when a report takes its material."""
    return []


class InventoryConfig(AppConfig):
    name = "inventory"
    label = "inventory"
    verbose_name = _("Inventory")

    def ready(self) -> None:
        from inventory import (
            permissions,
            subjects,
            subscribers,  # noqa: F401 - subscribe to events
        )
        from inventory.selectors.material_at_hand import NEEDS_MATERIAL, material_missing
        from inventory.services import backflush, split_promise
        from inventory.services.kinds import InventoryJobs
        from inventory.services.not_withdrawn import refuse_moved
        from inventory.views import panels
        from mom.core.web.navigation import NavItem, register
        from mom.plant.public import register_refusal
        from mom.work.engine.terms import OperationsType
        from mom.work.public import (
            register_blockers,
            register_job_kind,
            register_log_words,
            register_part_step,
            register_report_step,
            register_withdrawal_step,
        )

        register_log_words(
            {
                "inventory.stock_reserved": _("Material reserved"),
                "inventory.reservations_let_go": _("Material let go"),
                "inventory.reservations_parted": _("Reserved material shared with a part of the job"),
                "inventory.reservations_came_along": _("Reserved material came along from the job it is a part of"),
                "inventory.lot_let_go": _("Material lost: its lot may not be used"),
                "inventory.reservation_shrunk": _("Material lost: a count found less"),
                "inventory.backflush_short": _("Reported without enough material in the book"),
                "inventory.pieces_numbered": _("Pieces numbered"),
                "inventory.lot_placed": _("Lot changed"),
                "inventory.component_installed": _("Component built in"),
            }
        )
        register_refusal(
            "inventory_heldlot_stays_held",
            field="disposition",
            code="lot_held",
            sentence=_("This lot is in a hold. End that hold, or take the lot out of it."),
        )
        subjects.register()
        register_job_kind(OperationsType.INVENTORY, InventoryJobs())
        register_report_step("inventory.backflush", backflush.follow)
        register_part_step("inventory.reservations", split_promise.follow)
        register_withdrawal_step("inventory.material", refuse_moved)
        register_blockers(backflush.SOURCE, _asks_nothing, _("Material short at a report"), level=backflush.LEVEL)
        register_blockers("inventory.material", material_missing, _("Material"), hint=NEEDS_MATERIAL)
        stock = NavItem("inventory", _("Stock"), "inventory:stock_list", permissions.VIEW, order=20, also=("/trace/",))
        register(stock)
        register(NavItem("inventory", _("Shortages"), "inventory:shortage_list", permissions.VIEW, order=22))
        register(NavItem("inventory", _("Holds"), "inventory:hold_list", permissions.VIEW, order=28))
        register(NavItem("inventory", _("Counts"), "inventory:count_list", permissions.VIEW, order=24))
        register(NavItem("inventory", _("Places"), "inventory:place_list", permissions.VIEW, order=26))
        panels.register()
