"""What one may do with figures. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("analytics.view", _("See figures and the KPI book"))
RECOMPUTE = declare("analytics.recompute", _("Have figures computed again"))
KEEP_BOARD = declare("analytics.keep_board", _("Write cause and action on the hour board, and shift notes"))
SET_TARGET = declare("analytics.set_target", _("Set targets of figures"))
SET_RECKONING = declare("analytics.set_reckoning", _("Set what time without an order counts as"))
SET_ALERT_RULE = declare("analytics.set_alert_rule", _("Set the rules that raise alerts"))
