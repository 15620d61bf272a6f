"""What one may do with the shop-floor record. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("floor.view", _("See machine states, stops, counts and messages"))
SEND_MESSAGE = declare("floor.send_message", _("Send machine messages"))
SETTLE_QUARANTINE = declare("floor.settle_quarantine", _("Release and discard messages in quarantine"))
GIVE_REASON = declare("floor.give_reason", _("Give stops their reason"))
RECLASSIFY_STOP = declare("floor.reclassify_stop", _("Split stops, and give them another reason or state"))
SET_LISTENING = declare("floor.set_listening", _("Set how machines are listened to and what their states mean"))
MANAGE_ARCHIVE = declare("floor.manage_archive", _("Archive machine messages and set how long they are kept"))
