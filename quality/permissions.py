"""What one may do in quality. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("quality.view", _("See control plans, samples, charts and nonconformances"))
RECORD_SAMPLE = declare("quality.record_sample", _("Enter what was measured and counted"))
RECORD_NONCONFORMANCE = declare("quality.record_nonconformance", _("Open a nonconformance, and hold what is in doubt"))
CHANGE_PLAN = declare("quality.change_plan", _("Add control plans as drafts"))
APPROVE_PLAN = declare("quality.approve_plan", _("Approve control plans"))
SET_LIMITS = declare("quality.set_limits", _("Freeze the limits of control charts"))
APPROVE_DISPOSITION = declare("quality.approve_disposition", _("Decide what becomes of nonconforming parts, signed"))
CLOSE_NONCONFORMANCE = declare("quality.close_nonconformance", _("Close nonconformances"))
