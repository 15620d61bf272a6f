from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlantConfig(AppConfig):
    name = "mom.plant"
    label = "plant"
    verbose_name = _("Plant")

    def ready(self) -> None:
        from mom.accounts import approval, stations
        from mom.core.web.navigation import NavItem, register
        from mom.plant import label_fields, permissions, scan, search, subjects
        from mom.plant.selectors.station import station_list
        from mom.plant.views import known, records

        register(NavItem("production", _("Machines"), "plant:machine_list", permissions.VIEW, order=30))
        register(NavItem("inventory", _("Materials"), "plant:material_list", permissions.VIEW, order=40))
        register(NavItem("inventory", _("Lots"), "plant:lot_list", permissions.VIEW, order=30))
        register(NavItem("setup", _("Plant model"), "plant:setup", permissions.VIEW, order=10, section="plant"))
        register(NavItem("setup", _("Rates"), "plant:rate_list", permissions.VIEW_RATE, order=55, section="plant"))
        register(
            NavItem("setup", _("Skill matrix"), "plant:skill_matrix", permissions.VIEW, order=22, section="people")
        )
        register(NavItem("setup", _("People"), "plant:person_list", permissions.VIEW, order=20, section="people"))
        search.register()
        scan.register()
        stations.register(station_list)
        subjects.register()
        label_fields.register()
        known.register()
        records.register()
        documents = NavItem(
            "setup", _("Documents"), "plant:document_list", permissions.VIEW, order=30, section="documents"
        )
        register(documents)
        register(NavItem("live", _("To read"), "plant:to_read", permissions.CONFIRM_READING, order=60))
        approval.declare("plant.document", _("Documents"), permission=permissions.APPROVE_DOCUMENT)
