"""What one may do in maintenance. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("maintenance.view", _("See maintenance requests, jobs and plans"))
REQUEST = declare("maintenance.request_maintenance", _("Call maintenance to a machine"))
EXECUTE_JOB = declare("maintenance.execute_job", _("Accept, do and finish maintenance jobs, take their parts"))
RELEASE_MACHINE = declare("maintenance.release_machine", _("Sign a maintenance job off and release its machine"))
PLAN = declare("maintenance.plan_maintenance", _("Keep job plans and maintenance plans, decline requests"))
