"""Addresses of jobs. A command is its own address, so that each names the right it needs."""

from django.urls import path

from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand
from mom.work.views import job_list, job_order, running

app_name = "work"
urlpatterns = [
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
    path("jobs/<path:code>/report/", job_order.JobReport.as_view(), name="job_report"),
    path("jobs/<path:code>/reports/<int:report>/take-back/", job_order.TakeBack.as_view(), name="take_back"),
    path("jobs/<path:code>/", job_order.JobDetail.as_view(), name="job_detail"),
]
