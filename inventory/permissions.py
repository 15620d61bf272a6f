"""What one may do with stock. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("inventory.view", _("See stock, its moves and where lots came from"))
MOVE_STOCK = declare("inventory.move_stock", _("Receive, transfer, scrap and ship stock"))
CONSUME_STOCK = declare("inventory.consume_stock", _("Consume and produce stock on a job"))
RESERVE_STOCK = declare("inventory.reserve_stock", _("Reserve stock for jobs"))
ADJUST_STOCK = declare("inventory.adjust_stock", _("Enter opening stock and correct what is there"))
HOLD_LOTS = declare("inventory.hold_lots", _("Put lots on hold"))
RELEASE_LOTS = declare("inventory.release_lots", _("Release lots that are on hold"))
COUNT_STOCK = declare("inventory.count_stock", _("Count stock, without seeing what the book says"))
