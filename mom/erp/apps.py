from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ErpConfig(AppConfig):
    name = "mom.erp"
    label = "erp"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        from mom.core.web import navigation
        from mom.erp import permissions

        navigation.register(
            navigation.NavItem("connections", _("Imports"), "erp:import_list", permissions.VIEW_IMPORT, order=10)
        )
