"""The ground's own rights."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW_AUDIT_TRAIL = declare("core.view_audit_trail", _("See the audit trail"))
VIEW_OUTBOX = declare("core.view_outbox", _("See stuck events"))
MANAGE_OUTBOX = declare("core.manage_outbox", _("Send stuck events again or discard them"))
VIEW_TASK_RUN = declare("core.view_task_run", _("See long work"))
CANCEL_TASK_RUN = declare("core.cancel_task_run", _("Cancel long work"))
VIEW_COMPONENTS = declare("core.view_components", _("See the component gallery"))
