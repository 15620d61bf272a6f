"""Addresses of quality."""

from django.urls import path

from quality.views import chart, control_plan, inspection, nonconformance, nonconformance_board

app_name = "quality"
urlpatterns = [
    path("inspections/", inspection.InspectionList.as_view(), name="inspection_list"),
    path("inspections/new/<path:code>/", inspection.InspectionAsk.as_view(), name="inspection_ask"),
    path("inspections/<path:code>/", inspection.InspectionDetail.as_view(), name="inspection_detail"),
    path("charts/", chart.ControlChartList.as_view(), name="chart_list"),
    path("charts/<int:pk>/limits/", chart.FreezeLimits.as_view(), name="chart_limits"),
    path("charts/<int:pk>/", chart.ControlChartDetail.as_view(), name="chart_detail"),
    path("nonconformances/", nonconformance.NonconformanceList.as_view(), name="nonconformance_list"),
    path("nonconformances/board/", nonconformance_board.NonconformanceBoard.as_view(), name="nonconformance_board"),
    path("nonconformances/new/", nonconformance.NonconformanceAdd.as_view(), name="nonconformance_add"),
    path(
        "nonconformances/<path:code>/decide/",
        nonconformance.NonconformanceDecide.as_view(),
        name="nonconformance_decide",
    ),
    path(
        "nonconformances/<path:code>/close/", nonconformance.NonconformanceClose.as_view(), name="nonconformance_close"
    ),
    path("nonconformances/<path:code>/", nonconformance.NonconformanceDetail.as_view(), name="nonconformance_detail"),
    path("control-plans/", control_plan.ControlPlanList.as_view(), name="plan_list"),
    path(
        "control-plans/<path:code>/<int:number>/approve/",
        control_plan.ControlPlanApprove.as_view(),
        name="plan_approve",
    ),
    path("control-plans/<path:code>/<int:number>/", control_plan.ControlPlanDetail.as_view(), name="plan_detail"),
]
