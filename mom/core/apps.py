from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "mom.core"
    label = "core"

    def ready(self) -> None:
        from mom.core import permissions_declared  # noqa: F401 - declares the ground's own rights
        from mom.core.db.grants import grant_to_application

        autodiscover_modules("subscribers", "invariants")
        post_migrate.connect(grant_to_application, dispatch_uid="mom.core.grants")
