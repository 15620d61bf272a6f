from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ErpConfig(AppConfig):
    name = "mom.erp"
    label = "erp"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        from analytics.selectors import why_origins
        from mom.core.web import first_use, navigation
        from mom.erp import permissions
        from mom.erp.selectors.origin import origins_of
        from mom.erp.views.table_import import WHERE, add_address

        navigation.register(
            navigation.NavItem("connections", _("Imports"), "erp:import_list", permissions.VIEW_IMPORT, order=10)
        )
        why_origins.register(origins_of)
        for kind, (page, _see) in WHERE.items():
            first_use.register(page, permissions.RUN_IMPORT, _("Bring in a list"), partial(add_address, kind))
