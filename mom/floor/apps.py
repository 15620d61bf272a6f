from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FloorConfig(AppConfig):
    name = "mom.floor"
    label = "floor"
    verbose_name = _("Shop floor")

    def ready(self) -> None:
        from mom.floor import permissions  # noqa: F401 - declare them
