from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class FloorConfig(AppConfig):
    name = "mom.floor"
    label = "floor"
    verbose_name = _("Shop floor")

    def ready(self) -> None:
        from mom.core import status
        from mom.core.web import first_use, navigation
        from mom.floor import permissions
        from mom.floor.selectors.late import archive_status
        from mom.floor.selectors.machine_down import IS_DOWN, machine_down
        from mom.work.public import register_blockers

        register_blockers("floor.machine", machine_down, _("Machine down"), hint=IS_DOWN)
        status.register("archive", lambda: str(_("Archive")), archive_status)

        navigation.register(
            navigation.NavItem("connections", _("Sources"), "floor:source_list", permissions.VIEW, order=25)
        )
        navigation.register(
            navigation.NavItem("connections", _("Quarantine"), "floor:quarantine_list", permissions.VIEW, order=30)
        )
        first_use.register(
            "floor:source_list", permissions.VIEW, _("How to send them"), lambda: str(reverse("api:docs"))
        )
        for group, label, url_name, order, section in (
            ("production", _("Stops"), "floor:stop_list", 45, ""),
            ("setup", _("Listening"), "floor:listening_list", 57, "rules"),
            ("setup", _("State codes"), "floor:mapping_list", 58, "rules"),
            ("setup", _("Archive"), "floor:archived_day_list", 85, "status"),
        ):
            navigation.register(
                navigation.NavItem(group, label, url_name, permissions.VIEW, order=order, section=section)
            )
