from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MaintenanceConfig(AppConfig):
    name = "maintenance"
    label = "maintenance"
    verbose_name = _("Maintenance")

    def ready(self) -> None:
        from maintenance import (
            permissions,
            subjects,
            subscribers,  # noqa: F401 - subscribe to events
        )
        from maintenance.selectors import gate
        from maintenance.services import handing_back
        from maintenance.services.job_kind import MaintenanceKindOfJob
        from maintenance.views import board
        from mom.accounts import approval
        from mom.core.web.navigation import NavItem, register
        from mom.work.engine.terms import GateLevel, OperationsType
        from mom.work.public import register_blockers, register_job_kind

        approval.declare(
            handing_back.RECORD_CLASS, _("Maintenance jobs signed off"), permission=permissions.RELEASE_MACHINE
        )
        subjects.register()
        register_job_kind(OperationsType.MAINTENANCE, MaintenanceKindOfJob())
        register_blockers(
            "maintenance.in_hand", gate.machine_in_hand, _("Machine under maintenance"), level=GateLevel.BLOCK,
            hint=gate.IS_IN_HAND, at_resume=True,
        )  # fmt: skip
        register_blockers("maintenance.due", gate.maintenance_due, _("Maintenance due"), hint=gate.IS_DUE)
        board.register()
        for label, url_name, order, also in (
            (_("Jobs"), "maintenance:board", 10, ("/maintenance/jobs/", "/maintenance/requests/")),
            (_("Plans"), "maintenance:plan_list", 20, ()),
            (_("Job plans"), "maintenance:job_plan_list", 30, ()),
        ):
            register(NavItem("maintenance", label, url_name, permissions.VIEW, order=order, also=also))
