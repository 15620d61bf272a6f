"""Addresses of jobs. A command is its own address, so that each names the right it needs."""

from django.urls import path

from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand
from mom.work.views import job_order

app_name = "work"
urlpatterns = [
    *(
        path(
            f"jobs/<path:code>/{command}/",
            job_order.JobCommandPage.as_view(asked=command, permission=permissions.PERMISSION_FOR[command]),
            name=f"job_{command}",
        )
        for command in JobOrderCommand
    ),
    path("jobs/<path:code>/report/", job_order.JobReport.as_view(), name="job_report"),
    path("jobs/<path:code>/reports/<int:report>/take-back/", job_order.TakeBack.as_view(), name="take_back"),
    path("jobs/<path:code>/", job_order.JobDetail.as_view(), name="job_detail"),
]
