"""What one may do on the spine. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("work.view", _("See orders, jobs and what was reported"))
PLAN_WORK_REQUEST = declare("work.plan_work_request", _("Add, change, release and cancel orders"))
DISPATCH_JOB_ORDER = declare("work.dispatch_job_order", _("Release, assign and cancel jobs"))
EXECUTE_JOB_ORDER = declare("work.execute_job_order", _("Start, pause and finish jobs, report quantities"))
CORRECT_REPORT = declare("work.correct_report", _("Take back a report, with a reason"))
