from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlantConfig(AppConfig):
    name = "mom.plant"
    label = "plant"
    verbose_name = _("Plant")

    def ready(self) -> None:
        from mom.plant import permissions  # noqa: F401 - declares them
