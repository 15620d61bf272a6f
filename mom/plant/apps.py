from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlantConfig(AppConfig):
    name = "mom.plant"
    label = "plant"
    verbose_name = _("Plant")

    def ready(self) -> None:
        from mom.accounts import stations
        from mom.core.web.navigation import NavItem, register
        from mom.plant import permissions, scan, search, subjects
        from mom.plant.selectors.station import station_list
        from mom.plant.views import known, records

        register(NavItem("production", _("Machines"), "plant:machine_list", permissions.VIEW, order=30))
        register(NavItem("inventory", _("Materials"), "plant:material_list", permissions.VIEW, order=40))
        register(NavItem("inventory", _("Lots"), "plant:lot_list", permissions.VIEW, order=30))
        register(NavItem("setup", _("Plant model"), "plant:setup", permissions.VIEW, order=10))
        register(NavItem("setup", _("People"), "plant:person_list", permissions.VIEW, order=20))
        search.register()
        scan.register()
        stations.register(station_list)
        subjects.register()
        known.register()
        records.register()
