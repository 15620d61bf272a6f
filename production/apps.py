from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductionConfig(AppConfig):
    name = "production"
    label = "production"
    verbose_name = _("Production")

    def ready(self) -> None:
        from mom.core import search
        from mom.core.files import subjects
        from mom.core.web.navigation import NavItem, register
        from mom.plant.public import register_panel
        from mom.work import permissions
        from mom.work.engine.terms import OperationsType
        from mom.work.models import WorkRequest
        from mom.work.public import register_blockers, register_job_kind, register_log_words, register_planner
        from production import label_fields
        from production import permissions as _declared  # noqa: F401  # declares them
        from production.job_kind import ProductionJobs
        from production.search import order_address
        from production.services.planned_times import plan_at_release
        from production.services.step_answer import GATE, LEVEL
        from production.views.columns import order_url
        from production.views.instruction import instruction_panel
        from production.views.job_change import changes_panel

        orders = NavItem(
            "production", _("Orders"), "production:order_list", permissions.VIEW, order=20, also=("/change-job/",)
        )
        register(orders)
        register(NavItem("production", _("Definitions"), "production:definition_list", permissions.VIEW, order=60))
        register(NavItem("production", _("Log work"), "production:log_work", permissions.EXECUTE_JOB_ORDER, order=10))
        cycles = NavItem(
            "setup", _("Ideal cycles"), "production:ideal_cycle_list", permissions.VIEW, order=57, section="plant"
        )
        register(cycles)
        search.register(
            "order",
            permission=permissions.VIEW,
            label=_("Orders"),
            address=order_address,
            order=10,
            retired=_("Closed"),
        )
        label_fields.register()
        register_panel("job", "instruction", order=5, permission=permissions.VIEW, render=instruction_panel)
        register_panel("job", "changes", order=40, permission=permissions.VIEW, render=changes_panel)
        register_blockers(
            GATE, lambda _job, _at, _person: [], _("Steps to answer before a job is finished"), level=LEVEL
        )
        register_planner(OperationsType.PRODUCTION, plan_at_release)
        register_job_kind(OperationsType.PRODUCTION, ProductionJobs())
        register_log_words(
            {
                "work.jobs_planned": _("Planned times worked out"),
                "work.job_order_made_of": _("Job made of another one"),
                "work.job_order_closed_short": _("Finished short"),
                "work.job_order_assigned": _("Machine assigned"),
                "production.step_answered": _("Step answered"),
            }
        )
        find = subjects.by_key(WorkRequest, order_url)
        subjects.register(subjects.SubjectKind(WorkRequest._meta.label_lower, _("Order"), permissions.VIEW, find))
