"""What one may do with the plant model. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("plant.view", _("See the plant model: machines, people, materials, calendars, reasons"))
CHANGE = declare("plant.change", _("Change the plant model"))
CHANGE_DOCUMENT = declare("plant.change_document", _("Add documents, their versions and their readers"))
APPROVE_DOCUMENT = declare("plant.approve_document", _("Approve versions of documents"))
CONFIRM_READING = declare("plant.confirm_reading", _("Confirm to have read a document"))
VIEW_RATE = declare("plant.view_rate", _("See what hours, materials and energy cost"))
CHANGE_RATE = declare("plant.change_rate", _("Add and end rates"))
