from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    label = "analytics"
    verbose_name = _("Analytics")

    def ready(self) -> None:
        from analytics import permissions, subscribers  # noqa: F401 - subscribe to events
        from analytics.selectors.machine_suggested import suggested_cycles
        from analytics.services import alert_rule_bell, live_fold
        from analytics.views import panels
        from mom.core.web.navigation import NavItem, register
        from mom.floor import applied
        from production.public import register_suggestions

        panels.register()
        applied.register(live_fold.NAME, live_fold.fold, live_fold.prepare)
        register_suggestions("analytics", suggested_cycles)
        alert_rule_bell.register()
        register(NavItem("live", _("Overview"), "analytics:overview", permissions.VIEW, order=10))
        board = NavItem("live", _("Hour board"), "analytics:board_start", permissions.VIEW, order=30, also=("/board/",))
        register(board)
        register(NavItem("live", _("Shift report"), "analytics:shift_report", permissions.VIEW, order=40))
        register(NavItem("production", _("OEE and losses"), "analytics:losses", permissions.VIEW, order=40))
        register(NavItem("improve", _("Flow and losses"), "analytics:flow", permissions.VIEW, order=10))
        book = NavItem("improve", _("KPI book"), "analytics:kpi_list", permissions.VIEW, order=90, also=("/figures/",))
        register(book)
        register(
            NavItem("setup", _("Alert rules"), "analytics:alert_rule_list", permissions.VIEW, order=61, section="rules")
        )
