from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "mom.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        from mom.work import gate, permissions  # noqa: F401 - declares them

        gate.register_blockers("work.previous_jobs", gate.previous_jobs_open)
