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
