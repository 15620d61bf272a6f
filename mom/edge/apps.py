from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EdgeConfig(AppConfig):
    name = "mom.edge"
    label = "edge"
    verbose_name = _("Machine connections")
