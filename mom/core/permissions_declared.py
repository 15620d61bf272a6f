"""The ground's own rights."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW_AUDIT_TRAIL = declare("core.view_audit_trail", _("See the audit trail"))
VIEW_OUTBOX = declare("core.view_outbox", _("See stuck events"))
MANAGE_OUTBOX = declare("core.manage_outbox", _("Send stuck events again or discard them"))
VIEW_TASK_RUN = declare("core.view_task_run", _("See long work"))
CANCEL_TASK_RUN = declare("core.cancel_task_run", _("Cancel long work"))
VIEW_COMPONENTS = declare("core.view_components", _("See the component gallery"))
VIEW_DELIVERY = declare("core.view_delivery", _("See messages to other systems and how they fare"))
MANAGE_DELIVERY = declare("core.manage_delivery", _("Send stuck messages again, discard them, pause all sending"))
MANAGE_WEBHOOKS = declare("core.manage_webhooks", _("Add and change webhooks and their secrets"))
VIEW_LABEL = declare("core.view_label", _("See labels, printers and what was printed"))
PRINT_LABEL = declare("core.print_label", _("Print labels"))
MANAGE_LABELS = declare("core.manage_labels", _("Change label templates"))
MANAGE_PRINTERS = declare("core.manage_printers", _("Add and change printers"))
VIEW_ATTACHMENT = declare("core.view_attachment", _("See files on what one may see"))
VIEW_NOTE = declare("core.view_note", _("See notes on what one may see"))
ADD_FILE = declare("core.add_file", _("Add photos and documents"))
ADD_NOTE = declare("core.add_note", _("Add notes"))
ADD_DRAWING = declare("core.add_drawing", _("Add drawings and their revisions"))
WITHDRAW_FILE = declare("core.withdraw_file", _("Withdraw files and notes of others"))
VIEW_PROPERTY = declare("core.view_property", _("See which properties and number ranges there are"))
CHANGE_PROPERTY = declare("core.change_property", _("Define properties"))
CHANGE_NUMBER_RANGE = declare("core.change_number_range", _("Change number ranges"))
VIEW_STATUS = declare("core.view_status", _("See how the system is, and its backups"))
MAKE_BACKUP = declare("core.make_backup", _("Make a backup"))
