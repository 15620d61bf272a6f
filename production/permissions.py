"""What one may do with definitions. Imported when the app is ready. Orders are the spine's: `mom.work.permissions`."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

CHANGE_DEFINITION = declare("production.change_definition", _("Add and change drafts of how products are made"))
CHANGE_IDEAL_CYCLE = declare("production.change_ideal_cycle", _("Add and end ideal cycles"))
APPROVE_DEFINITION = declare("production.approve_definition", _("Approve how products are made"))
