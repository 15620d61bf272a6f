from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FloorConfig(AppConfig):
    name = "mom.floor"
    label = "floor"
    verbose_name = _("Shop floor")

    def ready(self) -> None:
        from mom.core.web import navigation
        from mom.floor import permissions

        navigation.register(
            navigation.NavItem("connections", _("Quarantine"), "floor:quarantine_list", permissions.VIEW, order=30)
        )
