from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductionConfig(AppConfig):
    name = "production"
    label = "production"
    verbose_name = _("Production")

    def ready(self) -> None:
        from mom.core import search
        from mom.core.web.navigation import NavItem, register
        from mom.work import permissions
        from production.search import find_orders

        orders = NavItem(
            "production", _("Orders"), "production:order_list", permissions.VIEW, order=20, also=("/jobs/",)
        )
        register(orders)
        search.register("order", find_orders, permission=permissions.VIEW, label=_("Orders"), order=10)
