from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    label = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from mom.accounts import approval
        from mom.core import search
        from mom.core.files import subjects as filed
        from mom.core.web.navigation import NavItem, register
        from mom.work.engine.terms import GateLevel
        from mom.work.public import register_blockers, register_withdrawal_step
        from quality import permissions, subjects
        from quality import subscribers as _subscribed  # noqa: F401 - subscribe to events
        from quality.models import Nonconformance
        from quality.search import ncr_address
        from quality.selectors import gate
        from quality.services.disposition import RECORD_CLASS
        from quality.services.inspection import withdraw_begun
        from quality.views import panels

        subjects.register()
        register_withdrawal_step("quality.inspections", withdraw_begun)
        approval.declare(
            RECORD_CLASS, _("Dispositions of nonconforming parts"), permission=permissions.APPROVE_DISPOSITION
        )
        for name, source, label, hint in (
            ("quality.nonconformance", gate.nonconformance_open, _("Parts in doubt"), gate.MAY_BE_IN_DOUBT),
            ("quality.inspection", gate.inspection_due, _("Inspections that come first"), gate.MAY_COME_FIRST),
        ):
            register_blockers(name, source, label, level=GateLevel.BLOCK, hint=hint)
        view = permissions.VIEW
        register(NavItem("quality", _("Inspections"), "quality:inspection_list", view, order=10))
        register(NavItem("quality", _("Control charts"), "quality:chart_list", view, order=20))
        register(NavItem("quality", _("Nonconformances"), "quality:nonconformance_list", view, order=30))
        register(NavItem("quality", _("Control plans"), "quality:plan_list", view, order=40))
        search.register(
            "ncr", permission=view, label=_("Nonconformances"), address=ncr_address, order=18, retired=_("Closed")
        )
        find = filed.by_key(Nonconformance, subjects.nonconformance_url)
        filed.register(filed.SubjectKind(Nonconformance._meta.label_lower, _("Nonconformance"), view, find))
        panels.register()
