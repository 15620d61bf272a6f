"""Addresses of figures."""

from django.urls import path

from analytics.views import alert_rule
from analytics.views.board import BoardStart, BoardWrite, HourBoard
from analytics.views.flow import FlowAndLosses
from analytics.views.kpi import KpiBook, KpiDetail
from analytics.views.kpi_export import KpiExport
from analytics.views.losses import OeeAndLosses
from analytics.views.losses_stops import LossStops
from analytics.views.machine import MachineNow
from analytics.views.overview import Overview
from analytics.views.reckoning import ReckoningAdd, ReckoningList
from analytics.views.recompute import Recompute
from analytics.views.shift_report import ShiftNoteAdd, ShiftReportPage
from analytics.views.target import TargetAdd, TargetEnd, TargetList
from analytics.views.why import WhyPage
from analytics.views.why_messages import MachineMessages

app_name = "analytics"
urlpatterns = [
    path("setup/alert-rules/", alert_rule.AlertRuleList.as_view(), name="alert_rule_list"),
    path("setup/alert-rules/add/", alert_rule.AlertRuleAdd.as_view(), name="alert_rule_add"),
    path("setup/alert-rules/of/<path:code>/", alert_rule.AlertRuleDetail.as_view(), name="alert_rule_detail"),
    path("setup/alert-rules/change/<path:code>/", alert_rule.AlertRuleChange.as_view(), name="alert_rule_change"),
    path("", Overview.as_view(), name="overview"),
    path("losses/", OeeAndLosses.as_view(), name="losses"),
    path("losses/stops/", LossStops.as_view(), name="loss_stops"),
    path("shift-report/", ShiftReportPage.as_view(), name="shift_report"),
    path("shift-report/<str:day>/<str:shift>/note/", ShiftNoteAdd.as_view(), name="shift_note"),
    path("board/", BoardStart.as_view(), name="board_start"),
    path("board/<path:code>/hours/<str:hour>/", BoardWrite.as_view(), name="board_write"),
    path("board/<path:code>/", HourBoard.as_view(), name="board"),
    path("now/machine/<path:code>/", MachineNow.as_view(), name="machine_now"),
    path("flow/", FlowAndLosses.as_view(), name="flow"),
    path("kpis/", KpiBook.as_view(), name="kpi_list"),
    path("kpis/recompute/", Recompute.as_view(), name="recompute"),
    path("kpis/without-order/", ReckoningList.as_view(), name="reckoning_list"),
    path("kpis/without-order/add/", ReckoningAdd.as_view(), name="reckoning_add"),
    path("kpis/targets/", TargetList.as_view(), name="target_list"),
    path("kpis/targets/add/", TargetAdd.as_view(), name="target_add"),
    path("kpis/targets/<int:pk>/end/", TargetEnd.as_view(), name="target_end"),
    path("figures/messages/<path:code>/", MachineMessages.as_view(), name="machine_messages"),
    path("figures/<slug:id>/why/", WhyPage.as_view(), name="why"),
    path("kpis/<slug:id>/export/", KpiExport.as_view(), name="kpi_export"),
    path("kpis/<slug:id>/", KpiDetail.as_view(), name="kpi_detail"),
]
