"""What one may do on the spine. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare
from mom.work.engine.terms import JobOrderCommand

VIEW = declare("work.view", _("See orders, jobs and what was reported"))
PLAN_WORK_REQUEST = declare("work.plan_work_request", _("Add, change, release and cancel orders"))
DISPATCH_JOB_ORDER = declare("work.dispatch_job_order", _("Release, assign and cancel jobs"))
EXECUTE_JOB_ORDER = declare("work.execute_job_order", _("Start, pause and finish jobs, report quantities"))
EXECUTE_UNPLANNED = declare("work.execute_unplanned_order", _("Start work on an order number that nobody planned"))
CORRECT_REPORT = declare("work.correct_report", _("Take back a report, with a reason"))
RAISE_ALERT = declare("work.raise_alert", _("Call for help"))
ANSWER_ALERT = declare("work.answer_alert", _("Accept, hand over and solve alerts and help calls"))
MUTE_ALERT = declare("work.mute_alert", _("Mute alerts, with a reason and an end"))
SET_GATE = declare("work.set_gate", _("Say what a start asks for, and what forbids it"))
OVERRIDE_GATE = declare("work.override_gate", _("Let a job start although something forbids it, signed"))
PLAN_ALERTING = declare("work.plan_alerting", _("Set teams, turns on call and escalation"))

PERMISSION_FOR: dict[JobOrderCommand, str] = {
    JobOrderCommand.RELEASE: DISPATCH_JOB_ORDER,
    JobOrderCommand.REVOKE: DISPATCH_JOB_ORDER,
    JobOrderCommand.START: EXECUTE_JOB_ORDER,
    JobOrderCommand.PAUSE: EXECUTE_JOB_ORDER,
    JobOrderCommand.HOLD: EXECUTE_JOB_ORDER,
    JobOrderCommand.RESUME: EXECUTE_JOB_ORDER,
    JobOrderCommand.FINISH: EXECUTE_JOB_ORDER,
    JobOrderCommand.CLOSE: DISPATCH_JOB_ORDER,
    JobOrderCommand.ABORT: DISPATCH_JOB_ORDER,
    JobOrderCommand.CANCEL: DISPATCH_JOB_ORDER,
}
"""Who may give which command to a job."""
