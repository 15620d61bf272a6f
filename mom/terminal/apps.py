from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerminalConfig(AppConfig):
    name = "mom.terminal"
    label = "terminal"
    verbose_name = "Terminal"

    def ready(self) -> None:
        from mom.core.web.navigation import NavItem, register
        from mom.terminal.permissions import VIEW_ENTRIES

        register(
            NavItem("setup", _("Terminal entries"), "terminal:entry_list", VIEW_ENTRIES, order=44, section="devices")
        )
