from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "mom.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        from mom.accounts import approval
        from mom.core import search
        from mom.core.web import topbar
        from mom.core.web.navigation import NavItem, register
        from mom.work import gate, gate_sources, permissions, subjects
        from mom.work.engine.terms import GateLevel
        from mom.work.search import job_address
        from mom.work.services import gate_override
        from mom.work.views import alert_acts, panels

        approval.declare(gate_override.RECORD_CLASS, _("Overrides of the gate"), permission=permissions.OVERRIDE_GATE)
        gate.register_blockers("work.order", gate.order_stopped, _("The order"), level=GateLevel.BLOCK, is_fixed=True)
        block, warn = GateLevel.BLOCK, GateLevel.WARN
        reserved, skilled = gate_sources.IS_RESERVED, gate_sources.ASKS_FOR_SKILLS
        for name, source, label, level, hint in (
            ("work.previous_jobs", gate.previous_jobs_open, _("Jobs that come first"), block, gate.PREVIOUS_OPEN),
            ("work.cleaning", gate.equipment_not_clean, _("Cleaning"), block, gate.MUST_BE_CLEAN),
            ("work.reservation", gate_sources.machine_reserved, _("Reservations"), warn, reserved),
            ("work.qualification", gate_sources.not_qualified, _("Skills"), warn, skilled),
            ("work.document", gate_sources.documents_unread, _("Documents to read"), warn, gate_sources.IS_KNOWN),
        ):
            gate.register_blockers(name, source, label, level=level, hint=hint)
        search.register(
            "job", permission=permissions.VIEW, label=_("Jobs"), address=job_address, order=15, retired=_("Closed")
        )
        panels.register()
        alert_acts.register()
        topbar.register("work:alert_bell", permissions.VIEW)
        register(NavItem("live", _("Alerts"), "work:alert_list", permissions.VIEW, order=20))
        register(NavItem("setup", _("Teams"), "work:alert_team_list", permissions.VIEW, order=63, section="rules"))
        register(NavItem("setup", _("On call"), "work:alert_rota", permissions.VIEW, order=64, section="rules"))
        register(
            NavItem("setup", _("Before a start"), "work:gate_rule_list", permissions.VIEW, order=65, section="rules")
        )
        register(NavItem("production", _("Jobs"), "work:job_list", permissions.VIEW, order=25))
        subjects.register()
        panels.register_subjects()
