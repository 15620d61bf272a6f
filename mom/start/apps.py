from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StartConfig(AppConfig):
    name = "mom.start"
    label = "start"
    verbose_name = _("First steps")

    def ready(self) -> None:
        from mom.accounts.permissions import MANAGE_SITES
        from mom.core.web.home import register_notice
        from mom.core.web.navigation import NavItem, register
        from mom.start.notices import first_steps

        register_notice("first_steps", first_steps)
        register(NavItem("setup", _("Demo plant"), "start:demo_plant", MANAGE_SITES, order=95, section="status"))
