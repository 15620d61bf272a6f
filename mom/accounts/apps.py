from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "mom.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from mom.accounts import permissions, schema  # noqa: F401 - declares rights and the sign-in schemes of the API
        from mom.accounts.requests import request_as
        from mom.accounts.selectors.saved_view import kept_views
        from mom.accounts.services.role import follow_release
        from mom.core.web.long_exports import register_request_builder
        from mom.core.web.navigation import NavItem, register
        from mom.core.web.saved_views import register_store

        register_request_builder(request_as)
        register_store(kept_views)
        for order, section, label, url_name, permission in (
            (24, "people", _("Rights"), "accounts:right_list", permissions.VIEW_USER),
            (40, "devices", _("Devices"), "accounts:device_list", permissions.VIEW_DEVICE),
            (42, "devices", _("Badges"), "accounts:badge_list", permissions.VIEW_USER),
            (50, "rules", _("Approvals"), "accounts:approval_list", permissions.VIEW_APPROVAL_POLICY),
            (72, "audit", _("Signatures"), "accounts:signature_list", permissions.VIEW_SIGNATURE),
        ):
            register(NavItem("setup", label, url_name, permission, order=order, section=section))

        post_migrate.connect(follow_release, sender=self, dispatch_uid="mom.accounts.roles")
