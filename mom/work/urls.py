"""Addresses of jobs. A command is its own address, so that each names the right it needs."""

from django.urls import path

from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand
from mom.work.views import alert, alert_acts, alert_team, gate_override, gate_rule, job_list, job_order, running

app_name = "work"
urlpatterns = [
    path("alerts/", alert.AlertBoard.as_view(), name="alert_list"),
    path("alerts/bell/", alert.AlertBell.as_view(), name="alert_bell"),
    path("alerts/all/", alert.AlertHistory.as_view(), name="alert_history"),
    path("alerts/<int:alert>/", alert.AlertDetail.as_view(), name="alert_detail"),
    path("alerts/<int:alert>/accept/", alert_acts.Accept.as_view(), name="alert_accept"),
    path("alerts/<int:alert>/arrive/", alert_acts.Arrive.as_view(), name="alert_arrive"),
    path("alerts/<int:alert>/solve/", alert_acts.Solve.as_view(), name="alert_solve"),
    path("alerts/<int:alert>/hand-over/", alert_acts.HandOver.as_view(), name="alert_hand_over"),
    path("alerts/<int:alert>/mute/", alert_acts.Mute.as_view(), name="alert_mute"),
    path("alerts/<int:alert>/unmute/", alert_acts.Unmute.as_view(), name="alert_unmute"),
    path("alerts/call/<path:machine>/", alert_acts.CallHelp.as_view(), name="call_help"),
    path("setup/teams/", alert_team.TeamList.as_view(), name="alert_team_list"),
    path("setup/teams/add/", alert_team.TeamAdd.as_view(), name="alert_team_add"),
    path("setup/teams/of/<path:code>/", alert_team.TeamDetail.as_view(), name="alert_team_detail"),
    path("setup/teams/change/<path:code>/", alert_team.TeamChange.as_view(), name="alert_team_change"),
    path("setup/teams/step/add/<path:code>/", alert_team.StepAdd.as_view(), name="alert_step_add"),
    path("setup/teams/step/<int:pk>/remove/", alert_team.StepWithdraw.as_view(), name="alert_step_withdraw"),
    path("setup/on-call/", alert_team.RotaList.as_view(), name="alert_rota"),
    path("setup/on-call/add/", alert_team.TurnAdd.as_view(), name="alert_turn_add"),
    path("setup/on-call/<int:pk>/withdraw/", alert_team.TurnWithdraw.as_view(), name="alert_turn_withdraw"),
    path("setup/before-a-start/", gate_rule.GateRuleList.as_view(), name="gate_rule_list"),
    path("setup/before-a-start/set/", gate_rule.GateRuleSet.as_view(), name="gate_rule_set"),
    path("jobs/", job_list.JobList.as_view(), name="job_list"),
    *(
        path(
            f"jobs/<path:code>/{command}/",
            job_order.JobCommandPage.as_view(asked=command, permission=permissions.PERMISSION_FOR[command]),
            name=f"job_{command}",
        )
        for command in JobOrderCommand
    ),
    path("jobs/<path:code>/begin-setup/", running.BeginSetup.as_view(), name="begin_setup"),
    path("jobs/<path:code>/begin-production/", running.BeginProduction.as_view(), name="begin_production"),
    path("jobs/<path:code>/join/", running.Join.as_view(), name="join"),
    path("jobs/<path:code>/leave/", running.Leave.as_view(), name="leave"),
    path("jobs/<path:code>/reports/<int:report>/undo/", running.Undo.as_view(), name="undo"),
    path("stops/<int:stop>/end/", running.EndStop.as_view(), name="end_stop"),
    path("stops/<int:stop>/reason/", running.ExplainStop.as_view(), name="explain_stop"),
    path("stops/at/<path:machine>/", running.BeginStop.as_view(), name="begin_stop"),
    path("jobs/<path:code>/override/", gate_override.GateOverridePage.as_view(), name="gate_override"),
    path("jobs/<path:code>/report/", job_order.JobReport.as_view(), name="job_report"),
    path("jobs/<path:code>/reports/<int:report>/take-back/", job_order.TakeBack.as_view(), name="take_back"),
    path("jobs/<path:code>/", job_order.JobDetail.as_view(), name="job_detail"),
]
