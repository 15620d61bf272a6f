from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "mom.core"
    label = "core"

    def ready(self) -> None:
        from mom.core import permissions_declared, search_index
        from mom.core.db.grants import grant_to_application
        from mom.core.web.navigation import NavItem, register

        view = permissions_declared.VIEW_DELIVERY
        register(NavItem("connections", _("Connections"), "web:connections", view, order=5))
        register(NavItem("connections", _("Messages out"), "web:delivery_list", view, order=20, section="messages"))
        register(NavItem("connections", _("Webhooks"), "web:webhook_list", view, order=30, section="messages"))
        view = permissions_declared.VIEW_LABEL
        register(NavItem("connections", _("Printers"), "web:printer_list", view, order=40, section="printing"))
        register(NavItem("connections", _("Print jobs"), "web:print_job_list", view, order=45, section="printing"))
        register(NavItem("setup", _("Labels"), "web:label_list", view, order=34, section="documents"))
        register(
            NavItem("connections", _("Long work"), "web:task_run_list", permissions_declared.VIEW_TASK_RUN, order=90)
        )
        register(
            NavItem("setup", _("Audit log"), "web:audit_log", permissions_declared.VIEW_AUDIT_TRAIL, order=70,
                    also=("/setup/audit-proof/",), section="audit")
        )  # fmt: skip
        view = permissions_declared.VIEW_STATUS
        register(NavItem("setup", _("Status"), "web:status", view, order=80, section="status"))
        view = permissions_declared.VIEW_PROPERTY
        register(NavItem("setup", _("Properties"), "web:property_list", view, order=60, section="rules"))
        register(NavItem("setup", _("Number ranges"), "web:number_range_list", view, order=62, section="rules"))
        autodiscover_modules("subscribers", "invariants")
        search_index.register_invariant()
        post_migrate.connect(grant_to_application, dispatch_uid="mom.core.grants")
