"""What one may do with figures. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW = declare("analytics.view", _("See figures and the KPI book"))
RECOMPUTE = declare("analytics.recompute", _("Have figures computed again"))
