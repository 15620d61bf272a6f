from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    label = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from mom.accounts import approval
        from mom.work.engine.terms import GateLevel
        from mom.work.public import register_blockers
        from quality import permissions, subjects
        from quality import subscribers as _subscribed  # noqa: F401 - subscribe to events
        from quality.selectors.gate import inspection_due, nonconformance_open
        from quality.services.disposition import RECORD_CLASS

        subjects.register()
        approval.declare(
            RECORD_CLASS, _("Dispositions of nonconforming parts"), permission=permissions.APPROVE_DISPOSITION
        )
        for name, source, label in (
            ("quality.nonconformance", nonconformance_open, _("Parts in doubt")),
            ("quality.inspection", inspection_due, _("Inspections that come first")),
        ):
            register_blockers(name, source, label, level=GateLevel.BLOCK)
