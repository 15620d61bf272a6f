"""Addresses of production orders."""

from django.urls import path

from production.views import definition, definition_draft, ideal_cycle, instruction, job_change, log_work, order

app_name = "production"
IN = "operations/<int:sequence>"
urlpatterns = [
    path("log-work/", log_work.LogWork.as_view(), name="log_work"),
    path("log-work/<path:machine>/start/", log_work.StartOrder.as_view(), name="log_work_start"),
    path("log-work/<path:machine>/", log_work.LogWorkAt.as_view(), name="log_work_at"),
    path("setup/ideal-cycles/", ideal_cycle.IdealCycleList.as_view(), name="ideal_cycle_list"),
    path("setup/ideal-cycles/add/", ideal_cycle.IdealCycleAdd.as_view(), name="ideal_cycle_add"),
    path("setup/ideal-cycles/<int:pk>/end/", ideal_cycle.IdealCycleEnd.as_view(), name="ideal_cycle_end"),
    path("definitions/", definition.DefinitionList.as_view(), name="definition_list"),
    path("definitions/new/", definition_draft.DefinitionNew.as_view(), name="definition_new"),
    # The deeper ones first: a code may hold slashes, and the shorter addresses would take them for one.
    *(
        path(f"definitions/<path:code>/<int:number>/{address}/", page.as_view(), name=f"definition_{name}")
        for name, address, page in (
            ("operation_change", f"{IN}/change", definition_draft.OperationChange),
            ("operation_remove", f"{IN}/remove", definition_draft.OperationRemove),
            ("material_add", f"{IN}/add-material", definition_draft.MaterialAdd),
            ("material_change", f"{IN}/material/<int:position>/change", definition_draft.MaterialChange),
            ("material_remove", f"{IN}/material/<int:position>/remove", definition_draft.MaterialRemove),
            ("step_add", f"{IN}/add-step", definition_draft.StepAdd),
            ("step_change", f"{IN}/step/<int:position>/change", definition_draft.StepChange),
            ("step_remove", f"{IN}/step/<int:position>/remove", definition_draft.StepRemove),
            ("new_version", "new-version", definition_draft.DefinitionNewVersion),
            ("change", "change", definition_draft.DraftHead),
            ("operation_add", "add-operation", definition_draft.OperationAdd),
        )
    ),
    path(
        "definitions/<path:code>/<int:number>/approve/",
        definition.DefinitionApprove.as_view(),
        name="definition_approve",
    ),
    path("definitions/<path:code>/<int:number>/", definition.DefinitionDetail.as_view(), name="definition_detail"),
    path("work-instruction/<path:code>/", instruction.InstructionPage.as_view(), name="instruction"),
    path("change-job/<path:code>/split/", job_change.JobSplit.as_view(), name="job_split"),
    path("change-job/<path:code>/finish-early/", job_change.JobFinishEarly.as_view(), name="job_finish_early"),
    path("change-job/<path:code>/make-rework/", job_change.JobRework.as_view(), name="job_rework"),
    path("change-job/<path:code>/replace/", job_change.JobReplace.as_view(), name="job_replace"),
    path("orders/", order.OrderList.as_view(), name="order_list"),
    path("orders/new/", order.OrderNew.as_view(), name="order_new"),
    *(
        path(f"orders/<path:code>/{command}/", order.OrderCommand.as_view(asked=command), name=f"order_{command}")
        for command in order.TITLES
    ),
    path("orders/<path:code>/plan/", order.OrderPlan.as_view(), name="order_plan"),
    path("orders/<path:code>/traveller.pdf", order.Traveller.as_view(), name="traveller"),
    path("orders/<path:code>/", order.OrderDetail.as_view(), name="order_detail"),
]
